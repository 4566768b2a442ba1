"""The Local Exchange: a local emulator of the Digital Exchange platform."""

try:
    from .exchange import LocalExchange
    from .faults import Fault, FaultKind
except ModuleNotFoundError as _error:
    from .._utils.extras import describe_requirements

    _error.add_note(describe_requirements("local"))
    raise

__all__ = ["Fault", "FaultKind", "LocalExchange"]
