"""One peer and the connections to it: each with one deadline, a cap on bytes and a record of both directions."""

import errno
import select
import socket
import time
from typing import Final

from auditor.model.target import ServerTarget
from auditor.probes.budget import Limits
from auditor.sanitise import clean

REFUSED: Final = "the TCP connection was refused"
NOTHING_WITHIN: Final = "no TCP connection within"


class OutOfBudgetError(Exception):
    """The target's time or number of connections is used up.  The text says which."""


class Wire:
    """A TCP connection that never blocks past its deadline, however slowly the peer drips.

    It has the three methods a TLS library needs of a socket (``send``, ``recv``, ``close``).  ``ended`` says how the
    peer's side ended: ``closed``, ``reset``, ``timeout`` or ``too much``.
    """

    def __init__(self, connection: socket.socket, deadline: float, max_bytes: int) -> None:
        self._socket, self._deadline, self._max_bytes = connection, deadline, max_bytes
        self.sent = bytearray()
        self.received = bytearray()
        self.ended: str | None = None
        connection.setblocking(False)

    def remaining(self, until: float | None = None) -> float:
        """Seconds left, to the deadline or to ``until`` if that is sooner; never negative."""
        return max(0.0, min(self._deadline, self._deadline if until is None else until) - time.monotonic())

    def send(self, data: bytes) -> int:
        """Send everything or end the wire; ``ended`` then says why."""
        view = memoryview(bytes(data))
        self.sent += view
        while view and self.ended is None:
            try:
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                if not select.select([], [self._socket], [], self.remaining())[1]:
                    self.ended = "timeout"
            except OSError:
                # The peer has closed; data it sent before is still to be read.
                break
        return len(data)

    def recv(self, size: int = 16_384, until: float | None = None) -> bytes:
        """Some bytes, or none when the peer has ended or the deadline (or ``until``) has passed: see ``ended``."""
        if self.ended is not None:
            return b""
        try:
            if not select.select([self._socket], [], [], self.remaining(until))[0]:
                if self.remaining() <= 0:
                    self.ended = "timeout"
                return b""
            data = self._socket.recv(size)
        except BlockingIOError:
            return b""
        except OSError:
            self.ended = "reset"
            return b""
        self.received += data
        if not data:
            self.ended = "closed"
        elif len(self.received) > self._max_bytes:
            self.ended = "too much"
        return data

    def close(self) -> None:
        """Close at once; twice does no harm."""
        self._socket.close()


class Peer:
    """A target with an address, what has been spent on it, and the only way to open a connection to it."""

    def __init__(self, target: ServerTarget, limits: Limits) -> None:
        if target.address is None:
            raise ValueError("the target has no address to connect to")
        self.target, self.limits, self.address = target, limits, target.address
        self.started = time.monotonic()
        self.deadline = self.started + limits.target_seconds
        self.attempts = 0
        self.connections = 0
        """Established connections; the budget counts attempts."""
        self._last_connection: float | None = None
        self.slow = 1.0
        """Factor on the time limit of one connection; doubled for a second try."""
        self.round_trip = 0.0
        """Seconds that the last TCP handshake took."""

    def connect(self, port: int | None = None) -> Wire | str:
        """Open a connection, or return one sentence why that failed.

        Raises ``OutOfBudgetError`` when the target's time or connections are used up.
        """
        now = time.monotonic()
        if now >= self.deadline:
            raise OutOfBudgetError(f"the time limit for this target ({self.deadline - self.started:.0f} s) is reached")
        if self.attempts >= self.limits.connections:
            raise OutOfBudgetError(f"the limit of {self.limits.connections} connections for this target is reached")
        self._pace(now)
        self.attempts += 1
        started = time.monotonic()
        seconds = min(self.limits.connect_seconds * self.slow, max(0.05, self.deadline - started))
        try:
            connection = socket.create_connection((self.address, port or self.target.port), timeout=seconds)
        except OSError as error:
            return _why_no_connection(error, seconds)
        self.connections += 1
        self.round_trip = time.monotonic() - started
        end = min(self.deadline, started + self.limits.connection_seconds * self.slow)
        return Wire(connection, end, self.limits.max_bytes)

    def answered_in(self, seconds: float) -> None:
        """Note how long an answer took: a slow peer that answers gets more time, up to four times the usual."""
        wanted = min(4 * self.limits.target_seconds, 25 * seconds)
        self.deadline = max(self.deadline, self.started + wanted)

    def elapsed(self) -> float:
        """Seconds since the first question."""
        return time.monotonic() - self.started

    def pause(self, seconds: float) -> None:
        """Back off from a peer that has begun to refuse everything, within the target's time."""
        time.sleep(max(0.0, min(seconds, self.deadline - time.monotonic())))

    def _pace(self, now: float) -> None:
        rate = self.limits.connections_per_second
        if rate is not None and self._last_connection is not None:
            time.sleep(max(0.0, self._last_connection + 1 / rate - now))
        self._last_connection = time.monotonic()


def _why_no_connection(error: OSError, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"{NOTHING_WITHIN} {seconds:.0f} s"
    if isinstance(error, ConnectionRefusedError):
        return REFUSED
    if isinstance(error, ConnectionResetError):
        return "the TCP connection was reset"
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL):
        return "the address is unreachable"
    return f"no TCP connection ({errno.errorcode.get(error.errno or 0, type(error).__name__)})"


def first_line(data: bytes, most: int = 40) -> str:
    """The first line of what a peer sent, safe to show."""
    line = data.splitlines()[0] if data.splitlines() else b""
    return clean(repr(line[:most].decode("ascii", "backslashreplace")), limit=most * 2)
