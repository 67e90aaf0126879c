"""All connections of the lab, in one thread that never waits for any of them.

A scanner leaves connections half open, sends nothing or garbage, or goes away in the middle of a handshake.  With a
thread for each connection such peers would use the threads up; here they cost a socket each, until their time is up or
newer connections need the room.
"""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from auditor.lab.session import Session

LIFETIME = 60.0
"""Seconds after which any connection ends."""
MOST_BYTES = 65_536
"""Bytes a peer may send on one connection."""
MOST_CONNECTIONS = 128
"""Open at once over all endpoints; the oldest makes room for a newer one."""
_BACKLOG = 1024
"""Connections the kernel holds for an endpoint until they are taken; one too many costs its client a second."""
_DRAIN = 2.0
"""Seconds a peer has to close after us.  Closing first, with bytes unread, would reset the connection and could destroy
an alert on its way (RFC 9112 section 9.6 describes it for HTTP)."""


@dataclass(frozen=True)
class Listener:
    """A listening socket and what gives the session of a connection to it."""

    socket: socket.socket
    new_session: Callable[[], Session]


@dataclass(eq=False)
class _Peer:
    socket: socket.socket
    session: Session
    deadline: float
    unread: int = MOST_BYTES
    """How many more bytes are read."""
    unsent: bytes = b""
    ending: bool = False
    """Nothing more is said after ``unsent``."""
    ended: bool = False
    """It has been told so."""


@dataclass(eq=False)
class _Loop:
    selector: selectors.BaseSelector
    peers: dict[_Peer, None] = field(default_factory=dict)
    """Oldest first."""


def listen(host: str) -> socket.socket:
    """A listening socket on a free port of ``host``, an IP address; ``OSError`` where that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, 0), family=family, backlog=_BACKLOG)


@contextlib.contextmanager
def serving(listeners: tuple[Listener, ...]) -> Iterator[None]:
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
        thread = threading.Thread(target=_run, args=(_Loop(selector),), name="lab", daemon=True)
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
            now = time.monotonic()
            for peer in [peer for peer in loop.peers if peer.deadline <= now]:
                _drop(loop, peer)
    finally:
        for peer in list(loop.peers):
            _drop(loop, peer)


def _patience(loop: _Loop) -> float | None:
    """Seconds until the next connection's time is up; none while there is no connection."""
    if not loop.peers:
        return None
    return max(0.0, min(peer.deadline for peer in loop.peers) - time.monotonic())


def _accept(loop: _Loop, listener: Listener) -> None:
    """Take what is waiting, but not so much that those who are connected wait for long."""
    for _ in range(64):
        try:
            connection, _ = listener.socket.accept()
        except BlockingIOError:
            return
        except OSError:  # no descriptor is left, or the peer was quicker: room is made, and the next round tries again
            _drop_oldest(loop)
            return
        if len(loop.peers) >= MOST_CONNECTIONS:
            _drop_oldest(loop)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = _Peer(connection, listener.new_session(), time.monotonic() + LIFETIME)
        loop.peers[peer] = None
        loop.selector.register(connection, selectors.EVENT_READ, peer)


def _attend(loop: _Loop, peer: _Peer, events: int) -> None:
    try:
        if events & selectors.EVENT_READ and not _read(peer):
            _drop(loop, peer)
            return
        _write(loop, peer)
    except BlockingIOError:
        return
    except OSError:  # the peer is gone
        _drop(loop, peer)


def _read(peer: _Peer) -> bool:
    """Whether the connection goes on."""
    data = peer.socket.recv(16_384)
    peer.unread -= len(data)
    if not data or peer.unread < 0:
        return False
    if not peer.ending:
        reply = peer.session.received(data)
        peer.unsent += reply.data
        peer.ending = reply.close
    return True


def _write(loop: _Loop, peer: _Peer) -> None:
    if peer.unsent:
        with contextlib.suppress(BlockingIOError):
            peer.unsent = peer.unsent[peer.socket.send(peer.unsent) :]
    wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.unsent else 0)
    if loop.selector.get_key(peer.socket).events != wanted:
        loop.selector.modify(peer.socket, wanted, peer)
    if peer.ending and not peer.unsent and not peer.ended:
        peer.ended = True
        peer.socket.shutdown(socket.SHUT_WR)
        peer.deadline = min(peer.deadline, time.monotonic() + _DRAIN)


def _drop_oldest(loop: _Loop) -> None:
    if loop.peers:
        _drop(loop, next(iter(loop.peers)))


def _drop(loop: _Loop, peer: _Peer) -> None:
    del loop.peers[peer]
    loop.selector.unregister(peer.socket)
    peer.socket.close()
