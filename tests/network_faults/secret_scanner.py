"""Finds secrets in logs and error output."""

import logging
import pickle
import re
import traceback
from collections.abc import Callable
from typing import Any

import tblib.pickling_support

from avista_digital_exchange_sdk import DigitalExchangeError
from scripts.recording.public_calls import find_groups

from ..support.frames import local_variables

GROUPS = find_groups().keys()
SERVERS = ("local-exchange", "proxy", "asyncio_", "time-series", "zip_")
ECHOED_SIGNATURE = "5ec7e75ec7e75ec7e75ec7e75ec7e7"
"""The signature in responses that a test makes up."""

RESULT_CONTENT = re.compile(
    r"^\S+/_dataframes/"
    r"|^\S+/_time_series/filter_query_runner\.py:\d+ chunk\b"
    r"|^\S+/_time_series/(csv_)?result_writers?\.py:\d+ (chunk|assets|prepared)\b"
    r"|^\S+/_telemetry/range_rows\.py:\d+ header\b"
)
"""Local variables with the content of a result file, in which an echo is data."""

# With it, as in Dask, errors are pickled with their causes.
tblib.pickling_support.install()


class Listener(logging.Handler):
    """Records all log messages of the client side, from any library."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if not str(record.threadName).startswith(SERVERS):
            self.lines.append(self.format(record))


class MonitoredClient:
    """A client whose errors are searched for secrets."""

    def __init__(self, exchange: Any, shown: list[str]) -> None:
        self._exchange = exchange
        self._shown = shown

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._exchange, name)
        if name in GROUPS:
            return type(self)(attribute, self._shown)
        return self._monitor(attribute) if callable(attribute) else attribute

    def _monitor(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def monitored(*args: Any, **options: Any) -> Any:
            try:
                return call(*args, **options)
            except BaseException as error:
                self._shown += everything_shown_by(error)
                raise

        return monitored


def everything_shown_by(error: BaseException) -> list[str]:
    """All representations of an error and its causes."""
    shown = [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]
    if isinstance(error, DigitalExchangeError):
        pickled = pickle.dumps(error, 0)
        assert str(pickle.loads(pickled)) == str(error)
        shown.append(pickled.decode("latin-1"))
    return [*shown, *map(remove_echoed_content, local_variables(error))]


def remove_echoed_content(variable: str) -> str:
    """Remove the echo from the content of a result file; other secrets stay."""
    if RESULT_CONTENT.search(variable):
        return variable.replace(f"X-Amz-Signature={ECHOED_SIGNATURE}", "")
    return variable
