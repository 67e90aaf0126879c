"""A whole TLS exchange without a client certificate: whether the server asks for one, and goes on without it.

In TLS 1.3 the client's handshake is over before the server has looked at its (empty) certificate, so its end proves
nothing.  First the connection settles: the refusal, if there is one, arrives now, and writing at this moment could
destroy it (a reset discards what was not yet read).  Then a request is sent, and only then is anything concluded.
The alert is kept as evidence and never required to be a given one: stacks differ.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from OpenSSL import SSL, crypto

from auditor.model.target import Service
from auditor.model.tls import CipherSuite, ProtocolVersion, alert_name
from auditor.probes.application import Reading, read_answer, request, whole_head
from auditor.probes.hello import Accepted, Answer, NoAnswer, read_answer_of_hello, suites_length
from auditor.probes.peer import Peer, Wire

_OPENSSL_VERSION = {
    ProtocolVersion.TLS_1_0: SSL.TLS1_VERSION,
    ProtocolVersion.TLS_1_1: SSL.TLS1_1_VERSION,
    ProtocolVersion.TLS_1_2: SSL.TLS1_2_VERSION,
    ProtocolVersion.TLS_1_3: SSL.TLS1_3_VERSION,
}
EXCHANGE_VERSIONS = tuple(_OPENSSL_VERSION)
_MOST_ANSWER = 8192

Stage = Literal["handshake", "after-handshake", "after-request"]


_NO_HANDSHAKE = Reading("undetermined", "there was no handshake")


@dataclass(frozen=True)
class Exchange:
    """What came of it."""

    answer: Answer
    """The hello's answer, in the same terms as everywhere."""
    requested: bool | None = None
    authorities: tuple[bytes, ...] = ()
    reading: Reading = _NO_HANDSHAKE
    stage: Stage | None = None


class _Conversation:
    """A TLS connection over memory buffers: the library has no socket, so nothing blocks past the deadline."""

    def __init__(
        self, peer: Peer, wire: Wire, version: ProtocolVersion, suites: Sequence[CipherSuite], *, small: bool
    ) -> None:
        self.wire = wire
        self.requested = False
        self.authorities: tuple[bytes, ...] = ()
        self.alerts: list[int] = []
        self.hello_length = 0
        self.failure = ""
        """Why the library itself gave up, in its own words."""
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_min_proto_version(_OPENSSL_VERSION[version])
        context.set_max_proto_version(_OPENSSL_VERSION[version])
        # What is judged is the server's demand; its certificate is judged elsewhere, from the octets it sent.
        context.set_verify(SSL.VERIFY_NONE)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_LEGACY_SERVER_CONNECT)
        if version is ProtocolVersion.TLS_1_3:
            context.set_tls13_ciphersuites(":".join(suite.openssl_name for suite in suites).encode("ascii"))
        else:
            context.set_cipher_list(_cipher_list(suites))
        if small:
            context.set_tmp_ecdh(SECP256R1())
        context.set_info_callback(self._note)
        self.tls = SSL.Connection(context, None)
        self.tls.set_connect_state()
        if peer.target.server_name is not None:
            self.tls.set_tlsext_host_name(peer.target.server_name.encode("ascii"))

    def _note(self, tls: SSL.Connection, where: int, value: int) -> None:
        if where & SSL.SSL_CB_ALERT and where & SSL.SSL_CB_READ and value >> 8 == 2:
            self.alerts.append(value & 0xFF)
        elif where & SSL.SSL_CB_LOOP and b"certificate request" in tls.get_state_string().lower():
            self.requested = True
            self._keep_authorities()

    def _keep_authorities(self) -> None:
        """The CA names of the CertificateRequest, byte for byte; a handshake that breaks off takes them with it."""
        with suppress(Exception):
            self.authorities = tuple(name.der() for name in self.tls.get_client_ca_list()) or self.authorities

    def handshake(self) -> bool:
        """Whether it was completed, as far as the client can tell."""
        while True:
            try:
                self.tls.do_handshake()
            except SSL.WantReadError:
                self._flush()
                if not self._fill(None):
                    return False
            except SSL.Error as error:
                self._flush()
                self.failure = _library_reason(error)
                return False
            else:
                self._flush()
                self._keep_authorities()
                return True

    def read(self, until: float) -> bytes | None:
        """Octets of the application, none at ``until``, or None when the peer has ended (an alert or a close)."""
        while True:
            try:
                return self.tls.recv(16_384)
            except SSL.WantReadError:
                self._flush()
            except SSL.Error:
                return None
            if not self._fill(until):
                return None if self.wire.ended else b""

    def send(self, data: bytes) -> None:
        """Encrypt and send; a peer that has gone shows when its answer is read."""
        with suppress(SSL.Error):
            self.tls.send(data)
        self._flush()

    def _flush(self) -> None:
        with suppress(SSL.WantReadError, SSL.Error):
            while data := self.tls.bio_read(65_536):
                self.hello_length = self.hello_length or suites_length(data)
                self.wire.send(data)

    def _fill(self, until: float | None) -> bool:
        while self.wire.ended is None and self.wire.remaining(until) > 0:
            data = self.wire.recv(until=until)
            if data:
                self.tls.bio_write(data)
                return True
        return False

    def certificates(self) -> tuple[bytes, ...]:
        """The chain as sent, leaf first."""
        with suppress(SSL.Error, crypto.Error):
            return tuple(
                crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
                for certificate in self.tls.get_peer_cert_chain() or ()
            )
        return ()


