"""Certificates made on the fly, and what trusts them."""

import ssl
from pathlib import Path

import trustme


class Authority:
    """A company of its own that issues certificates.

    Attributes:
        bundle: The file of its root certificate.
    """

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.bundle = folder / "company-root.pem"
        self._authority.cert_pem.write_to_path(str(self.bundle))

    def server(self, *hosts: str, **options: object) -> ssl.SSLContext:
        """What a server of these names shows; `options` are those of trustme."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*hosts, **options).configure_cert(context)  # type: ignore[arg-type]
        return context

    def client(self) -> ssl.SSLContext:
        """What trusts this authority alone."""
        return ssl.create_default_context(cafile=self.bundle)
