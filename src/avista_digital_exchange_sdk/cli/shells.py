"""Completion in shells: its installation, and scripts for names with blanks and colons."""

import contextlib
import io
import os
import re
import shlex
import sys
from collections.abc import Callable
from typing import NamedTuple

import typer
import typer.completion

from .._utils import validation

PROGRAM = "avista-dx"
COMPLETION_VARIABLE = "_AVISTA_DX_COMPLETE"
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
INSTALL_OPTION, SHOW_OPTION = "--install-completion", "--show-completion"

_BASH_SCRIPT = """\
_avista_dx_completion() {
    mapfile -t COMPREPLY < <(
        env COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" \\
            _AVISTA_DX_COMPLETE=complete_bash "$1" 2>/dev/null
    )
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace
    fi
}
complete -o default -F _avista_dx_completion avista-dx
"""
# compadd quotes what it inserts, so that no part of a name is run as a command.
_ZSH_SCRIPT = """\
#compdef avista-dx
_avista_dx_completion() {
    local line value
    local -a values shown directories
    while IFS= read -r line; do
        value="${line%%$'\\t'*}"
        if [[ -z "$value" ]]; then
            continue
        elif [[ "$value" == */ ]]; then
            directories+=("$value")
        else
            values+=("$value")
            shown+=("${line/$'\\t'/  -- }")
        fi
    done < <(
        env _AVISTA_DX_COMPLETE=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args \\
            _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" "${words[1]}" 2>/dev/null
    )
    if (( ! $#values && ! $#directories )); then
        _files
        return
    fi
    compadd -S '' -a -- directories
    if [[ "${shown[*]}" == *'  -- '* ]]; then
        compadd -l -d shown -a -- values
    else
        compadd -a -- values
    fi
}
if [[ "${zsh_eval_context[-1]}" == loadautofunc ]]; then
    _avista_dx_completion "$@"
else
    compdef _avista_dx_completion avista-dx
fi
"""
_SCRIPTS = {"bash": _BASH_SCRIPT, "zsh": _ZSH_SCRIPT}
_SPECIAL = re.compile(r"""[^\w@%+=:,./-]""")
_SPECIAL_IN_QUOTES = re.compile(r"""[$`"\\]""")


class Line(NamedTuple):
    """A command line up to the cursor.

    Attributes:
        words: The complete words, without quotes.
        incomplete: The word at the cursor, without quotes.
        quote: The quotation mark that is open, or "".
        typed: The word at the cursor as it was typed.
    """

    words: list[str]
    incomplete: str
    quote: str
    typed: str


def split_line(line: str) -> Line:
    """Split a command line as bash does."""
    words: list[str] = []
    word = typed = quote = ""
    is_escaped = False
    for character in line:
        if is_escaped:
            word, typed, is_escaped = word + character, typed + character, False
        elif character == "\\" and quote != "'":
            typed, is_escaped = typed + character, True
        elif quote:
            typed += character
            word, quote = (word, "") if character == quote else (word + character, quote)
        elif character in "'\"":
            typed, quote = typed + character, character
        elif character.isspace():
            if typed:
                words.append(word)
            word = typed = ""
        else:
            word, typed = word + character, typed + character
    return Line(words, word, quote, typed)


def complete_in_bash(run: Callable[[], object]) -> None:
    """Print completions for bash, which replaces only what follows the last colon.

    Args:
        run: Prints completions for the words in the environment variable COMP_WORDS.
    """
    # The position is one of bytes.
    position = int(os.environ.get("COMP_POINT", "-1"))
    encoded = os.environ["COMP_LINE"].encode(errors="surrogateescape")
    line = split_line((encoded[:position] if position >= 0 else encoded).decode(errors="ignore"))
    os.environ["COMP_WORDS"] = shlex.join([*line.words, line.incomplete])
    os.environ["COMP_CWORD"] = str(len(line.words))
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        run()
    # Without a value, an empty line is printed, after which bash would not complete files.
    for value in filter(None, output.getvalue().splitlines()):
        sys.stdout.write(f"{_quote(value, line)}\n")
    sys.exit(0)


def _quote(value: str, line: Line) -> str:
    if line.quote == "'":
        return value.replace("'", "'\\''")
    if line.quote:
        return _SPECIAL_IN_QUOTES.sub(r"\\\g<0>", value)
    quoted = _SPECIAL.sub(r"\\\g<0>", value)
    kept = line.typed.rpartition(":")
    return quoted.removeprefix("".join(kept[:2]))


def handle_completion_options(args: list[str]) -> None:
    """Install or show completion for the shell that is named, else for the current one, and exit.

    Does nothing if the first argument is not one of the options.
    """
    option, _, value = (args[0] if args else "").partition("=")
    if option not in (INSTALL_OPTION, SHOW_OPTION):
        return
    shell = value or (args[1] if len(args) > 1 else None) or _detect_shell()
    validation.parse_choice(option, shell, SHELLS)
    if option == SHOW_OPTION:
        sys.stdout.write(_get_script(shell))
        raise typer.Exit
    _, path = typer.completion.install(shell=shell, prog_name=PROGRAM)  # type: ignore[attr-defined]  # not re-exported
    if shell in _SCRIPTS:
        path.write_text(_SCRIPTS[shell], "utf-8", newline="\n")
    sys.stderr.write(
        f"Completion for {shell} is installed in {path}. Start a new shell to use it.\n"
    )
    raise typer.Exit


def _get_script(shell: str) -> str:
    if shell in _SCRIPTS:
        return _SCRIPTS[shell]
    script: str = typer.completion.get_completion_script(  # type: ignore[attr-defined]  # not re-exported
        prog_name=PROGRAM, complete_var=COMPLETION_VARIABLE, shell=shell
    )
    return f"{script}\n"


def _detect_shell() -> str:
    import shellingham  # type: ignore[import-untyped]  # untyped

    with contextlib.suppress(shellingham.ShellDetectionFailure):
        name: str = shellingham.detect_shell()[0]
        return name
    return ""
