"""Formats a comparison as a table, JSON or GitHub annotations."""

import json
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from .._escaping import escape_controls
from .diff import Severity
from .documents import Problem
from .impact import Comparison, ImpactedChange
from .report_format import Format

STYLES = {
    Severity.BREAKING: "red",
    Severity.DANGEROUS: "yellow",
    Severity.DEPRECATED: "yellow",
    Severity.ADDED: "green",
}
LEVELS = {
    Severity.BREAKING: "error",
    Severity.DANGEROUS: "warning",
    Severity.DEPRECATED: "warning",
    Severity.ADDED: "notice",
}
EXPLANATIONS = {
    Severity.BREAKING: "affects all users of this element",
    Severity.DANGEROUS: "may affect behavior",
    Severity.DEPRECATED: "still works, will be removed",
    Severity.ADDED: "new",
}


def text(comparison: Comparison, format_: Format) -> str:
    """Format a comparison."""
    if format_ is Format.JSON:
        return json.dumps(_as_json(comparison), indent=2)
    if format_ is Format.GITHUB:
        return "\n".join(_annotations(comparison))
    return _as_table(comparison)


def failure(reason: str, format_: Format) -> str:
    """Format the reason why the schemas could not be compared."""
    if format_ is Format.JSON:
        return json.dumps({"verdict": "unknown", "reason": reason}, indent=2)
    if format_ is Format.GITHUB:
        return _annotation("error", reason, title="The schemas could not be compared")
    return f"The schemas could not be compared: {_to_text(reason)}"


def verdict(comparison: Comparison) -> str:
    """Summarize a comparison in one sentence."""
    broken = sum(finding.breaks for finding in comparison.findings)
    if comparison.breaks:
        return (
            f"Incompatible schema. Changes that break something in use: {broken}; "
            f"errors in your documents: {len(comparison.problems)}."
        )
    if comparison.findings:
        return "Compatible schema: nothing in use breaks."
    return "Compatible schema: nothing has changed."


def _as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "verdict": "breaks" if comparison.breaks else "holds",
        "findings": [
            {
                **finding.change._asdict(),
                "breaks": finding.breaks,
                "operations": finding.operations,
                "calls": finding.calls,
                "types": finding.types,
                "documents": finding.documents,
            }
            for finding in comparison.findings
        ],
        "problems": [problem._asdict() for problem in comparison.problems],
        "notes": comparison.notes,
    }


def _annotations(comparison: Comparison) -> Iterator[str]:
    for finding in comparison.findings:
        severity = finding.change.severity
        # Changes of unused elements must not make the workflow run look failed.
        harmless = severity is Severity.BREAKING and not finding.breaks
        level = "warning" if harmless else LEVELS[severity]
        message = "\n".join(
            [escape_controls(finding.change.description), *_format_affected(finding)]
        )
        yield _annotation(level, message, title=f"{severity.capitalize()}: {finding.change.kind}")
    for problem in comparison.problems:
        yield _annotation(
            "error",
            escape_controls(problem.message),
            file=problem.file,
            line=str(problem.line),
            col=str(problem.column),
        )
    for note in comparison.notes:
        yield _annotation("notice", escape_controls(note))
    yield _annotation("error" if comparison.breaks else "notice", verdict(comparison))


def _annotation(level: str, message: str, **properties: str) -> str:
    """Format a GitHub workflow command."""
    listed = ",".join(
        f"{name}={_escape(value, {':': '%3A', ',': '%2C'})}" for name, value in properties.items()
    )
    return f"::{level} {listed}".rstrip() + f"::{_escape(message, {})}"


def _escape(text: str, more: dict[str, str]) -> str:
    text = str(_to_text(text))
    for character, escape in ({"%": "%25", "\n": "%0A"} | more).items():
        text = text.replace(character, escape)
    return text


def _format_affected(finding: ImpactedChange) -> list[str]:
    """Format what a change affects, one line per kind."""
    lines = {
        "calls": finding.calls,
        "types": finding.types,
        "operations": finding.operations,
        "your operations": finding.documents,
    }
    return [f"{name}: {', '.join(affected)}" for name, affected in lines.items() if affected]


def _to_text(text: str) -> Text:
    """Create text without markup, escaping control characters."""
    return Text("\n".join(map(escape_controls, text.split("\n"))))


def _as_table(comparison: Comparison) -> str:
    # rich detects the width and color support of the terminal.
    console = Console(highlight=False)
    with console.capture() as written:
        for severity in Severity:
            _print_findings(
                console,
                severity,
                [one for one in comparison.findings if one.change.severity is severity],
            )
        _print_problems(console, comparison.problems)
        for note in comparison.notes:
            console.print(_to_text(f"note: {escape_controls(note)}"), soft_wrap=True)
        style = "red" if comparison.breaks else "green"
        console.print(verdict(comparison), style=style, soft_wrap=True)
    return written.get().rstrip("\n")


def _print_findings(console: Console, severity: Severity, findings: list[ImpactedChange]) -> None:
    if not findings:
        return
    title = f"{severity.capitalize()}: {EXPLANATIONS[severity]}"
    columns = [Column(header, overflow="fold") for header in ("change", "affects")]
    table = Table(*columns, title=title, title_justify="left", show_lines=True)
    for finding in findings:
        affected = _format_affected(finding) or ["nothing in use"]
        cells = escape_controls(finding.change.description), "\n".join(affected)
        table.add_row(*map(_to_text, cells), style=STYLES[severity])
    console.print(table)


def _print_problems(console: Console, problems: list[Problem]) -> None:
    if problems:
        console.print("Your documents do not match the schema:", style="red")
        for problem in problems:
            console.print(_to_text(f"  {escape_controls(str(problem))}"), soft_wrap=True)
