"""The public calls of the clients by name."""

import inspect
from collections.abc import Callable
from functools import reduce
from typing import Any

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk import client as client_module

# It is no request.
_CLOSE = "close"


def find_calls(client: type = AvistaDigitalExchange) -> dict[str, Callable[..., Any]]:
    """Find the calls of a client class by name; those of a group have names like `iot.publish`.

    Calls that are both in a group and calls of the client itself, as those of `dataStores`, are
    listed once.
    """
    calls = _find_functions(client)
    del calls[_CLOSE]
    known = set(calls.values())
    for group, kind in find_groups(client).items():
        for name, function in _find_functions(kind).items():
            if function not in known:
                calls[f"{group}.{name}"] = function
    return calls


def find_groups(client: type = AvistaDigitalExchange) -> dict[str, type]:
    """Find the groups of calls of a client class: the class of each by name."""
    groups = {}
    for name, member in inspect.getmembers(client):
        if isinstance(member, property) and not name.startswith("_"):
            returned = inspect.signature(member.fget).return_annotation if member.fget else None
            groups[name] = getattr(client_module, str(returned))
    return groups


def get_call(client: Any, name: str) -> Any:
    """Get a call of a client by its name, such as `getUserInfo` or `iot.publish`."""
    return reduce(getattr, name.split("."), client)


def _find_functions(kind: type) -> dict[str, Callable[..., Any]]:
    functions = inspect.getmembers(kind, inspect.isfunction)
    return {name: function for name, function in functions if not name.startswith("_")}
