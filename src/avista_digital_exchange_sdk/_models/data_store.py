"""The binding of a data store to the client that returned it."""

from typing import Any, NoReturn, Self

from pydantic import PrivateAttr

from ..errors import DigitalExchangeError
from .base import BaseModel


class Binding:
    """The methods that a data store delegates to.

    It is not part of the data store's state: all bindings are equal, and data stores that were
    pickled or parsed from JSON are detached.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Binding)

    def __hash__(self) -> int:
        return hash(Binding)

    def __reduce__(self) -> "str | tuple[type[Detached], tuple[()]]":
        return Detached, ()


class Detached(Binding):
    """The binding of a data store without a client."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise DigitalExchangeError(
            "this data store is detached from its client; call getDataStore() to get it again"
        )

    def __deepcopy__(self, memo: object) -> Self:
        return self


class DataStoreMethods(BaseModel):
    """The base class of data stores, whose methods delegate to the binding."""

    # A `WorkingDirectory`, which models must not import, as it makes requests.
    _calls: Any = PrivateAttr(default_factory=Detached)
