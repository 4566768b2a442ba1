"""The command that checks the installation and the connection."""

import sys
from typing import TYPE_CHECKING

import typer

from ..._escaping import escape_controls
from ..command import command
from ..context import CommandContext
from ..exit_codes import FAILED
from ..output import print_json

if TYPE_CHECKING:
    from ..diagnostics import Check


@command("avista-dx doctor", "avista-dx doctor --profile work", "avista-dx doctor --json")
def doctor(run: CommandContext) -> None:
    """Check the installation, the token and the connection, and say what to do.

    The output contains no secrets; include it when you report a problem. The exit code is 1 if a
    check fails.
    """
    # Imported on use, as help needs none of it.
    from ..diagnostics import Status, run_checks

    checks: list[Check] = []
    for check in run_checks(run.profile):
        checks.append(check)
        if not run.json:
            _print(check)
    if run.json:
        print_json([check._asdict() for check in checks])
    failed = [check.name for check in checks if check.status == Status.FAILED]
    if failed:
        run.info(f"failed: {', '.join(failed)}")
        raise typer.Exit(FAILED)
    warnings = [check.name for check in checks if check.status == Status.WARNING]
    run.info(f"passed, with warnings: {', '.join(warnings)}" if warnings else "All checks passed.")


def _print(check: "Check") -> None:
    sys.stdout.write(escape_controls(f"{check.status:<8} {check.name:<12} {check.detail}") + "\n")
    if check.advice is not None:
        sys.stdout.write(escape_controls(f"{'':<21} → {check.advice}") + "\n")
    # Some checks take seconds.
    sys.stdout.flush()
