"""Sends requests with httpx and curl, without the SDK."""

import ssl
import subprocess
from pathlib import Path
from typing import Any

import httpx
from pydantic_core import from_json

from .environment import Environment


class BareClient:
    """Sends requests over one persistent connection, which is opened in advance."""

    def __init__(self, env: Environment) -> None:
        self._endpoint = env.endpoint
        headers = {"Authorization": env.token, "Content-Type": "application/json"}
        verify = ssl.create_default_context(cafile=env.ca_file)
        self.http = httpx.Client(headers=headers, timeout=60, verify=verify)
        self.post(b"{}")

    def post(self, body: bytes) -> bytes:
        """Send a request; return the response."""
        return self.http.post(self._endpoint, content=body).content

    def field(self, body: bytes) -> Any:
        """Send a request; return the value of the only field in its response."""
        response = from_json(self.post(body))
        assert "errors" not in response, response["errors"]
        (value,) = response["data"].values()
        return value


def curl(*arguments: str | Path) -> None:
    """Run curl."""
    subprocess.run(["curl", "--silent", "--show-error", "--fail", *arguments], check=True)
