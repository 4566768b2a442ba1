"""What keeps a contract from being read, compared or generated from."""


class ContractError(Exception):
    """There is no result; the message says why, and what to do."""
