"""The command that prints files."""

from typing import Annotated

import typer

from ..command import command
from ..completion import complete_remote_path
from ..context import CommandContext
from ..remote_paths import HELP
from ..standard_streams import print_files


@command(
    "avista-dx cat dx://<dataStoreId>/loads/may.csv",
    'avista-dx cat "dx://<dataStoreId>/loads/*.csv" > loads.csv',
)
def cat(
    run: CommandContext,
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", autocompletion=complete_remote_path, help=HELP)
    ],
) -> None:
    """Write files to standard output, one after the other.

    On a terminal, invisible characters are escaped.
    """
    with run.open_pager():
        print_files(run.files, sources)
