"""The command line, `avista-dx`."""

import sys


def main() -> None:
    """Run the command line, or say which extra it needs."""
    try:
        import typer  # noqa: F401
    except ModuleNotFoundError:
        sys.exit(
            "avista-dx needs what the extra `contract` brings: "
            "pip install 'avista-digital-exchange-sdk[contract]'"
        )
    from .app import app

    app()
