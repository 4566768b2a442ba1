"""README.md: a short front page, also on the package index, where only absolute links work."""

import re
import tomllib

from ..support.documents import ROOT, anchors_of, links_of

README = ROOT / "README.md"
URLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
SITE, REPOSITORY = URLS["Homepage"], URLS["Source"]
IMAGES = REPOSITORY.replace("//github.com", "//raw.githubusercontent.com") + "/main/"


def test_readme_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 250


def test_readme_links_are_absolute_and_have_targets() -> None:
    links = links_of(README)
    assert any(link.startswith(IMAGES) for link in links)
    assert len(links) > 20
    for link in links:
        address, _, anchor = link.partition("#")
        if address.startswith(f"{REPOSITORY}/blob/main/"):
            assert (ROOT / address.removeprefix(f"{REPOSITORY}/blob/main/")).is_file(), link
        elif address.startswith(IMAGES):
            assert (ROOT / address.removeprefix(IMAGES)).stat().st_size < 150_000, link
        elif address.startswith(SITE):
            name = address.removeprefix(SITE).rstrip("/") or "index"
            page = ROOT / "docs" / f"{name}.md"
            assert page.is_file(), link
            assert not anchor or anchor in anchors_of(page), link
        else:
            assert address == "https://energy.collaboratives.io", link


def test_every_document_names_the_same_site_and_repository() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        text = document.read_text("utf-8")
        for url in re.findall(r"https://(?:[\w.-]*avista-digital-exchange)[^\s)\"]*", text):
            assert url.startswith((SITE, REPOSITORY, IMAGES)), (document.name, url)
