"""The commands that store tokens in profiles, list and delete the profiles."""

import getpass
import os
import sys
import warnings
from typing import Annotated

import typer

from ..._profiles import files, keyring_store
from ..._profiles.access import (
    TOKEN_VARIABLE,
    SourcedStr,
    parse_token,
    resolve_login_endpoint,
    select_profile_name,
)
from ..._profiles.files import Profile
from ..._secrets import Secret
from ...errors import InvalidParameterError
from ..command import HIDDEN, command
from ..context import CommandContext
from ..errors import print_error
from ..exit_codes import FAILED
from ..output import print_json

# Tokens have some hundred characters; a larger input is another file.
MAX_INPUT_CHARACTERS = 65_536


@command(
    "avista-dx login",
    "avista-dx login --profile work",
    "avista-dx login --endpoint https://example.com/graphql < token.txt",
)
def login(
    run: CommandContext,
    excess: Annotated[
        list[str] | None, typer.Argument(hidden=True, metavar=HIDDEN, help="Refused.")
    ] = None,
    token_option: Annotated[
        str | None, typer.Option("--token", hidden=True, help="Refused.")
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The URL of the GraphQL API (default: AVISTA_DX_ENDPOINT, else production).",
        ),
    ] = None,
    no_keyring: Annotated[
        bool,
        typer.Option("--no-keyring", help="Store the token in a file that only you can read."),
    ] = False,
) -> None:
    """Store a token for the other commands and for the library.

    Asks for the token without showing it, or reads it from standard input. Create one at
    energy.collaboratives.io. The token is checked, and stored in the keyring of the system; without
    a keyring, in a file that only you can read.
    """
    if excess or token_option:
        # Not shown: it may be the token.
        raise InvalidParameterError(
            "the token is never an argument or option, which the shell records: run avista-dx "
            "login and paste it, or pass it on standard input"
        )
    name = select_profile_name(run.profile)
    previous = _load(name)
    url = resolve_login_endpoint(Secret(endpoint), previous)
    token = _read_token(url)
    user = run.connect(token, url).getUserInfo()
    profile = _store(run, name, url, token, use_keyring=not no_keyring)
    if previous is not None and previous.keyring_entry is not None:
        _delete_from_keyring(previous.keyring_entry)
    if run.json:
        print_json(_to_json(profile) | {"user": user})
    run.info(
        f"logged in to {url} as {user.firstName} {user.lastName}; profile: {name}, "
        f"token in {_describe_storage(profile)}"
    )
    if TOKEN_VARIABLE in os.environ:
        run.info(f"note: {TOKEN_VARIABLE} is set and has priority; unset it to use the profile")


@command("avista-dx logout", "avista-dx logout --profile work")
def logout(run: CommandContext) -> None:
    """Delete a profile and its token from this machine.

    The token stays valid until it is deleted on the platform.
    """
    name = select_profile_name(run.profile)
    if not files.list_names():
        raise InvalidParameterError("there is no profile to log out of")
    if name not in files.list_names():
        raise InvalidParameterError(
            f"--profile must be the name of a profile ({_join_names()}), got {name!r}"
        )
    profile = _load(name)
    entry = None if profile is None else profile.keyring_entry
    problem = None if entry is None else _delete_from_keyring(entry)
    files.delete(name)
    if run.json:
        print_json({"profile": name})
    run.info(f"logged out: profile {name} deleted. The token is still valid on the platform.")
    if problem is not None:
        print_error(
            f"the token could not be deleted from the keyring: {problem}. Delete its entry {entry} "
            f"of {keyring_store.SERVICE} there"
        )
        raise typer.Exit(FAILED)


@command("avista-dx profiles", "avista-dx profiles --json")
def profiles(run: CommandContext) -> None:
    """List the profiles of this machine.

    An asterisk marks the one that commands use.
    """
    current = select_profile_name(run.profile)
    rows = [profile for name in files.list_names() if (profile := _load(name)) is not None]
    columns = {
        "profile": lambda profile: profile.name,
        "": lambda profile: "*" if profile.name == current else None,
        "endpoint": lambda profile: profile.endpoint,
        "token": lambda profile: profile.storage,
    }
    run.print_rows(rows, columns, json=[_to_json(profile) for profile in rows])
    if not rows:
        run.info("There are no profiles. Create one: avista-dx login")


def _to_json(profile: Profile) -> dict[str, object]:
    return {
        "profile": profile.name,
        "endpoint": profile.endpoint,
        "tokenStorage": profile.storage,
    }


def _load(name: str) -> Profile | None:
    """Return a profile; None if it does not exist or is damaged."""
    try:
        return files.load(name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except InvalidParameterError as error:
        print_error(str(error))
        return None


def _read_token(endpoint: str) -> Secret[str]:
    if not sys.stdin.isatty():
        return _parse_token(_read_standard_input(), "standard input")
    try:
        with warnings.catch_warnings():
            # The terminal would show the token.
            warnings.simplefilter("error", getpass.GetPassWarning)
            text = Secret(getpass.getpass(f"Token for {endpoint} (hidden): "))
    except EOFError:
        text = Secret("")
    except getpass.GetPassWarning:
        raise InvalidParameterError(
            "the terminal can't hide the token: pass it on standard input"
        ) from None
    return _parse_token(text, "the prompt")


def _read_standard_input() -> Secret[str]:
    # Programs on Windows write a byte order mark.
    return Secret(sys.stdin.read(MAX_INPUT_CHARACTERS).removeprefix("\ufeff"))


def _parse_token(text: Secret[str], source: str) -> Secret[str]:
    token = Secret(SourcedStr(parse_token(text, source).reveal()))
    token.reveal().source = source
    return token


def _store(
    run: CommandContext, name: str, url: str, token: Secret[str], *, use_keyring: bool
) -> Profile:
    entry = None
    if use_keyring:
        try:
            entry = keyring_store.store_token(name, token)
        except keyring_store.KeyringUnavailableError as error:
            run.info(f"note: {error}; the token is stored in a file")
    profile = Profile(name, url, token if entry is None else None, entry)
    try:
        files.save(profile)
    except OSError:
        if entry is not None:
            _delete_from_keyring(entry)
        raise
    return profile


def _delete_from_keyring(entry: str) -> str | None:
    """Delete an entry; return the reason if that is not possible."""
    try:
        keyring_store.delete_token(entry)
    except keyring_store.KeyringUnavailableError as error:
        return str(error)
    return None


def _describe_storage(profile: Profile) -> str:
    return "the keyring" if profile.keyring_entry else str(files.get_path(profile.name))


def _join_names() -> str:
    return ", ".join(files.list_names()) or "there is none"
