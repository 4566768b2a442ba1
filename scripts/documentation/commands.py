"""The reference of the command line, generated from the commands."""

import re
import subprocess
import sys

# Sections of help that are shown as they are: examples and exit codes.
_SECTION = re.compile(r"^(Examples|Exit codes):\n((?:  .*\n?)+)", re.M)


def write_command_reference() -> str:
    """Return Markdown with a section for each command."""
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
    text = re.sub(r"^\*\*(Usage|Arguments|Options)\*\*:$", r"**\1**", text, flags=re.M)
    text = re.sub(r"^\* (`[^`]*`): (.*)$", _escape_help, text, flags=re.M)
    return _SECTION.sub(_format_section, text)


def _escape_help(match: re.Match[str]) -> str:
    """Keep placeholders such as `<dataStoreId>` and patterns from being read as markup."""
    escaped = re.sub(r"([<*_[])", r"\\\1", match[2])
    return f"* {match[1]}: {escaped}"


def _format_section(match: re.Match[str]) -> str:
    lines = "".join(f"{line.removeprefix('  ')}\n" for line in match[2].splitlines())
    return f"**{match[1]}**\n\n```sh\n{lines}```\n"
