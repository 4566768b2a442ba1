"""Tools that show the local variables of a failed program show no secret."""

import io
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from IPython.core.ultratb import VerboseTB
from rich.console import Console
from rich.traceback import Traceback

from avista_digital_exchange_sdk import AvistaDigitalExchange, DigitalExchangeError

from ..support.faulty_proxy import Fault
from ..support.token_forms import token_forms
from .conftest import FaultyPlatform
from .scenarios import http


def standard_library(error: BaseException) -> str:
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def rich(error: BaseException) -> str:
    output = io.StringIO()
    shown = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_length=1000
    )
    Console(file=output, width=1000).print(shown)
    return output.getvalue()


def ipython(error: BaseException) -> str:
    return VerboseTB().text(type(error), error, error.__traceback__)


PROGRAM = """
import os
from pathlib import Path
import pytest
from avista_digital_exchange_sdk import AvistaDigitalExchange

@pytest.mark.parametrize("source", [Path(__file__)])
def test_call(source):
    store, home, file = os.environ["IDS"].split()
    with AvistaDigitalExchange(maxRetries=0) as exchange:
        if os.environ["CALL"] == "upload":
            exchange.uploadFileToDataStore(store, home, source)
        exchange.downloadDataStoreFile(file, source.parent / "target")
"""

META = "storage_getDataStoreFileDownload"
STEPS = {
    "the platform refuses": ("download", Fault(META, "request", http("401 No"))),
    "the connection ends": ("download", Fault(META, "response", "reset", 0.5)),
    "the download is refused": ("download", Fault("GET", "request", http("403 No"))),
    "the download ends": ("download", Fault("GET", "response", "reset", 0.5)),
    "the upload is refused": ("upload", Fault("PUT", "request", http("403 No"))),
    "the upload ends": ("upload", Fault("PUT", "request", "reset", 0.5)),
}


class Ids:
    """A data store with a file."""

    def __init__(self, faulty_platform: FaultyPlatform, source: Path) -> None:
        made = faulty_platform.platform.create_data_store()
        self.store, self.home = made["dataStoreId"], made["homeDirectoryId"]
        with faulty_platform.direct() as direct:
            self.file = direct.uploadFileToDataStore(self.store, self.home, source).dataStoreFileId


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "load.csv"
    source.write_bytes(b"1" * 300_000)
    return source


@pytest.fixture
def ids(faulty_platform: FaultyPlatform, source: Path) -> Ids:
    return Ids(faulty_platform, source)


def secrets(faulty_platform: FaultyPlatform) -> list[str]:
    return [
        *token_forms(faulty_platform.local.token),
        *faulty_platform.proxy.signatures,
        "X-Amz-Signature=",
    ]


@pytest.mark.parametrize("show", [standard_library, rich, ipython])
@pytest.mark.parametrize("step", STEPS)
def test_traceback_with_local_variables_shows_no_secret(
    step: str,
    show: Callable[[BaseException], str],
    faulty_platform: FaultyPlatform,
    ids: Ids,
    source: Path,
) -> None:
    call, fault = STEPS[step]
    faulty_platform.proxy.signatures.clear()
    faulty_platform.proxy.expect(fault)
    exchange = AvistaDigitalExchange(
        faulty_platform.local.token,
        endpoint=faulty_platform.proxy.endpoint,
        maxRetries=0,
        timeout=5,
    )
    calls = {
        "upload": lambda: exchange.uploadFileToDataStore(ids.store, ids.home, source),
        "download": lambda: exchange.downloadDataStoreFile(ids.file, source.parent / "target"),
    }
    with exchange, pytest.raises(DigitalExchangeError) as caught:
        calls[call]()
    # The frame of this test contains the secrets it searches for.
    error = caught.value
    assert error.__traceback__ is not None
    shown = show(error.with_traceback(error.__traceback__.tb_next))
    assert "dataStoreId" in shown or "dataStoreFileId" in shown
    assert not [secret for secret in secrets(faulty_platform) if secret in shown]


@pytest.mark.parametrize("step", ["the download is refused", "the upload ends"])
def test_pytest_with_local_variables_shows_no_secret(
    step: str, faulty_platform: FaultyPlatform, ids: Ids, tmp_path: Path
) -> None:
    call, fault = STEPS[step]
    (tmp_path / "test_program.py").write_text(PROGRAM)
    faulty_platform.proxy.signatures.clear()
    faulty_platform.proxy.expect(fault)
    environment = {
        "AVISTA_DX_TOKEN": faulty_platform.local.token,
        "AVISTA_DX_ENDPOINT": faulty_platform.proxy.endpoint,
        "IDS": f"{ids.store} {ids.home} {ids.file}",
        "CALL": call,
    }
    options = ["-p", "no:cacheprovider", "--showlocals", "--tb=long", "-vv"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_program.py"],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "1 failed" in run.stdout
    assert "exchange   = AvistaDigitalExchange(" in run.stdout
    assert not [secret for secret in secrets(faulty_platform) if secret in run.stdout]
