"""Plot options of commands."""

import re
import warnings
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple

import typer

from .._utils import validation
from .._utils.atomic_files import atomic_write
from .._utils.extras import require_extra
from .._utils.local_paths import expand_home
from ..errors import InvalidParameterError

PLOT_FORMATS = (".png", ".svg", ".pdf")
# For images that are sharp on screens with a high density.
PNG_DPI = 200
EVERY_ATTRIBUTE = "*"

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[x,]\s*(\d+(?:\.\d+)?)\s*")
_FIGSIZE = re.compile(r"figsize=\(([\d.]+), ([\d.]+)\)")

Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot", metavar="FILE", parser=expand_home, help="Plot the result as .png, .svg or .pdf."
    ),
]
Steps = Annotated[
    list[str] | None,
    typer.Option(
        "--steps",
        metavar="NAME",
        help="Plot an attribute as steps: its values hold until the next one. May be repeated; "
        "'*' for all attributes.",
    ),
]
PlotTitle = Annotated[
    str | None,
    typer.Option("--plot-title", metavar="TEXT", help="Title of the plot."),
]
PlotStyle = Annotated[
    str | None,
    typer.Option(
        "--plot-style", metavar="STYLE", help="light, dark, or the name of a matplotlib style."
    ),
]
PlotSize = Annotated[
    str | None,
    typer.Option("--plot-size", metavar="WIDTHxHEIGHT", help="Size of the plot in inches."),
]


class PlotOptions(NamedTuple):
    """How to plot a result.

    Attributes:
        target: The file to write.
        options: The arguments of plotTimeSeries.
    """

    target: Path
    options: dict[str, Any]

    def write(self, file_format: str, result: IO[bytes]) -> None:
        """Plot an open result file."""
        from .._plotting.files import read_result
        from ..plotting import plotTimeSeries

        with warnings.catch_warnings():
            # Characters missing from all fonts are visible in the plot.
            warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
            try:
                figure = plotTimeSeries(read_result(file_format, result), **self.options)
            except InvalidParameterError as error:
                message = _FIGSIZE.sub(r"--plot-size \1x\2", str(error))
                raise InvalidParameterError(message) from None
            with atomic_write(self.target) as file:
                figure.savefig(file, format=self.target.suffix[1:].lower(), dpi=PNG_DPI)


def parse_plot_options(
    target: Path | None,
    steps: list[str] | None,
    title: str | None,
    style: str | None,
    size: str | None,
    time_zone: str,
) -> PlotOptions | None:
    """Validate the options before any request; return None if no plot is requested."""
    if target is None:
        others = {"--steps": steps, "--plot-title": title, "--plot-style": style}
        for option, value in {**others, "--plot-size": size}.items():
            if value:
                raise InvalidParameterError(f"{option} must be used with --plot FILE")
        return None
    require_extra("plot", "matplotlib", "numpy", "pyarrow")
    from .._plotting.layout import parse_figsize
    from .._plotting.theme import parse_style

    path = validation.resolve_output_path("--plot", target, "")
    if path.suffix.lower() not in PLOT_FORMATS:
        valid = "a file that ends with " + ", ".join(PLOT_FORMATS)
        raise validation.invalid_argument("--plot", str(target), valid)
    figsize = None
    if size is not None:
        matched = _SIZE.fullmatch(size)
        if matched is None:
            raise validation.invalid_argument(
                "--plot-size", size, "width and height in inches, such as 11x6"
            )
        figsize = parse_figsize("--plot-size", (float(matched[1]), float(matched[2])))
    return PlotOptions(
        path,
        {
            "steps": EVERY_ATTRIBUTE in steps or steps if steps else False,
            "title": title,
            "style": parse_style("--plot-style", style),
            "figsize": figsize,
            "timeZone": time_zone,
        },
    )
