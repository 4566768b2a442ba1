"""Optional dependencies: imported on first use, with a helpful error if they are missing."""

from importlib import import_module

from ..errors import MissingExtraError


def require_extra(extra: str, *modules: str) -> None:
    """Require that the modules of an extra can be imported."""
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f'{error.name} is required: pip install "avista-digital-exchange-sdk[{extra}]"',
                name=error.name,
            ) from error
