"""A fake platform with scripted responses, for what a real server can't be made to send."""

import json
from collections import deque
from typing import Any, NamedTuple

import httpx
from pytest_httpx import HTTPXMock, IteratorStream

ENDPOINT = "https://exchange.test/graphql"
TOKEN = "test-token-2f6d1c"


class FakeResponse(NamedTuple):
    """One HTTP response."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012  # never changed


class FakePlatform:
    """Sends the responses that were added for each operation and each URL, in order."""

    def __init__(self, httpx_mock: HTTPXMock) -> None:
        self.requests: list[httpx.Request] = []
        self._responses: dict[str, deque[FakeResponse | BaseException]] = {}
        httpx_mock.add_callback(self._respond, is_reusable=True, is_optional=True)

    def add_responses(self, operation: str, *responses: Any) -> None:
        """Add responses to an operation: a JSON body, a FakeResponse, or an exception to raise."""
        self._add(operation, responses)

    def add_data(self, operation: str, *values: Any) -> None:
        """Add responses to an operation that contain only its data."""
        self._add(operation, [{"data": {operation: value}} for value in values])

    def add_url_responses(self, url: str, *responses: Any) -> None:
        """Add responses to a presigned URL."""
        self._add(url, responses)

    @property
    def operations(self) -> list[str]:
        """The requests made, as operation names, or as methods with URLs."""
        return [_key(request)[0] for request in self.requests]

    def variables(self, operation: str) -> list[dict[str, Any]]:
        """The variables of each request of an operation."""
        return [
            json.loads(request.content)["variables"]
            for request in self.requests
            if _key(request)[0] == operation
        ]

    def _add(self, key: str, responses: Any) -> None:
        parsed = (
            response
            if isinstance(response, (FakeResponse, BaseException))
            else FakeResponse(body=json.dumps(response).encode())
            for response in responses
        )
        self._responses.setdefault(key, deque()).extend(parsed)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        for key in _key(request):
            if self._responses.get(key):
                response = self._responses[key].popleft()
                break
        else:
            raise AssertionError(f"no response was added for {_key(request)}")
        if isinstance(response, BaseException):
            raise response
        headers = {"Content-Length": str(len(response.body)), **response.headers}
        return httpx.Response(
            response.status, headers=headers, stream=IteratorStream([response.body])
        )


def _key(request: httpx.Request) -> list[str]:
    if request.method == "POST":
        return [json.loads(request.content)["operationName"]]
    # The URL of a presigned request prints without its query string.
    url = request.url
    full_url = f"{url.scheme}://{url.netloc.decode()}{url.raw_path.decode()}"
    return [f"{request.method} {full_url}", full_url]


def graphql_error(
    errorType: str | None = None, message: str | None = None, **extra: Any
) -> dict[str, Any]:
    """A GraphQL error in the format of AppSync."""
    entry = {"path": ["f"], "data": None, "errorInfo": None, "locations": [], **extra}
    if errorType is not None:
        entry["errorType"] = errorType
    if message is not None:
        entry["message"] = message
    return entry


def error_response(*errors: dict[str, Any], data: Any = None) -> dict[str, Any]:
    """A response body with errors."""
    return {"data": data, "errors": list(errors)}
