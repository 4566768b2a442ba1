"""A client of a language server, to see what editors show for the package."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MARKUP = {"contentFormat": ["plaintext"], "documentationFormat": ["plaintext"]}


class LanguageServer:
    """A language server for one workspace folder."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, python: Path) -> None:
        self._process = process
        self._settings = {"pythonPath": str(python)}
        self._last_id = 0
        capabilities = {
            "workspace": {"configuration": True},
            "textDocument": {
                "hover": MARKUP,
                "completion": {
                    "completionItem": MARKUP | {"resolveSupport": {"properties": ["documentation"]}}
                },
                "signatureHelp": {"signatureInformation": MARKUP},
            },
        }
        folders = [{"uri": folder.as_uri(), "name": folder.name}]
        self.request(
            "initialize",
            {"processId": None, "capabilities": capabilities, "workspaceFolders": folders},
        )
        self._send({"method": "initialized", "params": {}})

    def open(self, path: Path) -> None:
        """Open a file like an editor."""
        document = {
            "uri": path.as_uri(),
            "languageId": "python",
            "version": 1,
            "text": path.read_text("utf-8"),
        }
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def at(self, method: str, path: Path, line: int, character: int) -> Any:
        """Send a request about a position in a file; both numbers count from 0."""
        return self.request(
            f"textDocument/{method}",
            {
                "textDocument": {"uri": path.as_uri()},
                "position": {"line": line, "character": character},
            },
        )

    def request(self, method: str, params: Any) -> Any:
        """Send a request and wait for its result."""
        self._last_id += 1
        self._send({"id": self._last_id, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message:
                self._reply(message)
            elif message["id"] == self._last_id:
                assert "error" not in message, message["error"]
                return message["result"]

    def _reply(self, message: dict[str, Any]) -> None:
        if "id" not in message:
            return
        result: Any = None
        if message["method"] == "workspace/configuration":
            items = message["params"]["items"]
            result = [self._settings if item["section"] == "python" else {} for item in items]
        self._send({"id": message["id"], "result": result})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message


@contextmanager
def language_server(command: list[str], folder: Path, python: Path) -> Iterator[LanguageServer]:
    """Run a language server for a folder, with the packages of a Python interpreter."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield LanguageServer(process, folder, python)
        finally:
            process.kill()
