"""Shell completion: names of the platform, cached and silent, and its installation."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import typer

from avista_digital_exchange_sdk.cli.shells import complete_in_bash, split_line
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.command_line import Command, run_command
from ..support.proxy import Proxy
from .conftest import PROGRAM, TIMEOUT_SECONDS
from .test_file_names import NAMES

Complete = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The directory of the cache."""
    monkeypatch.setenv("AVISTA_DX_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def complete(access: dict[str, str]) -> Complete:
    """Completes the last of some words, which may be empty."""

    def run(*words: str, **environment: str) -> list[str]:
        completing = {
            "_AVISTA_DX_COMPLETE": "complete_bash",
            "COMP_WORDS": shlex.join(["avista-dx", *words]),
            "COMP_CWORD": str(len(words)),
        }
        outcome = run_command(**access | completing | environment)
        assert (outcome.exit_code, outcome.stderr) == (0, "")
        return [line for line in outcome.stdout.splitlines() if line]

    return run


@pytest.fixture
def files(dx: Command, tmp_path: Path) -> str:
    """The path of a directory in the data store Solar site with two files and a directory."""
    folder = "dx://Solar site/completion"
    for name in ("may file.csv", "june.csv"):
        (tmp_path / name).write_text("1\n")
        dx("put", tmp_path / name, f"{folder}/{name}")
    dx("put", tmp_path / "june.csv", f"{folder}/inner/june.csv")
    return folder


class TestValues:
    @pytest.mark.parametrize("command", ["ls", "tree", "cat", "rm", "get"])
    def test_remote_path_is_completed_with_stores_directories_and_files(
        self, complete: Complete, files: str, command: str
    ) -> None:
        assert "dx://Solar site/" in complete(command, "")
        assert complete(command, "dx://Solar s") == ["dx://Solar site/"]
        assert complete(command, "dx://Solar site/comp") == [f"{files}/"]
        assert complete(command, f"{files}/") == [
            f"{files}/inner/",
            f"{files}/june.csv",
            f"{files}/may file.csv",
        ]
        assert complete(command, f"{files}/m") == [f"{files}/may file.csv"]
        assert complete(command, "local") == []

    def test_target_of_put_is_completed_and_its_source_left_to_the_shell(
        self, complete: Complete
    ) -> None:
        assert complete("put", "") == []
        assert complete("put", "may.csv", "dx://Solar s") == ["dx://Solar site/"]
        assert complete("get", "dx://Solar site/a", "") == []

    def test_store_with_an_ambiguous_name_is_completed_with_its_id(
        self, complete: Complete, admin_client: AdminClient
    ) -> None:
        twins = [admin_client.create_data_store("Ambiguous")["dataStoreId"] for _ in range(2)]
        found = complete("ls", "dx://")
        assert {f"dx://{one}/" for one in twins} <= set(found)
        assert "dx://Ambiguous/" not in found

    @pytest.mark.parametrize(
        "words",
        [["assets", "Solar m"], ["assets", "--db", "Solar m"], ["publish", "Solar m"]],
    )
    def test_database_is_completed(self, complete: Complete, words: list[str]) -> None:
        assert complete(*words) == ["Solar measurements"]

    def test_collaborative_and_service_are_completed(self, complete: Complete) -> None:
        assert complete("services", "") == ["Solar Research"]
        assert complete("share", "Solar ") == ["Solar site", "Solar measurements"]
        assert complete("share", "Solar site", "Sol") == ["Solar Research"]

    def test_asset_and_attribute_are_completed(
        self, complete: Complete, dx: Command, database: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "may.csv"
        time = "2024-05-01T00:00:00Z"
        rows = ["assetId,timestamp,A kW,B", f"feeder-7,{time},1,", f"pump,{time},,2"]
        file.write_text("\n".join(rows))
        assert dx("publish", database, file).exit_code == 0
        assert complete("query", database, "--asset", "") == ["feeder-7", "pump"]
        assert complete("query", database, "--asset", "feeder-7", "--attribute", "") == ["A kW"]
        assert complete("query", "--db", database, "--attribute", "B") == ["B"]
        assert complete("publish", database, "may.csv", "--asset", "p") == ["pump"]

    def test_profile_is_completed(self, complete: Complete, local: LocalExchange) -> None:
        login = ["login", "--no-keyring", "--endpoint", local.endpoint, "--profile", "work"]
        run_command(*login, input=local.token)
        assert complete("stores", "--profile", "w") == ["work"]


class TestCache:
    def test_values_are_cached_for_a_minute(
        self, complete: Complete, proxy: Proxy, config: Path
    ) -> None:
        endpoint = {"AVISTA_DX_ENDPOINT": proxy.endpoint}
        assert complete("services", "", **endpoint) == ["Solar Research"]
        requests = len(proxy.messages)
        assert complete("services", "", **endpoint) == ["Solar Research"]
        assert len(proxy.messages) == requests
        (path,) = (config / "completion").iterdir()
        os.utime(path, (path.stat().st_mtime - 61, path.stat().st_mtime - 61))
        assert complete("services", "", **endpoint) == ["Solar Research"]
        assert len(proxy.messages) > requests

    def test_cache_is_private_and_contains_no_token(
        self, complete: Complete, config: Path, local: LocalExchange
    ) -> None:
        complete("services", "")
        (path,) = (config / "completion").iterdir()
        assert json.loads(path.read_text()) == ["Solar Research"]
        assert local.token not in path.name
        if os.name != "nt":
            assert path.stat().st_mode & 0o077 == 0

    def test_values_of_another_token_are_not_shown(
        self, complete: Complete, local: LocalExchange
    ) -> None:
        assert complete("assets", "Solar m") == ["Solar measurements"]
        assert complete("assets", "Solar m", AVISTA_DX_TOKEN=local.tokens["outsider"]) == []

    @pytest.mark.parametrize(
        "environment",
        [
            {"AVISTA_DX_ENDPOINT": "http://127.0.0.1:1/graphql"},
            {"AVISTA_DX_TOKEN": "rejected"},
            {"AVISTA_DX_TOKEN": ""},
            {"AVISTA_DX_ENDPOINT": "nonsense"},
            {"AVISTA_DX_PROFILE": "missing"},
            {"AVISTA_DX_CONFIG_DIR": os.path.join(os.devnull, "none")},
        ],
    )
    def test_completion_is_silent_when_something_is_wrong(
        self, complete: Complete, environment: dict[str, str]
    ) -> None:
        assert complete("services", "", **environment) in ([], ["Solar Research"])


@pytest.mark.parametrize(
    ("line", "words", "incomplete", "quote"),
    [
        ("avista-dx ", ["avista-dx"], "", ""),
        ("avista-dx ls dx://a\\ b", ["avista-dx", "ls"], "dx://a b", ""),
        ("avista-dx ls 'a\\ b", ["avista-dx", "ls"], "a\\ b", "'"),
        ('avista-dx ls "a \\" b', ["avista-dx", "ls"], 'a " b', '"'),
        ("avista-dx '' x", ["avista-dx", ""], "x", ""),
        ("avista-dx ls a\\", ["avista-dx", "ls"], "a", ""),
    ],
)
def test_line_is_split_like_in_bash(
    line: str, words: list[str], incomplete: str, quote: str
) -> None:
    assert split_line(line)[:3] == (words, incomplete, quote)


class TestShells:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion_is_installed_for_the_named_shell(
        self, shell: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        outcome = run_command("--install-completion", shell)
        assert outcome.exit_code == 0
        (path,) = [
            path
            for path in tmp_path.rglob("*avista-dx*")
            if path.is_file() and "avista-dx" in path.name
        ]
        assert str(path) in outcome.stderr
        shown = run_command(f"--show-completion={shell}")
        assert shown.stdout.strip() == path.read_text().strip()

    def test_unknown_shell_is_refused_with_those_that_are_supported(self) -> None:
        outcome = run_command("--install-completion", "tcsh")
        assert outcome.exit_code == 2
        assert "must be one of bash, zsh, fish, powershell, pwsh, got 'tcsh'" in outcome.stderr

    @pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
    def test_bash_completes_words_with_colons_blanks_and_quotes(
        self, environment: dict[str, str], files: str
    ) -> None:
        # Without values, bash completes files.
        lines = {
            "avista-dx ls dx://Solar\\ site/comp": "1 //Solar\\ site/completion/",
            f'avista-dx cat "{files}/m': f"1 {files}/may file.csv",
            "avista-dx put ": "0 ",
        }
        script = [
            f'avista-dx() {{ {shlex.join(PROGRAM)} "$@"; }}',
            run_command("--show-completion", "bash").stdout.replace(
                '"$1" 2>', f"{shlex.join(PROGRAM)} 2>"
            ),
        ]
        for line in lines:
            script.append(
                f"COMP_LINE={shlex.quote(line)} COMP_POINT={len(line)} COMPREPLY=()\n"
                "_avista_dx_completion avista-dx 2>/dev/null\n"
                'printf "%d %s\\n" ${#COMPREPLY[@]} "${COMPREPLY[*]}"'
            )
        outcome = subprocess.run(
            ["bash", "-c", "\n".join(script)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert outcome.stdout.splitlines() == list(lines.values())

    @pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
    @pytest.mark.parametrize("quote", ["", "'", '"'])
    def test_bash_reads_a_completed_name_as_it_is(
        self, quote: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        names = [name for name in NAMES if name.isprintable()]
        script = []
        for name in names:
            monkeypatch.setenv("COMP_LINE", f"avista-dx cat {quote}dx:")
            with pytest.raises(SystemExit):
                complete_in_bash(partial(typer.echo, f"dx://a/{name}"))
            completed = capsys.readouterr().out.removesuffix("\n")
            script.append(f"printf '%s\\0' {quote or 'dx:'}{completed}{quote}")
        outcome = subprocess.run(["bash", "-c", "\n".join(script)], capture_output=True, check=True)
        words = outcome.stdout.decode().split("\0")
        assert words == [*(f"dx://a/{name}" for name in names), ""]

    @pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
    def test_zsh_completes_names_and_runs_no_part_of_them(
        self, environment: dict[str, str], dx: Command, tmp_path: Path
    ) -> None:
        names = ["a  b", 'it\'s "two".csv', "\\$(touch run)`touch run`.csv", "x:y[1]*.csv"]
        for name in names:
            dx("mkdir", f"dx://Solar site/zsh/{name}")
        program = tmp_path / "avista-dx"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
        program.chmod(0o755)
        starts = {
            start: f"{name}/" for start, name in zip(("a", "it", "\\\\", "x"), names, strict=True)
        }
        lines = {
            "unsh": "unshare",
            "share Solar\\ m": "Solar measurements",
            'ls "dx://Solar site/zs': "dx://Solar site/zsh/",
            "put ": "files",
        } | {
            f"ls dx://Solar\\ site/zsh/{start}": f"dx://Solar site/zsh/{name}"
            for start, name in starts.items()
        }
        script = [
            "compdef() { : }; _files() { print files }",
            # The last argument is the name of an array.
            'compadd() { print -rl -- "${(@P)@[-1]}" }',
            run_command("--show-completion", "zsh").stdout,
        ]
        for line in lines:
            command, typed = line.split(" ", 1) if " " in line else ("", line)
            words = shlex.join([str(program), *filter(None, [command]), typed])
            script.append(f"words=({words}); CURRENT=$#words; _avista_dx_completion | grep .")
        outcome = subprocess.run(
            ["zsh", "-f", "-c", "\n".join(script)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert outcome.stdout.splitlines() == list(lines.values())
        assert not list(tmp_path.rglob("run*"))

    def test_names_with_line_breaks_are_not_completed(
        self, complete: Complete, dx: Command, files: str, tmp_path: Path
    ) -> None:
        dx("mkdir", f"{files}/two\nlines")
        assert len(complete("ls", f"{files}/")) == 3
        dx("rm", "--recursive", f"{files}/two\nlines")
