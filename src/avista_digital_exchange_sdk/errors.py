r"""The exceptions and warnings of this package.

```
DigitalExchangeError
├─ InvalidParameterError (ValueError)        an argument is invalid; no request was made
│  ├─ PathNotFoundError (FileNotFoundError)
│  └─ PathIsDirectoryError (IsADirectoryError)
├─ MissingExtraError (ImportError)           an optional dependency is not installed
├─ ExchangeClosedError                       the client is closed
├─ ConnectionFailedError                     no response was received
│  └─ RequestTimeoutError (TimeoutError)
├─ ApiError                                  the platform returned an error
│  ├─ UnauthorizedError
│  ├─ NotFoundError
│  ├─ InvalidRequestError
│  ├─ RateLimitError
│  └─ ServerError
├─ InvalidResponseError                      the response does not match the schema
├─ TransferError                             an upload or download failed
│  └─ TransferIncompleteError                some files were not transferred
├─ PublishIncompleteError                    some records were not written
├─ QueryIncompleteError                      a query stopped before its last page
├─ ExportTimeoutError (TimeoutError)         the export was not ready in time
├─ StateNotReachedError                      a capture can't reach the awaited state
│  └─ StateTimeoutError (TimeoutError)       it did not reach it in time
└─ SubscriptionError                         the WebSocket connection failed

DigitalExchangeWarning (UserWarning)         the base class of warnings
├─ MissingDataWarning                        requested data does not exist
├─ StreamGapWarning                          events may have been missed
└─ UnsentFileWarning (in file_system)        a file opened for writing was not uploaded
```

Local file errors are raised as the built-in `OSError` subclasses, such as `PermissionError`.

Errors can be pickled, and contain neither the token nor the secret part of a presigned URL.
Messages are single lines: line breaks, escape sequences and other invisible characters from a
server are written as `\n`, `\x1b` and so on, in errors and in the log.
"""

from collections.abc import Mapping, Sequence

from ._escaping import escape_controls
from ._notebook_tracebacks import render_traceback

__all__ = [
    "ApiError",
    "ConnectionFailedError",
    "DigitalExchangeError",
    "DigitalExchangeWarning",
    "ExchangeClosedError",
    "ExportTimeoutError",
    "InvalidParameterError",
    "InvalidRequestError",
    "InvalidResponseError",
    "MissingDataWarning",
    "MissingExtraError",
    "NotFoundError",
    "PathIsDirectoryError",
    "PathNotFoundError",
    "PublishIncompleteError",
    "QueryIncompleteError",
    "RateLimitError",
    "RequestTimeoutError",
    "ServerError",
    "StateNotReachedError",
    "StateTimeoutError",
    "StreamGapWarning",
    "SubscriptionError",
    "TransferError",
    "TransferIncompleteError",
    "UnauthorizedError",
]


class DigitalExchangeWarning(UserWarning):
    """The base class of all warnings of this package."""


class MissingDataWarning(DigitalExchangeWarning):
    """A requested asset or attribute does not exist, or a result is empty."""


class StreamGapWarning(DigitalExchangeWarning):
    """Events of a subscription may have been missed. The message says when, and why."""


