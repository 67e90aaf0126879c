"""The lab's connections, served by the same bounded loop as the listener that plays the gateway."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.lab.session import Reply, Session
from auditor.probes import serving as probes
from auditor.probes.serving import Bounds, CloseReason, listen

__all__ = ["Listener", "listen", "serving"]

LIFETIME = 60.0
"""Seconds after which any connection ends."""
MOST_CONNECTIONS = 128
"""Open at once over all endpoints."""


@dataclass(frozen=True)
class Listener:
    """A listening socket and what gives the session of a connection to it."""

    socket: socket.socket
    new_session: Callable[[], Session]


class _Untimed:
    """A session of the lab, which waits for nothing and remembers nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def received(self, data: bytes) -> probes.Reply:
        reply: Reply = self._session.received(data)
        return probes.Reply(reply.data, reply.close)

    def waited(self) -> probes.Reply:
        return probes.Reply(b"", close=False)

    def ended(self, how: CloseReason) -> None:
        pass


def _adapted(listener: Listener) -> probes.Listener:
    return probes.Listener(listener.socket, lambda _address: _Untimed(listener.new_session()))


@contextlib.contextmanager
def serving(listeners: tuple[Listener, ...]) -> Iterator[None]:
    """Serve until the end of the context, which ends every connection, closes every socket and ends the thread."""
    bounds = Bounds(lifetime=LIFETIME, connections=MOST_CONNECTIONS)
    with probes.serving(tuple(map(_adapted, listeners)), bounds):
        yield
