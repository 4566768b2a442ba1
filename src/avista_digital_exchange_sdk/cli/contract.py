"""The commands about the platform's contract: what changed in it, and clients generated from it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from .._extras import need
from ..contract.errors import ContractError
from ..contract.format import Format
from ..errors import MissingExtraError

BREAKS, UNKNOWN = 1, 2


def contract(
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
        typer.Option(metavar="DIR", help="A folder of your own .graphql files, to be checked too."),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="For people, for machines, or for GitHub Actions.")
    ] = Format.TABLE,
    token_env: Annotated[
        str, typer.Option(metavar="NAME", help="The environment variable that holds the token.")
    ] = "AVISTA_DX_TOKEN",
) -> None:
    """Tell what changed in the platform's schema, and whom it concerns.

    Exits with 0 if nothing that is in use breaks, with 1 if something does, and with 2 if the
    schemas could not be compared.
    """
    _need("graphql", "rich")
    from ..contract import report, surface
    from ..contract.comparison import compare
    from ..contract.documents import Documents
    from ..contract.loading import load

    try:
        own = Documents(documents) if documents else None
        schema = load(against, token_env) if against else surface.schema()
    except ContractError as error:
        typer.echo(report.failure(str(error), format_), err=format_ is Format.TABLE)
        sys.exit(UNKNOWN)
    comparison = compare(schema, own)
    typer.echo(report.text(comparison, format_))
    sys.exit(BREAKS if comparison.breaks else 0)


def generate(
    queries: Annotated[
        Path, typer.Option(metavar="DIR", help="A folder with your .graphql files.")
    ],
    out: Annotated[Path, typer.Option(metavar="PKG", help="The folder of the package to write.")],
) -> None:
    """Make a typed client for your own .graphql files.

    Exits with 0 if the package is written, with 1 if the files do not fit the platform's schema,
    and with 2 if there is something else in the way.
    """
    _need("ariadne_codegen")
    from ..contract import surface
    from ..contract.codegen.client import generate as generate_client
    from ..contract.documents import Documents

    try:
        documents = Documents(queries)
        if problems := documents.problems(surface.schema()):
            typer.echo("\n".join(map(str, problems)), err=True)
            sys.exit(BREAKS)
        changed = generate_client(documents, out)
    except (ContractError, OSError) as error:
        typer.echo(f"{error}", err=True)
        sys.exit(UNKNOWN)
    for name in changed:
        typer.echo(f"written: {out / name}")
    if not changed:
        typer.echo(f"{out} is up to date.")


def _need(*modules: str) -> None:
    """Stop where something is not installed."""
    try:
        need("contract", *modules)
    except MissingExtraError as error:
        typer.echo(f"avista-dx: {error}", err=True)
        sys.exit(UNKNOWN)
