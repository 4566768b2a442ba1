"""Files attached to captures, and data models as files, with both clients."""

import json
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidRequestError,
    NotFoundError,
    TransferError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import FakePlatform, FakeResponse

UPLOAD_URL = "https://bucket.test/f?Signature=1"
ATTACHMENT = {"attachmentId": "attachmentId.1", "attachmentType": "FILE", "ownerUserId": "u"}


@pytest.fixture
def capture(exchange: AvistaDigitalExchange) -> str:
    """The ID of a new capture."""
    return exchange.dataCapture.createCapture("Night test").captureId


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A local file."""
    path = tmp_path / "mast.tar.gz"
    path.write_bytes(bytes(range(256)) * 10)
    return path


def test_attached_file_is_downloaded_with_the_same_bytes(
    exchange: AvistaDigitalExchange, capture: str, photo: Path, tmp_path: Path
) -> None:
    captures = exchange.dataCapture
    reports: list[tuple[int, int | None]] = []
    attached = captures.attachFile(
        capture,
        photo,
        description="The mast",
        progress=lambda done, total: reports.append((done, total)),
    )
    assert (attached.name, attached.description) == ("mast.tar.gz", "The mast")
    assert (attached.attachmentType, attached.error) == ("FILE", None)
    assert reports[-1] == (2560, 2560)
    assert captures.listAttachments(capture) == [attached]

    folder = tmp_path / "downloads"
    folder.mkdir()
    downloaded = captures.downloadAttachment(capture, attached.attachmentId, folder)
    assert downloaded == attached
    assert (folder / "mast.tar.gz").read_bytes() == photo.read_bytes()
    captures.downloadAttachment(capture, attached.attachmentId, folder / "copy")
    assert (folder / "copy").read_bytes() == photo.read_bytes()

    assert captures.deleteAttachment(capture, attached.attachmentId) == attached
    assert captures.listAttachments(capture) == []
    with pytest.raises(NotFoundError, match="attachment not found"):
        captures.downloadAttachment(capture, attached.attachmentId, folder / "gone")
    assert not (folder / "gone").exists()


def test_several_files_may_have_one_name(
    exchange: AvistaDigitalExchange, capture: str, photo: Path
) -> None:
    ids = {
        exchange.dataCapture.attachFile(capture, photo, name="mast.jpg").attachmentId
        for _ in range(2)
    }
    assert {
        attachment.attachmentId: attachment.name
        for attachment in exchange.dataCapture.listAttachments(capture)
    } == dict.fromkeys(ids, "mast.jpg")


def test_attachments_of_others_are_refused(
    exchange: AvistaDigitalExchange,
    connect: Connect,
    local: LocalExchange,
    capture: str,
    photo: Path,
    tmp_path: Path,
) -> None:
    attached = exchange.dataCapture.attachFile(capture, photo)
    outsider = connect(local.tokens["outsider"], endpoint=local.endpoint).dataCapture
    with pytest.raises(UnauthorizedError):
        outsider.attachFile(capture, photo)
    with pytest.raises(UnauthorizedError):
        outsider.downloadAttachment(capture, attached.attachmentId, tmp_path / "copy")
    with pytest.raises(UnauthorizedError):
        outsider.deleteAttachment(capture, attached.attachmentId)
    assert exchange.dataCapture.listAttachments(capture) == [attached]


def test_failed_upload_leaves_no_attachment(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange, photo: Path
) -> None:
    fake_platform.add_data(
        "dataCapture_attachFile", {"itemId": "attachmentId.1", "url": UPLOAD_URL}
    )
    fake_platform.add_url_responses(f"PUT {UPLOAD_URL}", FakeResponse(400))
    fake_platform.add_data("dataCapture_deleteAttachment", ATTACHMENT)
    with pytest.raises(TransferError):
        fake_platform_client.dataCapture.attachFile("dataCapture.1", photo)
    assert fake_platform.variables("dataCapture_deleteAttachment") == [
        {"captureId": "dataCapture.1", "attachmentId": "attachmentId.1"}
    ]


def test_attachment_that_is_not_listed_is_named_in_the_error(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange, photo: Path
) -> None:
    fake_platform.add_data(
        "dataCapture_attachFile", {"itemId": "attachmentId.1", "url": UPLOAD_URL}
    )
    fake_platform.add_url_responses(f"PUT {UPLOAD_URL}", FakeResponse())
    fake_platform.add_data("dataCapture_listAttachments", [])
    with pytest.raises(NotFoundError) as caught:
        fake_platform_client.dataCapture.attachFile("dataCapture.1", photo)
    assert caught.value.__notes__ == ["the file was attached with the ID attachmentId.1"]


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "..", None])
def test_attachment_name_never_leaves_the_directory(
    name: str | None,
    fake_platform: FakePlatform,
    fake_platform_client: AvistaDigitalExchange,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    fake_platform.add_data("dataCapture_listAttachments", [ATTACHMENT | {"name": name}])
    url = "https://bucket.test/f?Signature=2"
    fake_platform.add_data("dataCapture_getFileAttachmentDownloadUrl", {"url": url})
    fake_platform.add_url_responses(f"GET {url}", FakeResponse(200, b"bytes"))
    fake_platform_client.dataCapture.downloadAttachment("c", "attachmentId.1", folder)
    (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert written.parent == folder


def test_file_without_bytes_is_not_downloaded(
    fake_platform: FakePlatform,
    exchange: AvistaDigitalExchange,
    fake_platform_client: AvistaDigitalExchange,
    tmp_path: Path,
) -> None:
    attachment = ATTACHMENT | {"name": "a.csv", "error": "FILE_UPLOAD_INCOMPLETE"}
    fake_platform.add_data("dataCapture_listAttachments", [attachment])
    fake_platform.add_data("dataCapture_getFileAttachmentDownloadUrl", None)
    captures = fake_platform_client.dataCapture
    with pytest.raises(Exception, match="no URL for the download"):
        captures.downloadAttachment("c", "attachmentId.1", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_downloaded_data_model_can_be_given_back(
    exchange: AvistaDigitalExchange, local: LocalExchange, capture: str, tmp_path: Path
) -> None:
    captures = exchange.dataCapture
    assert captures.downloadDataModel(local.captureId, tmp_path) is True
    (path,) = tmp_path.iterdir()
    copied = captures.updateDataModel(capture, json.loads(path.read_text("utf-8"))["assets"])
    assert copied.items == captures.getDataModel(local.captureId).items


def test_data_model_of_an_unknown_capture_is_an_error(
    exchange: AvistaDigitalExchange, tmp_path: Path
) -> None:
    with pytest.raises((NotFoundError, InvalidRequestError)):
        exchange.dataCapture.downloadDataModel("dataCapture.none", tmp_path / "model.json")
    assert list(tmp_path.iterdir()) == []
