"""A platform that gives the answers it is told to: those a real server can't be made to give."""

import json
from collections import deque
from typing import Any, NamedTuple

import httpx
from pytest_httpx import HTTPXMock, IteratorStream

ENDPOINT = "https://exchange.test/graphql"
TOKEN = "test-token-2f6d1c"


class Answer(NamedTuple):
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012  # never changed


class ScriptedPlatform:
    """Answers each operation, and each address, with what was laid down for it, in turn."""

    def __init__(self, httpx_mock: HTTPXMock) -> None:
        self.requests: list[httpx.Request] = []
        self._answers: dict[str, deque[Answer | BaseException]] = {}
        httpx_mock.add_callback(self._answer, is_reusable=True, is_optional=True)

    def answers(self, operation: str, *answers: Any) -> None:
        """Lay down answers of an operation: the body as JSON, an Answer, or an exception."""
        self._lay_down(operation, answers)

    def data(self, operation: str, *values: Any) -> None:
        """Lay down answers of an operation that hold nothing but its data."""
        self._lay_down(operation, [{"data": {operation: value}} for value in values])

    def holds(self, url: str, *answers: Any) -> None:
        """Lay down what a presigned URL answers."""
        self._lay_down(url, answers)

    @property
    def operations(self) -> list[str]:
        """What was asked, as operation names and methods with their address."""
        return [_key(request)[0] for request in self.requests]

    def variables(self, operation: str) -> list[dict[str, Any]]:
        """The variables an operation was sent with, each time."""
        return [
            json.loads(request.content)["variables"]
            for request in self.requests
            if _key(request)[0] == operation
        ]

    def _lay_down(self, key: str, answers: Any) -> None:
        made = (
            answer
            if isinstance(answer, (Answer, BaseException))
            else Answer(body=json.dumps(answer).encode())
            for answer in answers
        )
        self._answers.setdefault(key, deque()).extend(made)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        for key in _key(request):
            if self._answers.get(key):
                answer = self._answers[key].popleft()
                break
        else:
            raise AssertionError(f"nothing was laid down for {_key(request)}")
        if isinstance(answer, BaseException):
            raise answer
        headers = {"Content-Length": str(len(answer.body)), **answer.headers}
        return httpx.Response(answer.status, headers=headers, stream=IteratorStream([answer.body]))


def _key(request: httpx.Request) -> list[str]:
    if request.method == "POST":
        return [json.loads(request.content)["operationName"]]
    # The URL of a presigned request prints without its query string.
    url = request.url
    address = f"{url.scheme}://{url.netloc.decode()}{url.raw_path.decode()}"
    return [f"{request.method} {address}", address]


def error(
    errorType: str | None = None, message: str | None = None, **beside: Any
) -> dict[str, Any]:
    """An error as AppSync shapes it."""
    entry = {"path": ["f"], "data": None, "errorInfo": None, "locations": [], **beside}
    if errorType is not None:
        entry["errorType"] = errorType
    if message is not None:
        entry["message"] = message
    return entry


def refusal(*errors: dict[str, Any], data: Any = None) -> dict[str, Any]:
    """An answer that holds errors."""
    return {"data": data, "errors": list(errors)}
