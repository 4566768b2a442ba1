"""Display of figures in notebooks."""

import io
import sys
from collections.abc import Collection
from typing import Any

from matplotlib.figure import Figure

PNG, SVG = "image/png", "image/svg+xml"
# The names of the formats in the configuration of InlineBackend.
FORMATS = {PNG: {"png", "png2x", "retina"}, SVG: {"svg"}}
# Pixels of the image per pixel of the page, for high-density screens.
PIXEL_RATIO = 2


class NotebookFigure(Figure):
    """A figure that notebooks show in high resolution, with or without pyplot.

    `%config InlineBackend.figure_formats = ["svg"]` makes notebooks show SVG instead;
    `display(figure, include=["image/svg+xml"])` does for one figure.
    """

    def _repr_png_(self) -> bytes:
        return self._render("png", dpi=PIXEL_RATIO * self.dpi)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        is_requested = include is not None and SVG in include
        return {SVG: self._render("svg").decode()} if is_requested else {}

    def _render(self, file_format: str, **options: Any) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format=file_format, **options)
        return file.getvalue()


def register_in_notebook() -> None:
    """Register the display of these figures in a running notebook.

    The formatters that matplotlib registers for all figures would take precedence over their
    methods.
    """
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    formatters = shell.display_formatter.formatters

    def show_png(figure: NotebookFigure) -> tuple[bytes, dict[str, int]] | None:
        if PNG not in _find_formats(shell):
            return None
        width, height = figure.get_size_inches() * figure.dpi
        return figure._repr_png_(), {"width": round(width), "height": round(height)}

    def show_svg(figure: NotebookFigure) -> str | None:
        return figure._render("svg").decode() if SVG in _find_formats(shell) else None

    formatters[PNG].for_type(NotebookFigure, show_png)
    formatters[SVG].for_type(NotebookFigure, show_svg)


def _find_formats(shell: Any) -> set[str]:
    """Return the formats in which the notebook shows figures, or would with pyplot."""
    formatters = shell.display_formatter.formatters
    registered = {kind for kind in (PNG, SVG) if Figure in formatters[kind].type_printers}
    if registered:
        return registered
    config = shell.config.get("InlineBackend", {})
    formats = {config.get("figure_format"), *config.get("figure_formats", ())}
    configured = {kind for kind, names in FORMATS.items() if formats & names}
    return configured or {PNG}
