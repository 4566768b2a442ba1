"""A comparison as people and machines read it."""

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
    Severity.BREAKING: "breaks whoever uses it",
    Severity.DANGEROUS: "breaks nobody, yet whoever uses it should look",
    Severity.DEPRECATED: "still works, and is to go",
    Severity.ADDED: "an opportunity: nobody uses it yet",
}


def text(comparison: Comparison, format_: Format) -> str:
    """Write a comparison."""
    if format_ is Format.JSON:
        return json.dumps(_as_json(comparison), indent=2)
    if format_ is Format.GITHUB:
        return "\n".join(_annotations(comparison))
    return _as_table(comparison)


def failure(reason: str, format_: Format) -> str:
    """Write why there is no comparison."""
    if format_ is Format.JSON:
        return json.dumps({"verdict": "unknown", "reason": reason}, indent=2)
    if format_ is Format.GITHUB:
        return _annotation("error", reason, title="The contract could not be compared")
    return f"The contract could not be compared: {_to_text(reason)}"


def verdict(comparison: Comparison) -> str:
    """Sum a comparison up in one sentence."""
    broken = sum(finding.breaks for finding in comparison.findings)
    if comparison.breaks:
        return (
            f"The contract is broken. Changes that break what is in use: {broken}; "
            f"errors in your documents: {len(comparison.problems)}."
        )
    if comparison.findings:
        return "The contract holds: nothing that is in use breaks."
    return "The contract holds: nothing has changed."


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
        # What breaks nobody must not paint the run red.
        harmless = severity is Severity.BREAKING and not finding.breaks
        level = "warning" if harmless else LEVELS[severity]
        message = "\n".join([escape_controls(finding.change.description), *_touched(finding)])
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
    """Write a workflow command, as GitHub's reference of workflow commands describes them."""
    listed = ",".join(
        f"{name}={_escaped(value, {':': '%3A', ',': '%2C'})}" for name, value in properties.items()
    )
    return f"::{level} {listed}".rstrip() + f"::{_escaped(message, {})}"


def _escaped(text: str, more: dict[str, str]) -> str:
    text = str(_to_text(text))
    for character, escape in ({"%": "%25", "\n": "%0A"} | more).items():
        text = text.replace(character, escape)
    return text


def _touched(finding: ImpactedChange) -> list[str]:
    """What a change touches, a line a kind."""
    lines = {
        "calls": finding.calls,
        "types": finding.types,
        "operations": finding.operations,
        "your operations": finding.documents,
    }
    return [f"{name}: {', '.join(touched)}" for name, touched in lines.items() if touched]


def _to_text(text: str) -> Text:
    """Text of as many lines as it has, none of which is markup."""
    return Text("\n".join(map(escape_controls, text.split("\n"))))


def _as_table(comparison: Comparison) -> str:
    # A terminal's width and colours where there is one, as rich finds out.
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
    columns = [Column(header, overflow="fold") for header in ("change", "touches")]
    table = Table(*columns, title=title, title_justify="left", show_lines=True)
    for finding in findings:
        touched = _touched(finding) or ["nothing in use"]
        cells = escape_controls(finding.change.description), "\n".join(touched)
        table.add_row(*map(_to_text, cells), style=STYLES[severity])
    console.print(table)


def _print_problems(console: Console, problems: list[Problem]) -> None:
    if problems:
        console.print("Your documents do not fit:", style="red")
        for problem in problems:
            console.print(_to_text(f"  {escape_controls(str(problem))}"), soft_wrap=True)
