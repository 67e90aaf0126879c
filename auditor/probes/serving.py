"""Many connections in one non-blocking thread.

A peer may send nothing, drip, send garbage or open a thousand connections.  With a thread for each connection such
peers would exhaust the threads; here each costs one socket, until it times out or a newer connection replaces it.
"""

import contextlib
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypeAlias

_BACKLOG = 1024
"""The listen backlog: connections that wait in the kernel; beyond it, a client waits a second."""

CloseReason = Literal["closed", "reset", "time", "too much", "pushed out", "stopped"]
"""Why a connection ended: the peer closed or reset it, it timed out, it sent too much, newer connections
took its place, or the server was stopped.  ``closed`` also covers a connection that we ended first."""


@dataclass(frozen=True)
class Bounds:
    """Limits for each connection, and for all together."""

    lifetime: float = 60.0
    """Seconds after which any connection ends."""
    max_bytes: int = 65_536
    """Bytes a peer may send on one connection."""
    connections: int = 128
    """Open at once over all listeners; beyond it, the oldest connection of the busiest address is closed."""
    drain: float = 2.0
    """Seconds a peer has to close after us.  Closing first, with bytes unread, would reset the connection and could
    destroy an alert on its way (RFC 9112 section 9.6 describes it for HTTP)."""


class Reply(NamedTuple):
    """What to send, whether the connection ends after it, and when to be woken."""

    data: bytes
    close: bool
    wake: float | None = None
    """Seconds from now after which ``waited`` is called; None leaves it unchanged."""


class Session(Protocol):
    """The server's side of one connection, without its socket."""

    def received(self, data: bytes) -> Reply:
        """Take received bytes, never empty, and return what to send."""

    def waited(self) -> Reply:
        """Handle the end of the requested time."""

    def ended(self, how: CloseReason) -> None:
        """The connection is over.  Called once, whatever happened."""


@dataclass(frozen=True)
class Listener:
    """A listening socket and what makes the session of a connection from the peer's IP address."""

    socket: socket.socket
    new_session: Callable[[str], Session]


@dataclass(eq=False)
class _OpenConnection:
    socket: socket.socket
    address: str
    session: Session
    deadline: float
    unread: int
    """How many more bytes are read."""
    wake: float | None = None
    unsent: bytes = b""
    ending: bool = False
    """Nothing is sent after ``unsent``."""
    ended: bool = False
    """The end has been sent."""


@dataclass(eq=False)
class _Loop:
    selector: selectors.BaseSelector
    bounds: Bounds
    peers: dict[_OpenConnection, None] = field(default_factory=dict)
    """Oldest first."""


Listening: TypeAlias = socket.socket
"""A listening socket."""


def listen(host: str, port: int = 0) -> Listening:
    """A listening socket on ``host``, an IP address, and a port (0: a free one); ``OSError`` where that fails."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


@contextlib.contextmanager
def serving(listeners: tuple[Listener, ...], bounds: Bounds) -> Iterator[None]:
    """Serve until the end of the context, which ends every connection, closes every socket and ends the thread."""
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        bell, rope = socket.socketpair()
        stack.callback(bell.close)
        stack.callback(rope.close)
        for listener in listeners:
            stack.callback(listener.socket.close)
            listener.socket.setblocking(False)
            selector.register(listener.socket, selectors.EVENT_READ, listener)
        selector.register(bell, selectors.EVENT_READ, None)
        thread = threading.Thread(target=_run, args=(_Loop(selector, bounds),), name="serving", daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(rope.send, b"\0")
        yield


def _run(loop: _Loop) -> None:
    try:
        while True:
            for key, events in loop.selector.select(_patience(loop)):
                if key.data is None:
                    return
                if isinstance(key.data, Listener):
                    _accept(loop, key.data)
                elif key.data in loop.peers:  # it may have made room for another one in this very round
                    _attend(loop, key.data, events)
            _look_at_the_clock(loop)
    finally:
        for peer in list(loop.peers):
            _drop(loop, peer, "stopped")


def _patience(loop: _Loop) -> float | None:
    """Seconds until something is due; none while there is no connection."""
    if not loop.peers:
        return None
    return max(0.0, min(_due(peer) for peer in loop.peers) - time.monotonic())


def _due(peer: _OpenConnection) -> float:
    return peer.deadline if peer.wake is None or peer.ending else min(peer.deadline, peer.wake)


def _look_at_the_clock(loop: _Loop) -> None:
    now = time.monotonic()
    for peer in [peer for peer in loop.peers if _due(peer) <= now]:
        if peer.deadline <= now:
            _drop(loop, peer, "closed" if peer.ended else "time")
            continue
        peer.wake = None
        _take(peer, peer.session.waited())
        _flush(loop, peer)


def _accept(loop: _Loop, listener: Listener) -> None:
    """Accept waiting connections, but not so many that open ones wait for long."""
    for _ in range(64):
        try:
            connection, origin = listener.socket.accept()
        except BlockingIOError:
            return
        except OSError:  # no descriptor is left, or the peer was quicker: room is made, and the next round tries again
            _make_room(loop)
            return
        if len(loop.peers) >= loop.bounds.connections:
            _make_room(loop)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = str(origin[0]).partition("%")[0]
        deadline = time.monotonic() + loop.bounds.lifetime
        peer = _OpenConnection(connection, address, listener.new_session(address), deadline, loop.bounds.max_bytes)
        loop.peers[peer] = None
        loop.selector.register(connection, selectors.EVENT_READ, peer)


def _attend(loop: _Loop, peer: _OpenConnection, events: int) -> None:
    if events & selectors.EVENT_READ:
        try:
            data = peer.socket.recv(16_384)
        except BlockingIOError:
            return
        except OSError:
            _drop(loop, peer, "reset")
            return
        peer.unread -= len(data)
        if not data or peer.unread < 0:
            _drop(loop, peer, "too much" if data else "closed")
            return
        if not peer.ending:
            _take(peer, peer.session.received(data))
    _flush(loop, peer)


def _take(peer: _OpenConnection, reply: Reply) -> None:
    peer.unsent += reply.data
    peer.ending = reply.close
    if reply.wake is not None:
        peer.wake = time.monotonic() + reply.wake


def _flush(loop: _Loop, peer: _OpenConnection) -> None:
    try:
        _write(loop, peer)
    except OSError:
        # The peer has closed; data it sent before is still to be read, then the connection ends.
        peer.unsent = b""
        peer.ended = peer.ending
        loop.selector.modify(peer.socket, selectors.EVENT_READ, peer)


def _write(loop: _Loop, peer: _OpenConnection) -> None:
    if peer.unsent:
        with contextlib.suppress(BlockingIOError):
            peer.unsent = peer.unsent[peer.socket.send(peer.unsent) :]
    wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.unsent else 0)
    if loop.selector.get_key(peer.socket).events != wanted:
        loop.selector.modify(peer.socket, wanted, peer)
    if peer.ending and not peer.unsent and not peer.ended:
        peer.ended = True
        peer.deadline = min(peer.deadline, time.monotonic() + loop.bounds.drain)
        peer.socket.shutdown(socket.SHUT_WR)


def _make_room(loop: _Loop) -> None:
    if loop.peers:
        ((busiest, _),) = Counter(peer.address for peer in loop.peers).most_common(1)
        _drop(loop, next(peer for peer in loop.peers if peer.address == busiest), "pushed out")


def _drop(loop: _Loop, peer: _OpenConnection, how: CloseReason) -> None:
    del loop.peers[peer]
    loop.selector.unregister(peer.socket)
    peer.socket.close()
    peer.session.ended(how)
