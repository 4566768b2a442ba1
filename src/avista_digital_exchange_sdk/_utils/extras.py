"""What the extras of this package bring: imported when used, asked for clearly when missing."""

from importlib import import_module

from ..errors import MissingExtraError


def require_extra(extra: str, *modules: str) -> None:
    """Make sure that the modules of an extra can be imported."""
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f'this needs {error.name}: pip install "avista-digital-exchange-sdk[{extra}]"',
                name=error.name,
            ) from error
