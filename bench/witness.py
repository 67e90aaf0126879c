"""How many connections a tool holds open at once: a forwarder that stands before the server and counts.

Its count is exact as an upper bound: before a new connection counts, every connection that the client has already
closed is taken off, because its end reached this machine first.  It is used in runs of their own and never timed.
"""

import selectors
import socket  # noqa: TID251 - it stands where the server stands
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

_TICK = 0.05
_OCTETS = 65_536


@dataclass
class Witness:
    """The forwarder's port and what it has seen.  Socket pairs are client to server and back."""

    port: int
    most: int = 0
    """The most client connections open at the same moment."""
    total: int = 0
    clients: dict[socket.socket, socket.socket] = field(default_factory=dict)
    servers: dict[socket.socket, socket.socket] = field(default_factory=dict)


@contextmanager
def witness(address: str, port: int) -> Iterator[Witness]:
    """Forward a free port of ``address`` to ``port`` until the block ends."""
    ended = Event()
    with socket.create_server((address, 0), backlog=128) as listener:
        seen = Witness(listener.getsockname()[1])
        thread = Thread(target=_forward, args=(listener, (address, port), seen, ended), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            ended.set()
            thread.join()


def _forward(listener: socket.socket, server: tuple[str, int], seen: Witness, ended: Event) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while not ended.is_set():
            ready = {key.fileobj for key, _ in selector.select(_TICK)}
            for end in [end for end in (*seen.clients, *seen.servers) if end in ready]:
                _move(end, seen, selector)
            if listener in ready:
                client, _ = listener.accept()
                for other in list(seen.clients):
                    _move(other, seen, selector)
                _link(client, socket.create_connection(server), seen, selector)
        for end in (*seen.clients, *seen.servers):
            end.close()


def _link(client: socket.socket, server: socket.socket, seen: Witness, selector: selectors.BaseSelector) -> None:
    for end in (client, server):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(end, selectors.EVENT_READ)
    seen.clients[client], seen.servers[server] = server, client
    seen.total += 1
    seen.most = max(seen.most, len(seen.clients))


def _move(end: socket.socket, seen: Witness, selector: selectors.BaseSelector) -> None:
    """Pass on all that has arrived at ``end``; when it has ended, end the other side with it."""
    other = seen.clients.get(end) or seen.servers.get(end)
    if other is None:
        return
    try:
        while data := end.recv(_OCTETS, socket.MSG_DONTWAIT):
            other.sendall(data)
    except BlockingIOError:
        return
    except OSError:
        pass  # A reset is an end like any other.
    for gone in (end, other):
        seen.clients.pop(gone, None)
        seen.servers.pop(gone, None)
        selector.unregister(gone)
        gone.close()
