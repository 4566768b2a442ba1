"""`python -m avista_digital_exchange_sdk.cli` is `avista-dx`."""

from . import main

main()
