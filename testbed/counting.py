"""A TCP relay that counts how many connections of a client are open at a time."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Counted:
    """What the relay has seen so far."""

    port: int
    total: int = 0
    most: int = 0
    """The most connections that the client had open at the same time."""
    peers: dict[socket.socket, socket.socket] = field(default_factory=dict)
    """The other end of each end."""
    clients: set[socket.socket] = field(default_factory=set)
    """The clients' ends that the client has not ended."""


@contextlib.contextmanager
def counting(upstream: int, host: str = "127.0.0.1") -> Iterator[Counted]:
    """Relay every connection to the port ``upstream`` until the end of the context."""
    with socket.create_server((host, 0), backlog=256) as listener:
        counted = Counted(listener.getsockname()[1])
        ending = threading.Event()
        thread = threading.Thread(target=_relay, args=(listener, (host, upstream), counted, ending), daemon=True)
        thread.start()
        try:
            yield counted
        finally:
            ending.set()
            thread.join(10)
            assert not thread.is_alive()


def _relay(listener: socket.socket, upstream: tuple[str, int], counted: Counted, ending: threading.Event) -> None:
    """What a client has sent, its end too, comes before its next connection is counted."""
    with selectors.DefaultSelector() as ready:
        ready.register(listener, selectors.EVENT_READ)
        while not ending.is_set():
            sockets = [key.fileobj for key, _ in ready.select(0.05)]
            ends = [end for end in sockets if isinstance(end, socket.socket) and end is not listener]
            for end in ends:
                _pass_on(end, ready, counted)
            if listener in sockets and not ends:
                _accept(listener, upstream, ready, counted)
        for end in counted.peers:
            end.close()


def _accept(
    listener: socket.socket, upstream: tuple[str, int], ready: selectors.BaseSelector, counted: Counted
) -> None:
    client, _ = listener.accept()
    server = socket.create_connection(upstream, timeout=10)
    counted.peers |= {client: server, server: client}
    counted.clients.add(client)
    counted.total += 1
    counted.most = max(counted.most, len(counted.clients))
    for end in (client, server):
        ready.register(end, selectors.EVENT_READ)


def _pass_on(end: socket.socket, ready: selectors.BaseSelector, counted: Counted) -> None:
    other = counted.peers[end]
    data = b""
    with contextlib.suppress(OSError):
        data = end.recv(65_536)
    with contextlib.suppress(OSError):
        if data:
            other.sendall(data)
            return
        other.shutdown(socket.SHUT_WR)
    ready.unregister(end)
    counted.clients.discard(end)
