"""Reading Timestream's SQL: Trino's grammar, with durations such as `5m` as literals."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from ..errors import PlatformError, invalid_request
from .date_functions import DURATION_UNITS

_LIST_ENDS = {TokenType.FROM, TokenType.R_PAREN, TokenType.WHERE, TokenType.ORDER_BY}


class Timestream(Trino):
    """Trino's grammar, without renaming functions."""

    INDEX_OFFSET = 0

    class Tokenizer(Trino.Tokenizer):
        """Also splits SHOW into its words."""

        COMMANDS: ClassVar[set[TokenType]] = set()

    class Parser(TrinoParser):
        """Parses only functions with special syntax in their arguments."""

        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: TrinoParser.FUNCTION_PARSERS[name]
            for name in ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "POSITION")
        }


def tokenize(sql: str) -> list[Token]:
    """Split a query into tokens."""
    try:
        return Timestream().tokenize(sql)
    except TokenError:
        raise _invalid_syntax(sql, len(sql)) from None


def parse(sql: str, tokens: list[Token]) -> exp.Expression:
    """Parse the tokens of a single statement."""
    for token, following in pairwise(tokens):
        # The parser accepts a trailing comma in a list.
        if token.token_type is TokenType.COMMA and following.token_type in _LIST_ENDS:
            raise invalid_at(following)
    try:
        statements = Timestream().parser().parse(_replace_durations(tokens), sql)
    except ParseError as error:
        position = error.errors[0]
        raise _syntax_error(position.get("line") or 1, position.get("col") or 1) from None
    statement = statements[0] if len(statements) == 1 else None
    if statement is None or isinstance(statement, exp.Block):
        raise invalid_request("The query must be a single statement.")
    if not isinstance(statement, exp.Select | exp.SetOperation | exp.Subquery | exp.Values):
        raise invalid_at(tokens[0])
    return statement


def invalid_at(token: Token) -> PlatformError:
    """Create the error for a token in an invalid position."""
    return _syntax_error(token.line, token.col)


def _replace_durations(tokens: list[Token]) -> list[Token]:
    """Replace each duration such as `5m` by `parse_duration('5m')`."""
    units = {
        id(unit)
        for number, unit in pairwise(tokens)
        if number.token_type is TokenType.NUMBER
        and number.end + 1 == unit.start
        and unit.text in DURATION_UNITS
    }
    rewritten = []
    for token, following in pairwise(chain(tokens, [None])):
        assert token is not None
        if following is not None and id(following) in units:
            rewritten += _duration(token, following)
        elif id(token) not in units:
            rewritten.append(token)
    return rewritten


def _duration(number: Token, unit: Token) -> list[Token]:
    """Return the tokens of the call, with the position of the duration."""
    parts = (
        (TokenType.VAR, "parse_duration"),
        (TokenType.L_PAREN, "("),
        (TokenType.STRING, number.text + unit.text),
        (TokenType.R_PAREN, ")"),
    )
    return [
        Token(kind, text, number.line, number.col, number.start, number.end) for kind, text in parts
    ]


def _invalid_syntax(sql: str, end: int) -> PlatformError:
    """Create the error for a query that can't be parsed beyond a position."""
    before = sql[:end]
    return _syntax_error(before.count("\n") + 1, end - before.rfind("\n"))


def _syntax_error(line: int, column: int) -> PlatformError:
    """Create a syntax error with the message of Timestream."""
    return invalid_request(f"The query syntax is invalid at line {line}:{column}")
