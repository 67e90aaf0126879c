"""The lab's connections, served by the same bounded loop as the listener that plays the gateway."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.lab.session import LabSession
from auditor.probes import serving as serving_loop
from auditor.probes.serving import Bounds, CloseReason, Reply, listen

__all__ = ["LabListener", "listen", "serving"]

LIFETIME = 60.0
"""Seconds after which any connection ends."""
MOST_CONNECTIONS = 128
"""Open at once over all endpoints."""


@dataclass(frozen=True)
class LabListener:
    """A listening socket and what gives the session of a connection to it."""

    socket: socket.socket
    new_session: Callable[[], LabSession]


class _Untimed:
    """A session of the lab, which waits for nothing and remembers nothing."""

    def __init__(self, session: LabSession) -> None:
        self._session = session

    def received(self, data: bytes) -> Reply:
        return self._session.received(data)

    def waited(self) -> Reply:
        return Reply(b"", close=False)

    def ended(self, how: CloseReason) -> None:
        pass


def _adapted(listener: LabListener) -> serving_loop.Listener:
    return serving_loop.Listener(listener.socket, lambda _address: _Untimed(listener.new_session()))


@contextlib.contextmanager
def serving(listeners: tuple[LabListener, ...]) -> Iterator[None]:
    """Serve until the end of the context, which ends every connection, closes every socket and ends the thread."""
    bounds = Bounds(lifetime=LIFETIME, connections=MOST_CONNECTIONS)
    with serving_loop.serving(tuple(map(_adapted, listeners)), bounds):
        yield
