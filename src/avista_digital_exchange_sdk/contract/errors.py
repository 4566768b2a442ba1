"""Errors of reading, comparing and generating from schemas."""


class ContractError(Exception):
    """The command failed; the message gives the reason and what to do."""