class DigitalExchangeError(Exception):
    """The base class of all errors of this package.

    Attributes:
        mayHaveSucceeded: Whether the operation may have succeeded despite the error, as the request
            or an earlier attempt may have reached the platform. Defaults to False.
    """

    mayHaveSucceeded: bool = False

    def __str__(self) -> str:
        # It may contain strings from a server, which must not act on the terminal that shows it.
        return escape_controls(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """Return the traceback for IPython, without the inner frames of this package."""
        return render_traceback(self)


class InvalidParameterError(DigitalExchangeError, ValueError):
    """An argument is invalid; no request was made.

    The message names the argument, what is valid, and the value.
    """


class PathNotFoundError(InvalidParameterError, FileNotFoundError):
    """A local path does not exist."""

    __new__ = OSError.__new__  # type: ignore[assignment]  # that of ValueError creates no OSError


class PathIsDirectoryError(InvalidParameterError, IsADirectoryError):
    """A local path is a directory where a file is expected."""

    __new__ = OSError.__new__  # type: ignore[assignment]  # that of ValueError creates no OSError


class MissingExtraError(DigitalExchangeError, ImportError):
    """An extra of this package is not installed. The message names the packages to install."""


class ExchangeClosedError(DigitalExchangeError):
    """The client is closed; no request was made."""


class ConnectionFailedError(DigitalExchangeError):
    """No response was received: the connection failed or was lost.

    Attributes:
        sent: Whether the request may have reached the platform.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent: bool = sent


class RequestTimeoutError(ConnectionFailedError, TimeoutError):
    """No response was received within the client's `timeout`."""


class ApiError(DigitalExchangeError):
    """The platform returned an error.

    Attributes:
        operationName: The name of the GraphQL operation, such as `storage_getDataStore`.
        errors: The GraphQL errors of the response, as dictionaries.
        data: The partial data of the response, or None.
        statusCode: The HTTP status of the response.
        requestId: The ID of the request, for the support of the platform.
    """

    def __init__(
        self,
        message: str,
        *,
        operationName: str | None = None,
        errors: Sequence[object] = (),
        data: object = None,
        statusCode: int | None = None,
        requestId: str | None = None,
    ) -> None:
        super().__init__(message)
        self.operationName: str | None = operationName
        self.errors: list[object] = list(errors)
        self.data: object = data
        self.statusCode: int | None = statusCode
        self.requestId: str | None = requestId


class UnauthorizedError(ApiError):
    """The token is not valid, or the user does not have the permission."""


class NotFoundError(ApiError):
    """No object with this ID exists, or the user may not access it."""


class InvalidRequestError(ApiError):
    """The platform rejected the request as invalid."""


class RateLimitError(ApiError):
    """Too many requests were made in a short time, and retries did not help."""


class ServerError(ApiError):
    """The platform failed to process the request."""


class InvalidResponseError(DigitalExchangeError):
    """The response does not match the schema. It may be an HTML page of a proxy, for example."""


class TransferError(DigitalExchangeError):
    """An upload or download over a presigned URL failed.

    Attributes:
        statusCode: The HTTP status of the storage's response, or None without a response.
        path: The local file.
    """

    def __init__(
        self, message: str, *, statusCode: int | None = None, path: str | None = None
    ) -> None:
        super().__init__(message)
        self.statusCode: int | None = statusCode
        self.path: str | None = path


class TransferIncompleteError(TransferError):
    """Some of several files could not be transferred.

    Attributes:
        failures: The error of each file or directory that failed, by path.
        notTried: The number of files that were not tried, as the error would affect them too: the
            connection failed, the token is not valid, or the disk is full.
    """

    def __init__(
        self, message: str, *, failures: Mapping[str, Exception] | None = None, notTried: int = 0
    ) -> None:
        super().__init__(message)
        self.failures: dict[str, Exception] = dict(failures or {})
        self.notTried: int = notTried


class PublishIncompleteError(DigitalExchangeError):
    """Only some of the published records or rows were written.

    Attributes:
        written: The indexes of records that were written.
        unchanged: The indexes of rows that were stored already with the same values.
        rejected: The reasons why records were rejected, by index.
        unknown: The indexes of records that were sent without receiving a response.
        notSent: The indexes of records that were not sent.
        files: If files were published, the error of each incomplete file, by path.
    """

    def __init__(
        self,
        message: str,
        *,
        written: Sequence[int] = (),
        unchanged: Sequence[int] = (),
        rejected: dict[int, str] | None = None,
        unknown: Sequence[int] = (),
        notSent: Sequence[int] = (),
    ) -> None:
        super().__init__(message)
        self.written: list[int] = list(written)
        self.unchanged: list[int] = list(unchanged)
        self.rejected: dict[int, str] = dict(rejected or {})
        self.unknown: list[int] = list(unknown)
        self.notSent: list[int] = list(notSent)
        self.files: dict[str, PublishIncompleteError] = {}


class QueryIncompleteError(DigitalExchangeError):
    """A query stopped before its last page; nothing was written.

    Attributes:
        queryId: The ID of the query, or None if it was not started.
        pagesRead: The number of pages that were read.
    """

    def __init__(self, message: str, *, queryId: str | None = None, pagesRead: int = 0) -> None:
        super().__init__(message)
        self.queryId: str | None = queryId
        self.pagesRead: int = pagesRead


class ExportTimeoutError(DigitalExchangeError, TimeoutError):
    """The platform did not create the export in time; nothing was written.

    Attributes:
        queryId: The ID of the query.
    """

    def __init__(self, message: str, *, queryId: str | None = None) -> None:
        super().__init__(message)
        self.queryId: str | None = queryId


class StateNotReachedError(DigitalExchangeError):
    """A data capture can't reach the awaited state.

    Attributes:
        state: The state of the capture.
    """

    def __init__(self, message: str, *, state: str | None = None) -> None:
        super().__init__(message)
        self.state: str | None = state


class StateTimeoutError(StateNotReachedError, TimeoutError):
    """A data capture did not reach the awaited state in time."""


class SubscriptionError(DigitalExchangeError):
    """The WebSocket connection failed, was refused, or was lost.

    Attributes:
        errorType: The type of the platform's error, such as `UnauthorizedException`. None
            if the platform returned no error.
        statusCode: The HTTP status with which the connection was refused. None if it was not
            refused.
    """

    def __init__(
        self, message: str, *, errorType: str | None = None, statusCode: int | None = None
    ) -> None:
        super().__init__(message)
        self.errorType: str | None = errorType
        self.statusCode: int | None = statusCode
