"""The commands about the platform's contract: what changed in it, and clients generated from it."""

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

BREAKS, UNKNOWN = 1, 2


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
            help="An endpoint's address, an SDL file or an introspection JSON; "
            "the schema the SDK was generated from, if left out.",
        ),
    ] = None,
    documents: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=expand_source,
            help="A folder of your own .graphql or .gql files, to be checked too.",
        ),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="For people, for machines, or for GitHub Actions.")
    ] = Format.TABLE,
    token_env: Annotated[
        str, typer.Option(metavar="NAME", help="The environment variable that holds the token.")
    ] = "AVISTA_DX_TOKEN",
) -> None:
    """Tell what changed in the platform's schema.

    And whom it concerns: your own operations and those of the SDK. Exits with 0 if nothing that is
    in use breaks, with 1 if something does, and with 2 if the schemas could not be compared.
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
        loaded = load(against, token_env) if against else LoadedSchema(sdk_surface.schema())
    except ContractError as error:
        typer.echo(report.failure(str(error), format_), err=format_ is Format.TABLE)
        raise typer.Exit(UNKNOWN) from None
    comparison = assess(loaded, own)
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
    """Make a typed client for your operations.

    Exits with 0 if the package is written, with 1 if the files do not fit the platform's schema,
    and with 2 if there is something else in the way.
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
        raise typer.Exit(UNKNOWN) from None
    if run.json:
        print_json([str(out / name) for name in changed])
    for name in changed:
        run.info(f"written: {out / name}")
    if not changed:
        run.info(f"{out} is up to date.")


def _print_error(message: str) -> None:
    """Print an error of as many lines as it has."""
    typer.echo("\n".join(map(escape_controls, message.split("\n"))), err=True)
