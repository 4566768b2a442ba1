"""All commands of `avista-dx`."""

import typer

from . import contract

app = typer.Typer(
    name="avista-dx",
    help="The Avista Digital Exchange, on the command line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("contract")(contract.contract)
app.command("generate")(contract.generate)