def _cipher_list(suites: Sequence[CipherSuite]) -> bytes:
    """The suites, then whatever else the library knows: a long hello that is accepted vouches for shorter ones."""
    return (":".join(suite.openssl_name for suite in suites) + ":ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0").encode("ascii")


def exchange(
    peer: Peer, version: ProtocolVersion, suites: Sequence[CipherSuite], *, ask: bool = True, small: bool = False
) -> Exchange:
    """One exchange on a new connection, preferring ``suites``.

    ``ask`` sends the request of the target's service after the handshake.  ``small`` keeps the hello short (one
    elliptic curve), for peers that cannot take a long one.  Raises ``OutOfBudgetError``.
    """
    wire = peer.connect()
    if isinstance(wire, str):
        return Exchange(NoAnswer(wire))
    started = time.monotonic()
    talk = _Conversation(peer, wire, version, suites, small=small)
    try:
        done = talk.handshake()
        answer = read_answer_of_hello(
            peer, wire, version, None, talk.hello_length, time.monotonic() - started, talk.certificates()
        )
        if not isinstance(answer, Accepted):
            return Exchange(answer)
        requested = talk.requested or answer.flight.certificate_requested
        if not done:
            # Only up to TLS 1.2 does a whole flight without a CertificateRequest prove that none was sent.
            certain = requested or (version is not ProtocolVersion.TLS_1_3 and answer.flight.complete)
            return _broken_handshake(talk, answer, peer.target.service, requested=requested if certain else None)
        reading, stage = _after_handshake(peer, talk, requested=requested, ask=ask)
        return Exchange(answer, talk.requested or requested, talk.authorities, reading, stage)
    finally:
        wire.close()


def _broken_handshake(talk: _Conversation, answer: Accepted, service: Service, *, requested: bool | None) -> Exchange:
    """The ServerHello came, and then the handshake broke: after a CertificateRequest, perhaps for want of one."""
    if requested:
        return Exchange(answer, True, talk.authorities, _refusal(talk, service), "handshake")
    broken = Reading("undetermined", f"the handshake broke off after the ServerHello: {_ending(talk)}")
    return Exchange(answer, requested, (), broken, "handshake")


def _refusal(talk: _Conversation, service: Service) -> Reading:
    if talk.alerts:
        return Reading("refused", f"alert {alert_name(talk.alerts[-1])}")
    if talk.wire.ended in ("closed", "reset") and service is Service.HTTPS:
        return Reading("refused", f"{_ending(talk)} without an answer")
    return Reading("undetermined", f"{_ending(talk)} without an alert, which may be a refusal or something else")


def _ending(talk: _Conversation) -> str:
    if talk.alerts:
        return f"alert {alert_name(talk.alerts[-1])}"
    return {
        "closed": "the peer closed the connection",
        "reset": "the peer reset the connection",
        "too much": "the peer sent more than an answer may hold",
    }.get(talk.wire.ended or "", talk.failure or "the peer fell silent")


def _after_handshake(peer: Peer, talk: _Conversation, *, requested: bool, ask: bool) -> tuple[Reading, Stage]:
    limits, service = peer.limits, peer.target.service
    if requested:
        settle = max(limits.settle_seconds, 4 * peer.round_trip) * peer.slow
        early = talk.read(time.monotonic() + settle)
        if early is None:
            return _refusal(talk, service), "after-handshake"
        if early:
            return read_answer(service, early), "after-handshake"
    if not ask:
        return Reading("undetermined", "no request was sent"), "after-handshake"
    talk.send(request(peer.target))
    answer, until, whole = b"", time.monotonic() + limits.answer_seconds * peer.slow, whole_head(service)
    while not whole(answer) and len(answer) < _MOST_ANSWER:
        data = talk.read(until)
        if not data:
            break
        answer += data
    if answer:
        return read_answer(service, answer), "after-request"
    if talk.wire.ended or talk.alerts:
        return _refusal(talk, service), "after-request"
    return Reading("undetermined", "neither an answer nor a refusal came after the request"), "after-request"


def _library_reason(error: SSL.Error) -> str:
    """OpenSSL's own words for its error; they quote nothing that the peer sent."""
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return f"the handshake failed here ({reasons[0][2]})" if reasons else "the handshake failed here"
