"""Whom to trust: the operating system's certificates, so that a company's own root works too."""

import os
import ssl
import warnings

from .._utils import validation

Verify = bool | str | os.PathLike[str] | ssl.SSLContext


def tls_context(verify: object) -> ssl.SSLContext:
    """The context that verifies servers as `verify` says."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    if verify is False:
        warnings.warn(
            "verify=False: certificates are not verified, so anyone on the way can read the token",
            stacklevel=4,
        )
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        return unverified
    if verify is True:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bundle = validation.require_file("verify", verify)
    try:
        return ssl.create_default_context(cafile=bundle)
    except ssl.SSLError:
        raise validation.invalid_argument(
            "verify", str(verify), "a file of certificates (PEM)"
        ) from None
