"""A complete TLS exchange, with or without a client certificate: whether the server requests one, and continues.

In TLS 1.3 the client's handshake is over before the server has checked its (empty) certificate, so its end proves
nothing.  First the connection settles: the refusal, if there is one, arrives now, and writing at this moment could
destroy it (a reset discards what was not yet read).  Then a request is sent, and only then is anything concluded.
The alert is kept as evidence, but no particular alert is required: stacks differ.  Every exchange has a new context
and resumes nothing: a resumed session would skip the question.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from OpenSSL import SSL, crypto

from auditor.model.identity import Identity
from auditor.model.target import Service
from auditor.model.tls import Alert, CipherSuite, ProtocolVersion
from auditor.probes.application_data import Doubt, Reading, read_answer, request, whole_head
from auditor.probes.connection import Peer
from auditor.probes.options_answer import MAX_BYTES, SipAnswer, read_sip_answer
from auditor.probes.tls.attempt import Accepted, Answer, NoAnswer, read_server_answer
from auditor.probes.tls.handshake import EXCHANGE_VERSIONS, ClientHelloForm, Handshake

_MOST_ANSWER = {Service.HTTPS: 8192, Service.SIP: MAX_BYTES}

__all__ = ["EXCHANGE_VERSIONS", "Exchange", "Stage", "exchange"]
Stage = Literal["handshake", "after-handshake", "after-request"]


# Alerts of a peer that runs out of memory or cannot decrypt, whoever its client is.  decode_error is not one of them:
# GnuTLS sends it for an empty list of certificates.
_SAY_NOTHING_OF_CERTIFICATES = frozenset(
    {
        Alert.bad_record_mac,
        Alert.decryption_failed,
        Alert.record_overflow,
        Alert.decompression_failure,
        Alert.internal_error,
        Alert.user_canceled,
        Alert.no_renegotiation,
    }
)

_NO_HANDSHAKE = Reading("undetermined", "no handshake took place")


@dataclass(frozen=True)
class Exchange:
    """The outcome of one exchange."""

    answer: Answer
    """The answer to the ClientHello."""
    requested: bool | None = None
    authorities: tuple[bytes, ...] = ()
    reading: Reading = _NO_HANDSHAKE
    stage: Stage | None = None
    presented: bool = False
    """Whether the client's certificate was sent with a CertificateVerify."""
    alert: int | None = None
    """The last fatal alert received after the ServerHello."""
    sip: SipAnswer | None = None
    stapled: bytes | None = None
    """The OCSP response, empty if none was stapled; None if none was requested."""


def exchange(
    peer: Peer,
    version: ProtocolVersion,
    suites: Sequence[CipherSuite],
    *,
    identity: Identity | None = None,
    ask: bool = True,
    settle: bool = True,
    form: ClientHelloForm = "usual",
) -> Exchange:
    """One exchange on a new connection, preferring ``suites``, presenting ``identity`` on request.

    ``ask`` sends the request of the target's service after the handshake.  ``settle`` waits for a refusal before that,
    which a certificate that is expected to be accepted does not need.  A ``small`` ClientHello is
    short (one elliptic curve), for peers that cannot take a long one; one for ``status`` asks for an OCSP response.
    Raises ``OutOfBudgetError``.
    """
    wire = peer.connect()
    if isinstance(wire, str):
        return Exchange(NoAnswer(wire))
    started = time.monotonic()
    try:
        handshake = Handshake(peer, wire, version, suites, identity, form)
    except (SSL.Error, crypto.Error, ValueError, TypeError):
        wire.close()
        return Exchange(NoAnswer("this certificate cannot be used for TLS"))
    try:
        done = handshake.complete()
        answer = read_server_answer(
            peer,
            wire,
            version,
            None,
            handshake.client_hello_length,
            time.monotonic() - started,
            handshake.certificates(),
        )
        if not isinstance(answer, Accepted):
            return Exchange(answer)
        requested = handshake.requested or answer.flight.certificate_requested
        if not done:
            # Only up to TLS 1.2 does a whole flight without a CertificateRequest prove that none was sent.
            certain = requested or (version is not ProtocolVersion.TLS_1_3 and answer.flight.complete)
            return _broken_handshake(handshake, answer, peer.target.service, requested=requested if certain else None)
        reading, stage, said = _after_handshake(peer, handshake, settle=requested and settle, ask=ask)
        return Exchange(
            answer,
            # A server may ask only after the handshake (RFC 9846 section 4.7.2), or by renegotiation.
            requested=handshake.requested or requested,
            authorities=handshake.authorities,
            reading=reading,
            stage=stage,
            presented=handshake.presented,
            alert=handshake.alert,
            sip=read_sip_answer(said) if peer.target.service is Service.SIP else None,
            stapled=handshake.stapled,
        )
    finally:
        wire.close()


def _broken_handshake(handshake: Handshake, answer: Accepted, service: Service, *, requested: bool | None) -> Exchange:
    """The handshake failed after the ServerHello: after a CertificateRequest, perhaps because of the certificate."""
    if requested:
        return Exchange(
            answer,
            requested=True,
            authorities=handshake.authorities,
            reading=_refusal(handshake, service),
            stage="handshake",
            presented=handshake.presented,
            alert=handshake.alert,
            stapled=handshake.stapled,
        )
    broken = Reading("undetermined", f"the handshake ended after the ServerHello: {handshake.ending}")
    return Exchange(answer, requested=requested, reading=broken, stage="handshake", stapled=handshake.stapled)


def _refusal(handshake: Handshake, service: Service) -> Reading:
    words = handshake.ending
    if handshake.alert in _SAY_NOTHING_OF_CERTIFICATES:
        return Reading("undetermined", f"{words}, which may have a reason other than the certificate", "closed")
    if handshake.alert is not None:
        return Reading("refused", words)
    # A server that resets may have run out of something; one that rejects a client has time to close.
    if handshake.wire.ended == "closed" and service is Service.HTTPS:
        return Reading("refused", f"{words} without an answer")
    doubt: Doubt = "closed" if handshake.closed or handshake.wire.ended in ("closed", "reset") else ""
    return Reading("undetermined", f"{words} without an alert, which may or may not be a rejection", doubt)


def _after_handshake(peer: Peer, handshake: Handshake, *, settle: bool, ask: bool) -> tuple[Reading, Stage, bytes]:
    """What the handshake and the application's answer mean, at which stage that showed, and the answer itself."""
    limits, service = peer.limits, peer.target.service
    if settle:
        seconds = max(limits.settle_seconds, 4 * peer.round_trip) * peer.slow
        early = handshake.read(time.monotonic() + seconds)
        if early is None:
            return _refusal(handshake, service), "after-handshake", b""
        if early:
            return read_answer(service, early), "after-handshake", early
    if not ask:
        return Reading("undetermined", "no request was sent"), "after-handshake", b""
    handshake.send(request(peer.target))
    answer, until, whole = b"", time.monotonic() + limits.answer_seconds * peer.slow, whole_head(service)
    while not whole(answer) and len(answer) < _MOST_ANSWER[service]:
        data = handshake.read(until)
        if not data:
            break
        answer += data
    if answer:
        return read_answer(service, answer), "after-request", answer
    if handshake.ended:
        return _refusal(handshake, service), "after-request", b""
    silence = Reading("undetermined", "the request got neither an answer nor a rejection", "silent")
    return silence, "after-request", b""
