"""The reference of the command line, generated from the commands."""

import re
import subprocess
import sys

from avista_digital_exchange_sdk.cli.command import COMMON_OPTIONS

# Sections of help that are shown as they are: examples and exit codes.
_SECTION = re.compile(r"^(Examples|Exit codes):\n((?:  .*\n?)+)", re.M)


def write_command_reference() -> str:
    """Return Markdown with the common options, and a section for each command."""
    command = [
        sys.executable,
        "-m",
        "typer",
        "avista_digital_exchange_sdk.cli.app",
        "utils",
        "docs",
    ]
    text = subprocess.check_output([*command, "--name", "avista-dx"], text=True)
    _, _, commands = text.partition("\n## ")
    return _format(f"## {commands}")


def _format(text: str) -> str:
    text = text.replace("\b\n", "").replace("\b", "")
    text = re.sub(r"^(##+) `avista-dx ([^`]+)`$", r"\1 avista-dx \2", text, flags=re.M)
    text = re.sub(r"^\*\*(Usage|Arguments|Options|Commands)\*\*:$", r"**\1**", text, flags=re.M)
    text = re.sub(r"^\* (`[^`]*`): (.*)$", _escape_help, text, flags=re.M)
    # The types of arguments, which typer adds to their names.
    text = re.sub(r"^(\* `[A-Z=]+) <[^`]*`: ", r"\1`: ", text, flags=re.M)
    text = _complete_summaries(_SECTION.sub(_format_section, text))
    common = [line for line in text.split("\n\n## ")[0].splitlines() if _is_common_option(line)]
    lines = [line for line in text.splitlines() if not _is_common_option(line)]
    text = re.sub(r"\*\*Options\*\*\n\n+(?=\*\*|#)", "", "\n".join(lines))
    return "\n".join(common) + f"\n\n{text}\n"


def _is_common_option(line: str) -> bool:
    """Return whether a line describes an option that every command has."""
    option = re.match(r"\* `(-[^ `,]+)", line)
    return option is not None and option[1] in {*COMMON_OPTIONS, "--help"}


def _complete_summaries(text: str) -> str:
    """Complete the descriptions of commands in the lists of groups, which typer shortens."""
    summaries: list[str] = re.findall(r"^### avista-dx .*\n\n(.*)$", text, re.M)

    def complete(match: re.Match[str]) -> str:
        summary = next(one for one in summaries if one.startswith(match[2]))
        return f"{match[1]}{summary}"

    return re.sub(r"^(\* `\w+`: )(.*)\.\.\.$", complete, text, flags=re.M)


def _escape_help(match: re.Match[str]) -> str:
    """Keep placeholders such as `<dataStoreId>` and patterns from being read as markup."""
    escaped = re.sub(r"([<*_[])", r"\\\1", match[2])
    return f"* {match[1]}: {escaped}"


def _format_section(match: re.Match[str]) -> str:
    lines = "".join(f"{line.removeprefix('  ')}\n" for line in match[2].splitlines())
    return f"**{match[1]}**\n\n```sh\n{lines}```\n"
