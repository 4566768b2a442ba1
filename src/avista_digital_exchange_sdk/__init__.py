"""Files, time series and collaboratives of the Avista Digital Exchange.

Start with `AvistaDigitalExchange`, or with `AsyncAvistaDigitalExchange` in asyncio programs; both
have the same calls. The types that they return are in `types`, the errors that they raise in
`errors`; all of them can be imported from here.
"""

import logging
from typing import TYPE_CHECKING, Any

from . import errors, types
from ._version import __version__
from .errors import *  # noqa: F403  # __all__ lists the public names

if TYPE_CHECKING:
    from .client import AsyncAvistaDigitalExchange, AvistaDigitalExchange
    from .types import *  # noqa: F403  # see above

__all__ = ["AsyncAvistaDigitalExchange", "AvistaDigitalExchange", "__version__"]
__all__ += errors.__all__
__all__ += types.__all__

# The application configures logging. Without that nothing is printed.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    # The clients import httpx, which is too slow for the help of the command line.
    if name in ("AsyncAvistaDigitalExchange", "AvistaDigitalExchange"):
        from . import client

        return getattr(client, name)
    if name in types.__all__:
        return getattr(types, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
