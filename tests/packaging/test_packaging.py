"""The contents of the wheel and the sdist, and the demo in an installed wheel."""

import os
import subprocess
import tarfile
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
NAME = "avista_digital_exchange_sdk"
SOURCE = ROOT / "src" / NAME


def run(command: list[str | Path], folder: Path) -> str:
    """Run a command outside the checkout and return its output."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder.parent).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


class TestWheel:
    def test_wheel_contains_only_the_package(self, wheel: Path) -> None:
        names = set(zipfile.ZipFile(wheel).namelist())
        described = {name for name in names if ".dist-info/" in name}
        assert names - described == files_below(SOURCE) | {"avista_digital_exchange_pytest.py"}
        assert {
            f"{NAME}/py.typed",
            f"{NAME}/demo/solar_site.csv",
            f"{NAME}/_generated/schema.graphql",
        } <= names
        assert any(name.endswith("/licenses/LICENSE") for name in described)

    def test_wheel_metadata_describes_the_package(self, installed: Path) -> None:
        (folder,) = installed.parents[2].rglob("*.dist-info")
        metadata = PathDistribution(folder).metadata
        assert metadata["Name"] == "avista-digital-exchange-sdk"
        assert metadata["Requires-Python"] == ">=3.11"
        assert metadata["License-Expression"] == "MIT"
        assert {"local", "all"} <= set(metadata.get_all("Provides-Extra") or [])
        assert str(metadata.get_payload()).startswith("# Avista Digital Exchange SDK")


class TestSdist:
    def test_sdist_contains_only_what_the_checkout_needs(self, built: Path) -> None:
        (sdist,) = built.glob("*.tar.gz")
        with tarfile.open(sdist) as archive:
            names = [PurePosixPath(*PurePosixPath(name).parts[1:]) for name in archive.getnames()]
        assert {name.parts[0] for name in names} == {
            ".dockerignore",
            ".gitignore",
            "CHANGELOG.md",
            "CITATION.cff",
            "CONTRIBUTING.md",
            "LICENSE",
            "PKG-INFO",
            "README.md",
            "SECURITY.md",
            "docker",
            "docs",
            "pyproject.toml",
            "queries",
            "requirements",
            "schema",
            "scripts",
            "src",
            "tests",
            "zensical.toml",
        }
        assert not [name for name in names if "__pycache__" in name.parts]
        present = {str(name) for name in names}
        for folder in ("docs", "schema", "queries", "src"):
            assert files_below(ROOT / folder) <= present
        for script in ("bootstrap", "demo", "docs", "generate", "lock", "test"):
            assert f"scripts/{script}" in present


class TestInstalledWheel:
    def test_installed_wheel_is_imported(self, installed: Path, tmp_path: Path) -> None:
        code = f"import {NAME} as sdk; print(sdk.__file__, sdk.__version__)"
        location, version = run([installed, "-c", code], tmp_path).split()
        assert Path(location).is_relative_to(installed.parents[2])
        assert version == (SOURCE / "_version.py").read_text("utf-8").split('"')[-2]

    def test_installed_wheel_runs_the_demo(self, installed: Path, tmp_path: Path) -> None:
        shown = run([installed, "-m", f"{NAME}.demo"], tmp_path)
        for part in (
            "Ada Lindqvist",
            "solar_site.csv",
            "the same bytes",
            "336 records",
            "assetId,name,timestamp,",
            '[{"assetId":',
            "Done.",
        ):
            assert part in shown
        assert max(len(line) for line in shown.splitlines()) <= 110
        assert (tmp_path / "solar-site.png").read_bytes().startswith(b"\x89PNG")

    def test_installed_wheel_serves_a_local_exchange(self, installed: Path, tmp_path: Path) -> None:
        assert "--ready-file" in run([installed, "-m", f"{NAME}.local", "--help"], tmp_path)

    def test_installed_wheel_without_the_local_extra_says_what_to_install(
        self, installed: Path, tmp_path: Path
    ) -> None:
        code = (
            "import sys; sys.modules['ariadne'] = None\n"
            f"try: import {NAME}.local\n"
            "except ModuleNotFoundError as error: print(*error.__notes__)"
        )
        assert "pip install anyio" in run([installed, "-c", code], tmp_path)
