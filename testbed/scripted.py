"""A loopback server that answers each connection by a script: real TLS, an alert, a close, a reset, bytes, silence."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from auditor.lab.session import LabSession
from auditor.model.tls import Alert
from auditor.probes.tls.client_hello_rewriting import offered_suites

CLOSE, RESET, SILENCE = "close", "reset", "silence"
Action = bytes | LabSession | str


@dataclass(frozen=True)
class ReceivedClientHello:
    """One connection's first record, as the script sees it."""

    number: int
    """Of the connection, from 0."""
    raw: bytes

    @property
    def suites(self) -> tuple[int, ...]:
        """The suites it offers, in its order."""
        return offered_suites(self.raw)

    @property
    def version(self) -> int:
        """The highest version it offers, as on the wire."""
        if self.raw[0] & 0x80:
            return 2
        return 0x0304 if b"\x00\x2b\x00\x03\x02\x03\x04" in self.raw else int.from_bytes(self.raw[9:11], "big")


Script = Callable[[ReceivedClientHello], Action]


def alert(description: int, level: int = 2) -> bytes:
    """An alert in the clear (RFC 5246 section 7.2)."""
    return bytes((21, 3, 3, 0, 2, level, description))


HANDSHAKE_FAILURE = alert(Alert.handshake_failure)


def server_hello(version: int, suite: int) -> bytes:
    """A ServerHello up to TLS 1.2 with a ServerHelloDone: all that elimination reads."""
    body = version.to_bytes(2, "big") + bytes(range(32)) + b"\0" + suite.to_bytes(2, "big") + b"\0"
    message = b"\x02" + len(body).to_bytes(3, "big") + body + b"\x0e\0\0\0"
    return b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message


@dataclass
class Running:
    """A server that is listening, and what it has been asked."""

    port: int
    client_hellos: list[ReceivedClientHello] = field(default_factory=list)


@contextlib.contextmanager
def running(script: Script, host: str = "127.0.0.1") -> Iterator[Running]:
    """Serve one connection after the other until the end of the context."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family, backlog=64) as listener:
        server = Running(listener.getsockname()[1])
        ending = threading.Event()
        thread = threading.Thread(target=_serve, args=(listener, script, server, ending), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            ending.set()
            with contextlib.suppress(OSError):
                socket.create_connection((host, server.port), timeout=5).close()
            thread.join(10)
            assert not thread.is_alive()


def _serve(listener: socket.socket, script: Script, server: Running, ending: threading.Event) -> None:
    while True:
        connection, _ = listener.accept()
        with connection:
            if ending.is_set():
                return
            connection.settimeout(10)  # no test waits so long: the client's own deadline is sooner
            with contextlib.suppress(OSError):
                _attend(connection, script, server)


def _attend(connection: socket.socket, script: Script, server: Running) -> None:
    raw = _first_record(connection)
    if not raw:
        return
    client_hello = ReceivedClientHello(len(server.client_hellos), raw)
    server.client_hellos.append(client_hello)
    action = script(client_hello)
    if action == RESET:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif action == SILENCE:
        while connection.recv(4096):
            pass
    elif isinstance(action, bytes):
        connection.sendall(action)
        _drain(connection)
    elif not isinstance(action, str):
        _converse(connection, action, raw)


def _first_record(connection: socket.socket) -> bytes:
    """A TLS record, an SSL 2.0 message, or the first bytes of something else."""
    raw = connection.recv(16_384)
    if raw[:1] == b"\x16":
        while len(raw) < 5 or len(raw) < 5 + int.from_bytes(raw[3:5], "big"):
            more = connection.recv(16_384)
            if not more:
                return b""
            raw += more
    return raw


def _converse(connection: socket.socket, session: LabSession, data: bytes) -> None:
    while data:
        reply = session.received(data)
        connection.sendall(reply.data)
        if reply.close and getattr(session, "resets", False):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if reply.close:
            _drain(connection)
            return
        data = connection.recv(16_384)


def _drain(connection: socket.socket) -> None:
    """Close without a reset, which could destroy what was sent (RFC 9112 section 9.6)."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass
