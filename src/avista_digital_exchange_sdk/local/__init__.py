"""The Local Exchange: the Digital Exchange platform's own contract, served on this machine."""

try:
    from .exchange import LocalExchange
except ModuleNotFoundError as _error:
    _error.add_note(
        "The Local Exchange needs more than the SDK alone: "
        'pip install "avista-digital-exchange-sdk[local]"'
    )
    raise

__all__ = ["LocalExchange"]
