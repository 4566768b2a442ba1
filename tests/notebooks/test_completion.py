"""Completion of the properties and methods of objects."""

import json
import subprocess
import sys

import pytest

from avista_digital_exchange_sdk import DataStoreFile, Organization, User

USER = User(userId="u", firstName="Ada", organization=Organization(organizationId="o", name="o"))
OWN = {
    "email",
    "firstName",
    "lastActive",
    "lastName",
    "mobile",
    "organization",
    "userAccountState",
    "userId",
    "userRoles",
}
SCRIPT = """
import json, warnings
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from avista_digital_exchange_sdk import User

shell = InteractiveShell.instance()
shell.user_ns["user"] = User(userId="u")
completed = []
for shell.Completer.use_jedi in (True, False):
    with provisionalcompleter():
        completions = shell.Completer.completions("user.", 5)
        completed.append(sorted({one.text.removeprefix(".") for one in completions}))
print(json.dumps(completed))
"""


def test_ipython_completes_own_properties_and_dumping() -> None:
    command = [sys.executable, "-c", SCRIPT]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=120)
    completed = json.loads(outcome.stdout.splitlines()[-1])
    assert list(map(set, completed)) == 2 * [OWN | {"model_dump", "model_dump_json"}]


def test_methods_that_are_not_completed_still_exist() -> None:
    assert USER.model_copy(update={"firstName": "Eve"}).firstName == "Eve"
    assert User.model_validate({"userId": "u"}) == User(userId="u")


@pytest.mark.parametrize("kind", [User, DataStoreFile])
def test_special_methods_are_listed(kind: type) -> None:
    assert {"__init__", "__class__", "__eq__"} <= set(dir(kind))
