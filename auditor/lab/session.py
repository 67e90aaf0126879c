"""One connection of the lab, without its socket: bytes in, bytes out."""

from collections.abc import Callable
from typing import Protocol

from OpenSSL import SSL

from auditor.lab.application import answer
from auditor.lab.contexts import connection_maker
from auditor.lab.settings import Credentials, PortProtocol, ServerSettings
from auditor.model.target import Service
from auditor.probes.serving import Reply

_HANDSHAKE_RECORD = 0x16  # RFC 9846 section 5.1


class LabSession(Protocol):
    """A peer's side of one connection."""

    def received(self, data: bytes) -> Reply:
        """Take received bytes, never empty, and return what to send."""


def session_maker(settings: ServerSettings, credentials: Credentials) -> Callable[[], LabSession]:
    """A function that gives the session of a new connection."""
    if settings.wire is PortProtocol.SILENT:
        return _Silent
    if settings.wire is PortProtocol.PLAINTEXT:
        return lambda: _Plaintext(settings.service)
    connect = connection_maker(settings, credentials)
    if settings.wire is PortProtocol.TLS:
        return lambda: _Tls(connect(), settings.service)
    return lambda: _Either(lambda: _Tls(connect(), settings.service), settings.service)


class _Silent:
    def received(self, data: bytes) -> Reply:  # noqa: ARG002 - it never answers, whatever it receives
        return Reply(b"", close=False)


class _Plaintext:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._unread = b""

    def received(self, data: bytes) -> Reply:
        self._unread += data
        sent = b""
        while self._unread and (reply := answer(self._service, self._unread)):
            self._unread = self._unread[reply.consumed :]
            sent += reply.reply
            if reply.close:
                return Reply(sent, close=True)
        return Reply(sent, close=False)


class _Tls:
    def __init__(self, connection: SSL.Connection, service: Service) -> None:
        self._connection = connection
        self._application = _Plaintext(service)
        self._established = False

    def received(self, data: bytes) -> Reply:
        self._connection.bio_write(data)
        close = False
        try:
            if not self._established:
                self._connection.do_handshake()
                self._established = True
            while not close:
                inside = self._application.received(self._connection.recv(16_384))
                close = inside.close
                if inside.data:
                    self._connection.sendall(inside.data)
            self._connection.shutdown()  # close_notify (RFC 9846 section 6.1)
        except SSL.WantReadError:  # all that has arrived is read
            pass
        except SSL.Error:  # the alert, if there is one, is waiting to be sent
            close = True
        return Reply(self._outgoing(), close)

    def _outgoing(self) -> bytes:
        out = b""
        try:
            while True:
                out += self._connection.bio_read(65_536)
        except SSL.WantReadError:
            return out


class _Either:
    """TLS for a client that opens with a handshake record, the same service in plaintext for any other."""

    def __init__(self, tls: Callable[[], LabSession], service: Service) -> None:
        self._tls = tls
        self._service = service
        self._session: LabSession | None = None

    def received(self, data: bytes) -> Reply:
        if self._session is None:
            self._session = self._tls() if data[0] == _HANDSHAKE_RECORD else _Plaintext(self._service)
        return self._session.received(data)
