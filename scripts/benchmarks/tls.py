"""A server of TLS connections, which it forwards to a port of this machine.

    python -m scripts.benchmarks.tls PORT FOLDER

Prints the port that it listens on. The certificate that clients have to trust is `ca.pem` in the
folder. Uses threads, because their encryption runs in parallel.
"""

import contextlib
import select
import socket
import ssl
import sys
import threading
from pathlib import Path

import trustme

from .environment import CA_FILE

BLOCK_BYTES = 1 << 18


class TlsServer:
    """Decrypts connections and forwards them."""

    def __init__(self, port: int, folder: Path) -> None:
        self._port = port
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / CA_FILE))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._context)

    def serve(self) -> None:
        """Serve until the process is terminated."""
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            print(listener.getsockname()[1], flush=True)
            while True:
                accepted, _ = listener.accept()
                threading.Thread(
                    target=self._serve_connection, args=[accepted], daemon=True
                ).start()

    def _serve_connection(self, accepted: socket.socket) -> None:
        # Client and server may disconnect at any time.
        with contextlib.suppress(OSError):
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with (
                self._context.wrap_socket(accepted, server_side=True) as client,
                socket.create_connection(("127.0.0.1", self._port)) as server,
            ):
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _forward(client, server)


def _forward(client: ssl.SSLSocket, server: socket.socket) -> None:
    """Forward everything until one side ends.

    Both directions use the same thread, as OpenSSL forbids to use a session in two.
    """
    buffer = memoryview(bytearray(BLOCK_BYTES))
    ends: dict[socket.socket, socket.socket] = {client: server, server: client}
    while True:
        readable = [client] if client.pending() else select.select([*ends], [], [])[0]
        for source in readable:
            size = source.recv_into(buffer)
            if not size:
                return
            ends[source].sendall(buffer[:size])


if __name__ == "__main__":
    TlsServer(int(sys.argv[1]), Path(sys.argv[2])).serve()
