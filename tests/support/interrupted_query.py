"""A user's program that is interrupted: runs a filter query in one colour and says how it ended.

Arguments: the colour, the endpoint, the token, and the query's own arguments as JSON.
"""

import asyncio
import json
import sys
from typing import Any

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange


def blocking(endpoint: str, token: str, arguments: list[Any]) -> None:
    with AvistaDigitalExchange(token, endpoint=endpoint) as exchange:
        exchange.queryTimeSeriesDatabaseWithFilters(*arguments)


async def awaited(endpoint: str, token: str, arguments: list[Any]) -> None:
    async with AsyncAvistaDigitalExchange(token, endpoint=endpoint) as exchange:
        await exchange.queryTimeSeriesDatabaseWithFilters(*arguments)


def main() -> None:
    colour, endpoint, token, arguments = sys.argv[1:]
    try:
        if colour == "blocking":
            blocking(endpoint, token, json.loads(arguments))
        else:
            asyncio.run(awaited(endpoint, token, json.loads(arguments)))
    except KeyboardInterrupt:
        sys.stdout.write("interrupted\n")
    else:
        sys.stdout.write("done\n")


if __name__ == "__main__":
    main()
