"""Tokens and presigned URLs in objects whose representations hide them.

Tools that show the local variables of a failed program (pytest --showlocals, rich, IPython, Sentry)
show representations, so a secret stays in one of these objects until it is sent.
"""

from collections.abc import Callable
from typing import Any, Generic, NoReturn, Self, SupportsIndex, TypeVar

MASK = "<secret>"

_ADVICE = "create one in each process, without arguments where AVISTA_DX_TOKEN is set"

_Value = TypeVar("_Value", covariant=True)


class Secret(Generic[_Value]):
    """A value that no representation shows, and that can't be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: _Value) -> None:
        # A closure, so that no attribute is the value itself.
        self._value: Callable[[], _Value] = lambda: value

    def reveal(self) -> _Value:
        """Return the value, to send it or to compare it with a string.

        Do not assign it to a local variable, which a traceback may show.
        """
        return self._value()

    def __repr__(self) -> str:
        return MASK

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret can't be pickled")


class SecretStr(str):
    """A string whose representation hides it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __getitem__(self, index: SupportsIndex | slice) -> str:
        # rich shows the representation of the first characters.
        return type(self)(super().__getitem__(index))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


class SecretBytes(bytes):
    """Bytes whose representation hides them. Libraries can send them as they are."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __getitem__(self, index: Any) -> Any:
        item = super().__getitem__(index)
        return type(self)(item) if isinstance(item, bytes) else item


class TokenHolder:
    """The base class of objects that can't be pickled, as the pickle would contain the token."""

    def __copy__(self) -> Self:
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        return copied

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} can't be copied with its connections; {_ADVICE}")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} can't be pickled: it holds a token and connections; {_ADVICE}"
        )
