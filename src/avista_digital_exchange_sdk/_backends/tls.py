"""TLS verification with the certificates of the operating system, including company roots."""

import os
import ssl
import sys
import warnings

from .._utils import validation
from .processes import PerProcess

# The maximum size of the content of a TLS record.
TLS_RECORD_BYTES = 1 << 14

Verify = bool | str | os.PathLike[str] | ssl.SSLContext


class Tls:
    """The TLS verification of a client.

    Args:
        verify: True for the operating system's certificates, the path of a CA bundle (PEM), or a
            context. False disables verification, with a warning.

    Raises:
        InvalidParameterError: `verify` is invalid.
    """

    def __init__(self, verify: object) -> None:
        if verify is False:
            warnings.warn(
                "verify=False: certificates are not verified, so the token can be intercepted",
                stacklevel=4,
            )
        self._trusts_system = verify is True
        if verify is True:
            # One per process: truststore holds a lock during handshakes, and after a fork the
            # thread that holds it no longer exists.
            self._contexts = PerProcess(_create_system_context)
        else:
            context = _create_context(verify)
            self._contexts = PerProcess(lambda: context)

    @property
    def context(self) -> ssl.SSLContext:
        """The TLS context of this process."""
        return self._contexts.get()

    def create_context(self) -> ssl.SSLContext:
        """Create a context for one connection of a thread.

        Contexts of truststore hold a lock during handshakes, so threads with the same one would
        wait for each other, beyond their timeouts. A new context costs nothing, as truststore reads
        the certificates for every connection anyway.
        """
        return _create_system_context() if self._trusts_system else self.context

    def describe_trust(self) -> str:
        """Describe the environment variables that select the certificates, for error messages."""
        if not self._trusts_system or sys.platform in ("darwin", "win32"):
            return ""
        notes = []
        for name, kind, exists in (
            ("SSL_CERT_FILE", "file", os.path.isfile),
            ("SSL_CERT_DIR", "directory", os.path.isdir),
        ):
            if path := os.environ.get(name):
                problem = "" if exists(path) else f", where there is no {kind}"
                notes.append(f"{name} is {path!r}{problem}")
        return f" ({'; '.join(notes)})" if notes else ""


def _create_system_context() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _create_context(verify: object) -> ssl.SSLContext:
    if isinstance(verify, ssl.SSLContext):
        return verify
    # ssl.create_default_context() fails if SSLKEYLOGFILE can't be written.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    bundle = validation.require_file("verify", verify)
    try:
        context.load_verify_locations(bundle)
    except ssl.SSLError:
        raise validation.invalid_argument(
            "verify", str(verify), "a file of certificates (PEM)"
        ) from None
    return context
