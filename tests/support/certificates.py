"""Certificates created on the fly, and contexts that trust them."""

import ssl
from pathlib import Path

import trustme


class CertificateAuthority:
    """A private certificate authority.

    Attributes:
        bundle: Path of its root certificate.
    """

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.bundle = folder / "company-root.pem"
        self._authority.cert_pem.write_to_path(str(self.bundle))

    def server(self, *hosts: str, **options: object) -> ssl.SSLContext:
        """A server context with a certificate for these names; `options` are passed to trustme."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*hosts, **options).configure_cert(context)  # type: ignore[arg-type]  # options are of several types
        return context

    def client(self) -> ssl.SSLContext:
        """A client context that trusts only this authority."""
        return ssl.create_default_context(cafile=self.bundle)
