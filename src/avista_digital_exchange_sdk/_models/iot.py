"""Properties of the types of the IoT service."""

from typing import Protocol, TypeVar

from .keys import KeyMixin

_Records = TypeVar("_Records", covariant=True)


class _Result(Protocol[_Records]):
    @property
    def failedRecords(self) -> _Records: ...


class IotDataRecordMixin(KeyMixin):
    """The base class of records."""

    @property
    def timeUnit(self) -> str:
        """The unit of `timestamp`: `MILLISECONDS`, whatever was published."""
        return "MILLISECONDS"


class PublishIotDataResultMixin(KeyMixin):
    """The base class of the results of publishing."""

    @property
    def recordsFailed(self: _Result[_Records]) -> _Records:
        """The same list as `failedRecords`."""
        return self.failedRecords
