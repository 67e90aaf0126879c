"""A Python server that answers every request with 200: ``server.py port mode chain key root``.

``require`` is the standard library's ``ssl`` with CERT_REQUIRED; ``require-any`` is pyOpenSSL with a callback that
takes whatever is shown; ``require-silent`` takes only what the root issued, and closes on others without an alert.
"""

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from OpenSSL import SSL

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
Attend = Callable[[socket.socket], None]


def main() -> None:
    """Serve until killed."""
    port, mode, chain, key, root = sys.argv[1:]
    attend = verifying(chain, key, root) if mode == "require" else lenient(chain, key, root, silent="silent" in mode)
    with socket.create_server(("127.0.0.1", int(port)), backlog=64) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_attended, args=(attend, connection), daemon=True).start()


def _attended(attend: Attend, connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError, SSL.Error):
        attend(connection)


def verifying(chain: str, key: str, root: str) -> Attend:
    """By OpenSSL itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.load_verify_locations(root)
    context.verify_mode = ssl.CERT_REQUIRED

    def attend(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(65_536)
            tls.sendall(ANSWER)

    return attend


def lenient(chain: str, key: str, root: str, *, silent: bool) -> Attend:
    """The handshake lets everybody in; ``silent`` looks at the certificate afterwards."""
    issuer = x509.load_pem_x509_certificate(Path(root).read_bytes())
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(chain)
    context.use_privatekey_file(key)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)

    def attend(connection: socket.socket) -> None:
        tls = SSL.Connection(context, connection)
        tls.set_accept_state()
        tls.do_handshake()
        shown = tls.get_peer_certificate(as_cryptography=True)
        if silent and not (shown and issued_by(shown, issuer)):
            return
        tls.recv(65_536)
        tls.sendall(ANSWER)
        tls.shutdown()

    return attend


def issued_by(shown: x509.Certificate, issuer: x509.Certificate) -> bool:
    """By name and signature."""
    try:
        shown.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - whatever is wrong with it
        return False
    return True


if __name__ == "__main__":
    main()
