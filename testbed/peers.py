"""Hostile and broken peers on loopback: plain sockets and threads, each a function of one accepted connection."""

import random
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from OpenSSL import SSL

Behaviour = Callable[[socket.socket, int], None]
"""What a peer does with a connection, given its number from 0; it returns or raises OSError at the end."""

CONNECTION_SECONDS = 20.0
"""The longest a peer bothers with one connection; longer than any audit here, so that it never ends one first."""
HANDSHAKE_FAILURE, ACCESS_DENIED, DECODE_ERROR, UNRECOGNIZED_NAME = 40, 49, 50, 112


_END = b"end"
"""The datagram that ends a UDP service."""


@contextmanager
def serving(behave: Behaviour, address: str, accepts: int | None = None) -> Iterator[int]:
    """Serve at a free port of ``address`` until the block ends; yields the port.

    After ``accepts`` connections the port is closed, so that further ones are refused.
    """
    with socket.create_server((address, 0), backlog=128) as listener:
        thread = threading.Thread(target=_accept, args=(listener, behave, accepts), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        # Closing alone would leave accept() waiting.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@contextmanager
def udp(answer: bytes | None) -> Iterator[int]:
    """A UDP port of loopback that answers every datagram, or none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(CONNECTION_SECONDS)
        thread = threading.Thread(target=_answer, args=(server, answer), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(_END, server.getsockname())
        thread.join(CONNECTION_SECONDS)
        assert not thread.is_alive()


def _answer(server: socket.socket, answer: bytes | None) -> None:
    while True:
        data, sender = server.recvfrom(4096)
        if data == _END:
            return
        if answer is not None:
            server.sendto(answer, sender)


def _accept(listener: socket.socket, behave: Behaviour, accepts: int | None) -> None:
    number = 0
    while accepts is None or number < accepts:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_handle, args=(connection, behave, number), daemon=True).start()
        number += 1
    listener.close()


def _handle(connection: socket.socket, behave: Behaviour, number: int) -> None:
    with connection, suppress(OSError, SSL.Error):
        seconds = struct.pack("ll", int(CONNECTION_SECONDS), 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
        behave(connection, number)


# What a peer may do to one connection.


def stay_silent(connection: socket.socket, _number: int) -> None:
    """Read whatever comes and never say a word."""
    while connection.recv(4096):
        pass


def dripping(data: bytes, seconds: float) -> Behaviour:
    """Send ``data`` an byte at a time, ``seconds`` apart."""

    def behave(connection: socket.socket, _number: int) -> None:
        for position in range(len(data)):
            connection.send(data[position : position + 1])
            if _gone_within(connection, seconds):
                return

    return behave


def _gone_within(connection: socket.socket, seconds: float) -> bool:
    """Whether the client ends the connection in that time; its ClientHello is read and thrown away."""
    readable = select.select([connection], [], [], seconds)[0]
    if readable and not connection.recv(4096):
        return True
    if readable:
        select.select([], [], [], seconds)
    return False


def reset(connection: socket.socket, _number: int = 0) -> None:
    """Cut it off with an RST (a linger time of zero)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_after_client_hello(connection: socket.socket, _number: int) -> None:
    """Take the ClientHello first."""
    connection.recv(65_536)
    reset(connection)


def close_after_client_hello(connection: socket.socket, _number: int) -> None:
    """Take the ClientHello, say nothing and close in good order."""
    connection.recv(65_536)


def close_at_once(connection: socket.socket, _number: int) -> None:
    """Close in good order before anything was said."""
    connection.shutdown(socket.SHUT_RDWR)


def saying(data: bytes, *, first: bool = False) -> Behaviour:
    """Answer whatever comes with ``data``, or begin with it, and wait for the client to go."""

    def behave(connection: socket.socket, _number: int) -> None:
        if not first:
            connection.recv(65_536)
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        stay_silent(connection, 0)

    return behave


def alert(description: int) -> bytes:
    """A fatal alert in a record of TLS 1.2 (RFC 5246 section 7.2)."""
    return bytes((21, 3, 3, 0, 2, 2, description))


def plaintext_sip(connection: socket.socket, _number: int) -> None:
    """A SIP server without TLS: OPTIONS is answered, everything else is a bad request."""
    status = b"200 OK" if connection.recv(65_536).startswith(b"OPTIONS ") else b"400 Bad Request"
    connection.sendall(b"SIP/2.0 " + status + b"\r\nContent-Length: 0\r\n\r\n")


def plaintext_http(connection: socket.socket, _number: int) -> None:
    """An HTTP server without TLS, as nginx answers a ClientHello on a port without ``ssl``."""
    status = b"200 OK" if connection.recv(65_536).startswith(b"GET ") else b"400 Bad Request"
    connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def random_bytes(seed: int) -> Behaviour:
    """Answer with 4 kB of noise, different for every connection."""

    def behave(connection: socket.socket, number: int) -> None:
        saying(random.Random(seed * 1000 + number).randbytes(4096))(connection, number)

    return behave


def certificates_without_end(certificate: bytes, length: int) -> bytes:
    """A TLS 1.2 ServerHello and a Certificate message with so many bytes of the same certificate."""
    server_hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2f" + b"\x00"
    entry = len(certificate).to_bytes(3, "big") + certificate
    chain = entry * (length // len(entry) + 1)
    messages = _message(2, server_hello) + _message(11, len(chain).to_bytes(3, "big") + chain)
    return b"".join(
        b"\x16\x03\x03" + len(piece).to_bytes(2, "big") + piece
        for piece in (messages[start : start + 16_384] for start in range(0, len(messages), 16_384))
    )


def _message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def speaking_tls(context: SSL.Context) -> Behaviour:
    """A working TLS server that answers 200 to a request."""

    def behave(connection: socket.socket, _number: int) -> None:
        tls = SSL.Connection(context, connection)
        tls.set_accept_state()
        tls.do_handshake()
        tls.recv(65_536)
        tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        tls.shutdown()

    return behave


def hanging_up_after_the_handshake(context: SSL.Context) -> Behaviour:
    """A server that looks for a certificate, finds none, and closes without an alert."""

    def behave(connection: socket.socket, _number: int) -> None:
        tls = SSL.Connection(context, connection)
        tls.set_accept_state()
        tls.do_handshake()

    return behave


# What stands before a working server.


def limited(server: Behaviour, most: int, afterwards: Behaviour) -> Behaviour:
    """The first ``most`` connections reach the server, the others meet ``afterwards``."""
    return lambda connection, number: (server if number < most else afterwards)(connection, number)


def balanced(*servers: Behaviour) -> Behaviour:
    """Each connection reaches the next of ``servers``, round and round."""
    return lambda connection, number: servers[number % len(servers)](connection, number)


def at_random(first: Behaviour, second: Behaviour, seed: int) -> Behaviour:
    """Each connection reaches one of the two by chance: a load balancer, or a peer that flaps."""

    def behave(connection: socket.socket, number: int) -> None:
        lucky = random.Random(seed * 1000 + number).random() < 0.5
        (first if lucky else second)(connection, number)

    return behave


def intolerant(server: Behaviour, minds: Callable[[bytes], bool], then: Behaviour) -> Behaviour:
    """A ClientHello that the peer ``minds`` meets ``then``."""

    def behave(connection: socket.socket, number: int) -> None:
        (then if minds(_peeked_client_hello(connection)) else server)(connection, number)

    return behave


def longer_than(length: int) -> Callable[[bytes], bool]:
    """ClientHellos that some middleboxes cannot take."""
    return lambda client_hello: len(client_hello) > length


def offers_tls13(client_hello: bytes) -> bool:
    """Whether the ClientHello has the extension supported_versions (43), as only a client of TLS 1.3 needs it."""
    return b"\x00\x2b\x00" in client_hello and b"\x03\x04" in client_hello[client_hello.find(b"\x00\x2b\x00") :][:32]


def _peeked_client_hello(connection: socket.socket) -> bytes:
    """The client's first record, left in place for the server; all there is when it is no TLS record."""
    while True:
        data = connection.recv(65_536, socket.MSG_PEEK)
        whole = 5 + int.from_bytes(data[3:5], "big")
        if not data or data[0] != 22 or len(data) >= whole:
            return data
        # A record in several segments: the rest is on its way, and a peek that finds no more data would spin.
        select.select([], [], [], 0.005)
