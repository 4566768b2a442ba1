"""Every error the SDK raises, as one tree.

```
DigitalExchangeError
├─ InvalidParameterError (ValueError)        refused before anything was sent
│  ├─ PathNotFoundError (FileNotFoundError)
│  └─ PathIsDirectoryError (IsADirectoryError)
├─ MissingExtraError (ImportError)           an extra of this package is not installed
├─ ExchangeClosedError                       a call after `close()`
├─ ConnectionFailedError                     no answer came
│  └─ RequestTimeoutError (TimeoutError)
├─ ApiError                                  the platform answered with an error
│  ├─ UnauthorizedError
│  ├─ NotFoundError
│  ├─ InvalidRequestError
│  ├─ RateLimitError
│  └─ ServerError
├─ InvalidResponseError                      the answer is not what the contract promises
├─ TransferError                             bytes over a presigned URL
│  └─ TransferIncompleteError                some files were transferred, some were not
├─ PublishIncompleteError                    some records were written, some were not
├─ QueryIncompleteError                      a query stopped before its last page
├─ ExportTimeoutError (TimeoutError)         the export did not become ready in time
└─ SubscriptionError                         the real-time connection

DigitalExchangeWarning (UserWarning)         a warning, for the filters of `warnings`
```

Errors can be pickled, carry their cause, and never hold a token or a presigned query string.
Trouble with local files stays what Python raises: `PermissionError`, `OSError` and so on.
"""

from collections.abc import Mapping, Sequence

from ._escaping import escape_controls

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
    "MissingExtraError",
    "NotFoundError",
    "PathIsDirectoryError",
    "PathNotFoundError",
    "PublishIncompleteError",
    "QueryIncompleteError",
    "RateLimitError",
    "RequestTimeoutError",
    "ServerError",
    "SubscriptionError",
    "TransferError",
    "TransferIncompleteError",
    "UnauthorizedError",
]


class DigitalExchangeWarning(UserWarning):
    """The base of every warning of this package."""


class DigitalExchangeError(Exception):
    """The base of every error of this package.

    Attributes:
        mayHaveSucceeded: Whether the platform may have done what it was asked for all the same: the
            request, or one of the attempts before it, may have reached it.
    """

    mayHaveSucceeded: bool = False

    def __str__(self) -> str:
        # What a server said may be in it, and must neither make lines of its own nor act on the
        # terminal that a traceback goes to.
        return escape_controls(super().__str__())


class InvalidParameterError(DigitalExchangeError, ValueError):
    """An argument was refused before anything was sent.

    The message names the argument, what was given and what is valid.
    """


class PathNotFoundError(InvalidParameterError, FileNotFoundError):
    """A local path given as an argument does not exist."""

    __new__ = OSError.__new__  # type: ignore[assignment]  # ValueError's makes no OSError


class PathIsDirectoryError(InvalidParameterError, IsADirectoryError):
    """A local path given as an argument is a folder where a file is needed."""

    __new__ = OSError.__new__  # type: ignore[assignment]  # ValueError's makes no OSError


class MissingExtraError(DigitalExchangeError, ImportError):
    """What was called needs an extra of this package that is not installed."""


class ExchangeClosedError(DigitalExchangeError):
    """A call was made of an exchange that had been closed; nothing was sent."""


class ConnectionFailedError(DigitalExchangeError):
    """No answer came: the platform could not be reached, or the connection broke.

    Attributes:
        sent: Whether the request may have reached the platform.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class RequestTimeoutError(ConnectionFailedError, TimeoutError):
    """No answer came in the time the client's `timeout` allows."""


class ApiError(DigitalExchangeError):
    """The platform answered with an error.

    Attributes:
        operationName: The GraphQL operation that failed.
        errors: The platform's own list of errors, one dictionary each.
        data: What the platform answered beside the errors, or None.
        statusCode: The HTTP status of the answer.
        requestId: The platform's name for the request, to give to its support.
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
        self.operationName = operationName
        self.errors: list[object] = list(errors)
        self.data = data
        self.statusCode = statusCode
        self.requestId = requestId


class UnauthorizedError(ApiError):
    """The token was refused, or its user may not do this."""


class NotFoundError(ApiError):
    """Nothing with that id exists, or its user may not see it."""


class InvalidRequestError(ApiError):
    """The platform refused what was asked."""


class RateLimitError(ApiError):
    """The platform asks to be called less often."""


class ServerError(ApiError):
    """The platform failed to do what was asked."""


class InvalidResponseError(DigitalExchangeError):
    """The answer is not JSON, holds no data, or is not of the contract's shape."""


class TransferError(DigitalExchangeError):
    """An upload or download over a presigned URL failed.

    Attributes:
        statusCode: The HTTP status of the storage's answer, or None where none came.
        path: The local file.
    """

    def __init__(
        self, message: str, *, statusCode: int | None = None, path: str | None = None
    ) -> None:
        super().__init__(message)
        self.statusCode = statusCode
        self.path = path


class TransferIncompleteError(TransferError):
    """Of several files, some could not be transferred; all others were.

    Attributes:
        failures: The error of each file or directory that failed, by its path.
        notTried: How many files were not tried, because a failure would have been theirs, too:
            the platform could not be reached, the token was refused, the disk is full.
    """

    def __init__(
        self, message: str, *, failures: Mapping[str, Exception] | None = None, notTried: int = 0
    ) -> None:
        super().__init__(message)
        self.failures: dict[str, Exception] = dict(failures or {})
        self.notTried = notTried


class PublishIncompleteError(DigitalExchangeError):
    """Some records of a publish were written and some were not.

    Attributes:
        written: Indexes, in the list that was given, of the records that were written.
        unchanged: Indexes of rows whose values were all stored before.
        rejected: Reason of each rejection, by the record's index.
        unknown: Indexes of records that were sent without an answer coming back.
        notSent: Indexes of records that were not sent.
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


class QueryIncompleteError(DigitalExchangeError):
    """A query stopped before its last page; nothing was written.

    Attributes:
        queryId: The query, or None where it had not begun.
        pagesRead: How many pages were read before it stopped.
    """

    def __init__(self, message: str, *, queryId: str | None = None, pagesRead: int = 0) -> None:
        super().__init__(message)
        self.queryId = queryId
        self.pagesRead = pagesRead


class ExportTimeoutError(DigitalExchangeError, TimeoutError):
    """The platform did not announce the export file in time; nothing was written.

    Attributes:
        queryId: The query whose export was waited for.
    """

    def __init__(self, message: str, *, queryId: str | None = None) -> None:
        super().__init__(message)
        self.queryId = queryId


class SubscriptionError(DigitalExchangeError):
    """The real-time connection could not be had, was refused, or broke."""
