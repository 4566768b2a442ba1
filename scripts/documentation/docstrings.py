"""An extension of griffe, which reads docstrings for mkdocstrings."""

from typing import Any

import griffe


class ExampleSections(griffe.Extension):
    """Reads the sections `Example`, which griffe knows as `Examples` only, as doctests."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rename the section of an object's docstring."""
        if obj.docstring:
            obj.docstring.value = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
