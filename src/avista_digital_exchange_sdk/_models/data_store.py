"""What ties a data store to the client that it came from."""

from typing import Any, NoReturn, Self

from pydantic import PrivateAttr

from ..errors import DigitalExchangeError
from .base import BaseModel


class Binding:
    """What the methods of a data store run on.

    It is not part of the data store's state: any two are equal, and a data store that was pickled
    or read from JSON is detached.
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
    """The base of data stores: their methods run on the binding."""

    # Of the type `WorkingDirectory`, which no model may import: it makes requests.
    _calls: Any = PrivateAttr(default_factory=Detached)
