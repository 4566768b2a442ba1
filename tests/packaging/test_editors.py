"""Editor support of the installed package: completion, signatures and definitions.

Pylance is built on pyright, whose language server is used here; IPython, Spyder and many other
editors use jedi.
"""

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jedi
import pytest

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange

from ..support.language_server import LanguageServer, language_server

METHOD, PROPERTY = 2, 10
"""Kinds of completion items in the Language Server Protocol."""

PACKAGE = "avista_digital_exchange_sdk"
CLIENTS = {"client": AvistaDigitalExchange, "async_client": AsyncAvistaDigitalExchange}


def calls_of(client: type) -> dict[str, Callable[..., Any]]:
    """The public methods of a client."""
    return {
        name: method
        for name, method in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_")
    }


CALLS = [(kind, name) for kind, client in CLIENTS.items() for name in calls_of(client)]
each_call = pytest.mark.parametrize(("kind", "name"), CALLS)


class Script:
    """A user's script that names every call, with the position of each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = []
        self.lines: dict[tuple[str, str], int] = {}
        for kind, client in CLIENTS.items():
            lines += [f"from {PACKAGE} import {client.__name__}", f"{kind} = {client.__name__}()"]
            for name in calls_of(client):
                self.lines[kind, name] = len(lines)
                lines.append(f"{kind}.{name}(")
                lines.append(")")
        self.text = "\n".join(lines)
        path.write_text(self.text, "utf-8")

    def position(self, kind: str, name: str, character: int = 2) -> tuple[int, int]:
        """The position of a call's name, or of a character within it."""
        return self.lines[kind, name], len(kind) + 1 + character


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Script:
    return Script(tmp_path_factory.mktemp("project") / "script.py")


@pytest.fixture(scope="module")
def server(installed: Path, script: Script) -> Iterator[LanguageServer]:
    command = [str(Path(sys.executable).with_name("basedpyright-langserver")), "--stdio"]
    with language_server(command, script.path.parent, installed) as server:
        server.open(script.path)
        yield server


@pytest.fixture(scope="module")
def analysis(installed: Path, script: Script) -> jedi.Script:
    environment = jedi.create_environment(installed, safe=False)
    return jedi.Script(script.text, path=script.path, environment=environment)


def parameters_of(method: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(method).parameters if name != "self"]


class TestLanguageServer:
    @pytest.mark.parametrize("kind", CLIENTS)
    def test_completion_offers_every_call_as_a_method_with_its_docstring(
        self, server: LanguageServer, script: Script, kind: str
    ) -> None:
        line, _ = script.position(kind, "getUserInfo")
        response = server.at("completion", script.path, line, len(kind) + 1)
        items = {item["label"]: item for item in response["items"]}
        for name, method in calls_of(CLIENTS[kind]).items():
            assert items[name]["kind"] == METHOD, name
            resolved = server.request("completionItem/resolve", items[name])
            summary = (inspect.getdoc(method) or "").partition("\n")[0]
            assert summary in resolved["documentation"]["value"].replace("\\_", "_"), name
        assert items["dataStores"]["kind"] == PROPERTY

    @each_call
    def test_hover_shows_a_method_with_its_parameters_and_no_private_name(
        self, server: LanguageServer, script: Script, kind: str, name: str
    ) -> None:
        hover = server.at("hover", script.path, *script.position(kind, name))["contents"]["value"]
        (signature,) = re.findall(r"\A.*?\) -> [^\n]+", hover, re.S)
        method = calls_of(CLIENTS[kind])[name]
        assert f"(method) def {name}(" in signature or f"(method) async def {name}(" in signature
        shown = re.findall(r"^    (\w+): |[(,] ?(\w+): ", signature, re.M)
        assert [first or second for first, second in shown] == parameters_of(method)
        assert not re.search(r"\b_\w+|DEFAULT_", signature)

    @each_call
    def test_signature_help_names_every_parameter(
        self, server: LanguageServer, script: Script, kind: str, name: str
    ) -> None:
        line, character = script.position(kind, name, len(name) + 1)
        (signature,) = server.at("signatureHelp", script.path, line, character)["signatures"]
        labels = [
            signature["label"][slice(*each["label"])]
            if isinstance(each["label"], list)
            else each["label"]
            for each in signature.get("parameters", [])
        ]
        names = [label.partition(":")[0].strip() for label in labels if label not in ("*", "/")]
        assert names == parameters_of(calls_of(CLIENTS[kind])[name])

    @each_call
    def test_definition_is_the_def_of_the_call(
        self, server: LanguageServer, script: Script, kind: str, name: str
    ) -> None:
        (definition,) = server.at("definition", script.path, *script.position(kind, name))
        path = Path(unquote(urlsplit(definition["uri"]).path))
        line = path.read_text("utf-8").split("\n")[definition["range"]["start"]["line"]]
        assert re.match(rf"\s+(async )?def {name}\(", line)

    @pytest.mark.parametrize("client", CLIENTS.values())
    def test_constructor_shows_its_defaults_as_values(
        self, server: LanguageServer, script: Script, client: type
    ) -> None:
        line = script.text.split("\n").index(f"from {PACKAGE} import {client.__name__}") + 1
        character = script.text.split("\n")[line].index(client.__name__) + 2
        hover = server.at("hover", script.path, line, character)["contents"]["value"]
        assert "timeout: float = 60" in hover
        assert "maxRetries: int = 4" in hover


class TestJedi:
    @each_call
    def test_jedi_finds_signature_and_docstring_statically(
        self, analysis: jedi.Script, script: Script, kind: str, name: str
    ) -> None:
        line, character = script.position(kind, name)
        (found,) = analysis.help(line + 1, character)
        method = calls_of(CLIENTS[kind])[name]
        summary = (inspect.getdoc(method) or "").partition("\n")[0]
        assert found.type == "function"
        assert summary in found.docstring()
        (signature,) = found.get_signatures()
        assert [each.name for each in signature.params if each.name != "self"] == parameters_of(
            method
        )


def test_every_public_name_is_annotated(installed: Path) -> None:
    command = [sys.executable, "-m", "basedpyright", "--verifytypes", PACKAGE]
    environment = os.environ | {
        "PATH": os.pathsep.join([str(installed.parent), os.environ["PATH"]])
    }
    done = subprocess.run(
        [*command, "--ignoreexternal", "--outputjson"],
        cwd=installed.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)["typeCompleteness"]
    missing = [
        f"{symbol['name']}: {diagnostic['message']}"
        for symbol in report["symbols"]
        if symbol["isExported"]
        for diagnostic in symbol["diagnostics"]
        if "missing type annotation" in diagnostic["message"].partition("\n")[0]
    ]
    assert report["symbols"]
    assert missing == []
