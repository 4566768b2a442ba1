"""Whom to trust: the operating system's certificates, so that a company's own root works too."""

import os
import ssl
import sys
import warnings

from .._utils import validation
from .processes import PerProcess

Verify = bool | str | os.PathLike[str] | ssl.SSLContext


class Tls:
    """What verifies servers.

    Args:
        verify: True for the operating system's certificates, the path of a bundle (PEM), or a
            context. False verifies nothing, and warns.

    Raises:
        InvalidParameterError: It is none of these.
    """

    def __init__(self, verify: object) -> None:
        if verify is False:
            warnings.warn(
                "verify=False: certificates are not verified, "
                "so anyone on the way can read the token",
                stacklevel=4,
            )
        self._trusts_system = verify is True
        if verify is True:
            # One for each process: truststore holds a lock during handshakes, and a thread that
            # holds it is not there any more after a fork.
            self._contexts = PerProcess(_create_system_context)
        else:
            context = _create_context(verify)
            self._contexts = PerProcess(lambda: context)

    @property
    def context(self) -> ssl.SSLContext:
        """The context of this process."""
        return self._contexts.get()

    def create_context(self) -> ssl.SSLContext:
        """A context for one connection of a thread.

        truststore's hold a lock during a handshake: threads with the same one would wait for each
        other's, and longer than their own timeouts. To create one takes no longer than to use it
        again, since truststore reads the certificates for every connection.
        """
        return _create_system_context() if self._trusts_system else self.context

    def describe_trust(self) -> str:
        """Say which environment variables decide whom to trust, to complete an error."""
        if not self._trusts_system or sys.platform in ("darwin", "win32"):
            return ""
        notes = []
        for name, kind, is_there in (
            ("SSL_CERT_FILE", "file", os.path.isfile),
            ("SSL_CERT_DIR", "directory", os.path.isdir),
        ):
            if path := os.environ.get(name):
                problem = "" if is_there(path) else f", where there is no {kind}"
                notes.append(f"{name} is {path!r}{problem}")
        return f" ({'; '.join(notes)})" if notes else ""


def _create_system_context() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _create_context(verify: object) -> ssl.SSLContext:
    if isinstance(verify, ssl.SSLContext):
        return verify
    # Not ssl.create_default_context(), which fails where SSLKEYLOGFILE names no file it can write.
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
