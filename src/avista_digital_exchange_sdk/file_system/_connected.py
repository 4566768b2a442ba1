"""The connection of a file system: its client, which each process has of its own."""

import os
import weakref
from typing import Any

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]  # untyped

from ..client import AvistaDigitalExchange
from ._directory_cache import DirectoryCache
from ._secret_options import Environment, SecretOptions
from ._store_names import StoreNames

# Seconds for which a listing is cached.
LISTING_LIFETIME = 30.0


class ConnectedFileSystem(AbstractFileSystem, metaclass=SecretOptions):  # type: ignore[misc]  # fsspec has no annotations
    """Has a client, and a cache of listings."""

    # fsspec returns the same object for the same arguments; include the environment.
    _environment = Environment()
    _extra_tokenize_attributes = ("_environment",)

    def __init__(
        self,
        *,
        token: str | None = None,
        endpoint: str | None = None,
        timeout: float = 60,
        maxRetries: int = 4,
        maxConcurrency: int = 8,
        verify: bool | str = True,
        proxy: str | None = None,
        profile: str | None = None,
        allowHttp: bool | None = None,
        listings_expiry_time: float | None = LISTING_LIFETIME,
        **options: Any,
    ) -> None:
        super().__init__(listings_expiry_time=listings_expiry_time, **options)
        # Reconnecting uses the original environment.
        # A profile has priority over the environment.
        defaults = self._environment if profile is None else (None, None, profile)
        token_then, endpoint_then, profile_then = defaults

        def connect() -> AvistaDigitalExchange:
            return AvistaDigitalExchange(
                token_then if token is None else token,
                endpoint=endpoint_then if endpoint is None else endpoint,
                timeout=timeout,
                maxRetries=maxRetries,
                maxConcurrency=maxConcurrency,
                verify=verify,
                proxy=proxy,
                profile=profile_then,
                allowHttp=allowHttp,
            )

        self._connect_client = connect
        self._connection = self._connect()
        self._store_names = StoreNames(lambda: self.exchange)
        self._listings = DirectoryCache(
            lambda: self.exchange, self.dircache, self._store_names.explain
        )

    # Defaults for when `__init__` raises; fsspec sets them afterwards.
    _connection: tuple[int, AvistaDigitalExchange] | None = None
    storage_args: tuple[Any, ...] = ()
    storage_options: dict[str, Any] = {}  # noqa: RUF012  # never changed

    def __repr__(self) -> str:
        if self._connection is None:
            return f"{type(self).__name__}(not connected)"
        return f"{type(self).__name__}({self.exchange!r})"

    def __eq__(self, other: object) -> bool:
        return self is other or (self._connection is not None and bool(super().__eq__(other)))

    def __hash__(self) -> int:
        return id(self) if self._connection is None else int(super().__hash__())

    def to_dict(self, *, include_password: bool = False) -> dict[str, Any]:
        """Convert to a JSON-serializable dictionary; includes token and proxy only on request."""
        described: dict[str, Any] = super().to_dict(include_password=include_password)
        if not include_password:
            for name in ("token", "proxy"):
                described.pop(name, None)
        return described

    def to_json(self, *, include_password: bool = False) -> str:
        """Convert to JSON; includes token and proxy only on request."""
        described: str = super().to_json(include_password=include_password)
        return described

    @property
    def exchange(self) -> AvistaDigitalExchange:
        """The underlying client. A forked process gets its own."""
        process, exchange = self._connection or self._connect()
        if process != os.getpid():
            # The connections belong to the other process.
            self._connection = _, exchange = self._connect()
        return exchange

    def close(self) -> None:
        """Close the connections; new ones are opened when needed."""
        if self._connection is None:
            return
        _, exchange = self._connection
        self._connection = self._connect()
        exchange.close()

    def _connect(self) -> tuple[int, AvistaDigitalExchange]:
        exchange = self._connect_client()
        weakref.finalize(self, exchange.close)
        return os.getpid(), exchange
