"""The commands for schema changes and generated clients."""

from pathlib import Path
from typing import Annotated

import typer

from ..._escaping import escape_controls
from ..._utils.extras import require_extra
from ..._utils.local_paths import expand_home, expand_source
from ...contract.errors import ContractError
from ...contract.report_format import Format
from ..command import command
from ..context import CommandContext
from ..output import print_json

BREAKS, NOT_COMPARED = 1, 2


@command(
    "avista-dx contract --against https://example.com/graphql --token-env MY_TOKEN",
    "avista-dx contract --documents queries --format github",
)
def contract(
    run: CommandContext,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="The URL of an endpoint, an SDL file or an introspection JSON "
            "(default: the schema the SDK was generated from).",
        ),
    ] = None,
    documents: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=expand_source,
            help="A folder with your own .graphql or .gql files, which are checked too.",
        ),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="Output format; github is for annotations.")
    ] = Format.TABLE,
    token_env: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The environment variable with the token (else that of the profile).",
        ),
    ] = "AVISTA_DX_TOKEN",
) -> None:
    """Show changes of the platform's schema and what they affect.

    Lists affected SDK calls and your operations. Exit code 0: nothing in use breaks; 1: something
    does; 2: the schemas could not be compared.
    """
    require_extra("contract", "graphql")
    if run.json:
        format_ = Format.JSON
    from ...contract import report, sdk_surface
    from ...contract.documents import Documents
    from ...contract.impact import assess
    from ...contract.loader import LoadedSchema, load

    try:
        own = Documents(documents) if documents else None
        loaded = (
            load(against, token_env, run.profile) if against else LoadedSchema(sdk_surface.schema())
        )
    except ContractError as error:
        typer.echo(report.failure(str(error), format_), err=format_ is Format.TABLE)
        raise typer.Exit(NOT_COMPARED) from None
    comparison = assess(loaded, own)
    with run.open_pager():
        typer.echo(report.text(comparison, format_))
    if comparison.breaks:
        raise typer.Exit(BREAKS)


@command("avista-dx generate --queries queries --out my_exchange")
def generate(
    run: CommandContext,
    queries: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            parser=expand_source,
            help="A folder with your .graphql or .gql files.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="PKG", parser=expand_home, help="The folder of the package to write."),
    ],
) -> None:
    """Generate a typed client for your operations.

    Exit code 0: the package was written; 1: the files do not match the platform's schema; 2: any
    other error.
    """
    require_extra("contract", "ariadne_codegen")
    from ...contract import sdk_surface
    from ...contract.codegen.client import generate as generate_client
    from ...contract.documents import Documents

    try:
        documents = Documents(queries)
        for note in documents.notes:
            _print_error(f"note: {note}")
        schema = sdk_surface.schema()
        if problems := documents.problems(schema):
            _print_error("\n".join(map(str, problems)))
            raise typer.Exit(BREAKS)
        changed = generate_client(schema, documents, out)
    except (ContractError, OSError) as error:
        _print_error(str(error))
        raise typer.Exit(NOT_COMPARED) from None
    if run.json:
        print_json([str(out / name) for name in changed])
    for name in changed:
        run.info(f"written: {out / name}")
    if not changed:
        run.info(f"{out} is up to date.")


def _print_error(message: str) -> None:
    """Print an error message that may have several lines."""
    typer.echo("\n".join(map(escape_controls, message.split("\n"))), err=True)
