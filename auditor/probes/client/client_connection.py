"""One connection of a client, without its socket: ClientHello, handshake, and what it sends inside TLS."""

from contextlib import suppress

from OpenSSL import SSL, crypto

from auditor.minting.server_certificates import ServerCertificateCase
from auditor.model.tls import ProtocolVersion
from auditor.probes.client.answering import read_message
from auditor.probes.client.client_cases import (
    MOST_DESCRIPTIONS,
    ClientRecord,
    ConnectionAttempt,
    ConnectionEnd,
    alert_evidence,
)
from auditor.probes.client.listener_state import ListenerState
from auditor.probes.serving import CloseReason, Reply
from auditor.probes.tls.client_hello import ClientHello, ClientHelloReader, NotClientHello
from auditor.probes.tls.handshake import library_reason
from auditor.sip import MalformedSdp, Origin, descriptions

_MOST_PLAIN = 81_920
"""The most bytes kept of an incomplete message."""
_FATAL = 2
_HOW = {
    "closed": "the client closed the connection",
    "reset": "the client reset the connection",
    "time": "the time limit for one connection was reached",
    "too much": "the client sent more bytes than the listener reads",
    "pushed out": "newer connections took its place",
    "stopped": "the listener was stopped",
}


class ClientConnection:
    """One connection of a client, which shows how it treats the presented certificate."""

    def __init__(self, state: ListenerState, address: str) -> None:
        self._state, self._address = state, address
        self._client: ClientRecord | None = None
        self._reader, self._raw = ClientHelloReader(), b""
        self._tls: SSL.Connection | None = None
        self._case: ServerCertificateCase | None = None
        self._shown = self._completed = self._recorded = self._over = False
        self._alert: int | None = None
        self._in_clear: int | None = None
        self._failure = ""
        self._presented: bool | None = None
        self._plain = b""
        self._said = ""

    def received(self, data: bytes) -> Reply:
        """Take received bytes and return what to send."""
        try:
            return self._received(data)
        except Exception as error:  # noqa: BLE001 - whatever it was, the other clients are heard all the same
            self._failure = f"the listener itself failed with {type(error).__name__}; please report this as a bug"
            if self._case is not None:
                self._conclude(None)
            return Reply(b"", close=True)

    def _received(self, data: bytes) -> Reply:
        begun = self._tls is None
        if self._tls is None:
            reply = self._client_hello(data)
            if reply is not None:
                return reply
        else:
            self._in_clear = _alert_in_clear(data)
            self._tls.bio_write(data)
        completed = self._completed
        close = self._advance()
        wake = self._state.settings.hold_seconds if self._completed and not completed else None
        if wake is None and begun:
            wake = self._state.settings.handshake_seconds
        return Reply(self._outgoing(), close, wake)

    def waited(self) -> Reply:
        """Handle a timeout of the ClientHello, of the handshake, or of the silence after it."""
        if not self._completed:
            self._failure = "the handshake timed out"
        elif not self._recorded:
            self._record(ConnectionEnd.SPOKE if self._plain else ConnectionEnd.HELD, self._silence())
        elif self._case is ServerCertificateCase.GOOD and self._client is not None and not self._client.open_cases():
            return Reply(b"", close=False)  # all cases are shown: the trunk may stay up for a call
        return self._goodbye()

    def ended(self, how: CloseReason) -> None:
        """The connection is over."""
        if self._case is not None:
            self._conclude(how)
        self._tls = None  # it knows this session, which knows it

    def _client_hello(self, data: bytes) -> Reply | None:
        first = not self._raw
        self._raw += data
        found = self._reader.feed(data)
        if found is None:
            return Reply(b"", close=False, wake=self._state.settings.handshake_seconds if first else None)
        if isinstance(found, NotClientHello):
            self._state.record_foreign(self._address, found.reason, self._raw)
            return Reply(b"", close=True)
        self._client = self._state.client(self._address)
        if self._client is None:
            return Reply(b"", close=True)
        self._begin(self._client, found)
        return None

    def _begin(self, client: ClientRecord, client_hello: ClientHello) -> None:
        client.connections += 1
        self._case = client.next_case(client_hello)
        context = self._state.context(self._case, self._state.name_for(client_hello))
        self._tls = SSL.Connection(context, None)
        self._tls.set_accept_state()
        self._tls.set_app_data(self.note)
        self._tls.bio_write(self._raw)
        self._raw = b""

    def note(self, where: int, value: int) -> None:
        """What OpenSSL reports of the handshake: alerts, and that the certificate has been sent."""
        assert self._tls is not None  # it calls this
        if where & SSL.SSL_CB_ALERT and where & SSL.SSL_CB_READ and value >> 8 == _FATAL:
            self._alert = value & 0xFF
        elif where & SSL.SSL_CB_LOOP and b"write certificate" in self._tls.get_state_string().lower():
            self._shown = True

    def _advance(self) -> bool:
        """Continue as far as the received bytes allow; return whether the connection ends."""
        tls = self._tls
        assert tls is not None  # made with the ClientHello
        try:
            if not self._completed:
                tls.do_handshake()
                self._completed = True
                self._keep_chain(tls)
            while not self._over:
                self._plain += tls.recv(16_384)
                self._listen(tls)
        except SSL.WantReadError:
            return self._over
        except SSL.ZeroReturnError:
            self._conclude("closed")
        except SSL.Error as error:
            self._failure = library_reason(error)
            # A client that rejects the version sends its alert in a record of another one, which OpenSSL does not read.
            self._alert = self._in_clear if self._alert is None and not self._completed else self._alert
            self._conclude(None)
        else:
            with suppress(SSL.Error):
                tls.shutdown()
        return True

    def _keep_chain(self, tls: SSL.Connection) -> None:
        leaf = tls.get_peer_certificate()
        self._presented = leaf is not None
        if leaf is None or self._client is None:
            return
        with suppress(SSL.Error, crypto.Error):
            # OpenSSL leaves the client's own certificate out of the chain on the server's side.
            certificates = [crypto.dump_certificate(crypto.FILETYPE_ASN1, leaf)]
            for certificate in tls.get_peer_cert_chain() or ():
                der = crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
                if der != certificates[0]:
                    certificates.append(der)
            self._client.add_chain(tuple(certificates), self._version())

    def _listen(self, tls: SSL.Connection) -> None:
        """Read and answer the client's messages; after an invalid certificate the first message is enough."""
        while self._plain and not self._over:
            said = read_message(self._plain, self._invited)
            self._said = self._said or said.kind.text
            if said.kind.text and not self._recorded and self._client is not None:
                self._client.services[said.kind.service] += 1
                self._record(ConnectionEnd.SPOKE, f"{said.kind.text} arrived")
            if said.reply:
                tls.sendall(said.reply)
            answered = bool(said.reply) or said.close
            self._over = (
                said.close
                or (answered and self._case is not ServerCertificateCase.GOOD)
                or len(self._plain) > _MOST_PLAIN
            )
            if not said.size:
                return
            self._plain = self._plain[said.size :]

    def _invited(self, message: bytes) -> None:
        """Read the session description of an INVITE, without keeping a key."""
        if self._client is None:
            return
        kept = self._client.descriptions
        origin = Origin(self._address, self._state.settings.at, self._state.salt, "an INVITE", "tls")
        try:
            found = descriptions(message, origin, role="offer")
        except MalformedSdp:
            self._client.unreadable += 1
            return
        room = MOST_DESCRIPTIONS - len(kept)
        kept.extend(found[:room])
        self._client.unreadable += max(0, len(found) - room)

    def _conclude(self, how: CloseReason | None) -> None:
        """Record how the client's part ended; ``how`` is None if the TLS library failed first."""
        if self._recorded:
            return
        if self._alert is not None:
            self._record(ConnectionEnd.ALERT, alert_evidence(self._alert, completed=self._completed))
        elif self._plain:
            self._record(ConnectionEnd.SPOKE, self._silence())
        elif how in ("closed", "reset") and self._completed:
            self._record(ConnectionEnd.CLOSED, f"{_HOW[how]} after the handshake without sending anything")
        elif how in ("closed", "reset") and self._shown and not self._failure:
            self._record(ConnectionEnd.BROKEN, f"{_HOW[how]} during the handshake without an alert")
        else:
            why = self._failure or _HOW[how or "closed"]
            self._record(ConnectionEnd.UNDETERMINED, f"the way the connection ended decides nothing: {why}")

    def _silence(self) -> str:
        if self._plain:
            return f"{self._said or 'the beginning of a message'} arrived"
        seconds = self._state.settings.hold_seconds
        return f"the client completed the handshake, then stayed silent for {seconds:g} s"

    def _record(self, end: ConnectionEnd, evidence: str) -> None:
        assert self._case is not None  # both come with the ClientHello
        assert self._client is not None
        self._recorded = True
        attempt = ConnectionAttempt(
            self._case, end, evidence, self._version(), self._alert, self._completed, presented=self._presented
        )
        self._state.record(self._client, attempt)

    def _version(self) -> ProtocolVersion | None:
        if self._tls is None or not (self._shown or self._completed):
            return None
        number = self._tls.get_protocol_version()
        return next((version for version in ProtocolVersion if version.wire == number), None)

    def _goodbye(self) -> Reply:
        with suppress(SSL.Error):
            if self._tls is not None:
                self._tls.shutdown()  # close_notify (RFC 9846 section 6.1)
        return Reply(self._outgoing(), close=True)

    def _outgoing(self) -> bytes:
        out = b""
        with suppress(SSL.Error):
            while self._tls is not None:
                out += self._tls.bio_read(65_536)
        return out


def _alert_in_clear(data: bytes) -> int | None:
    """The description of a fatal alert that is all there is (RFC 9846 section 6, RFC 5246 section 7.2)."""
    return data[6] if len(data) == 7 and data[:2] == b"\x15\x03" and data[3:6] == b"\x00\x02\x02" else None
