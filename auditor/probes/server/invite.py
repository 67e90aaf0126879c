"""A call to a test number that offers one SRTP suite and ends as soon as the answer is known.

It is made only on request.  Whatever comes (ringing, an answer, silence, invalid data), the call is cancelled
or hung up before the connection is closed, so no telephone keeps ringing.  RFC 3261 section 9.1 makes a
caller wait with CANCEL until a response arrives; here the connection is about to close, and an early CANCEL is
harmless: it is answered with 481.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from OpenSSL import SSL, crypto

from auditor.model.identity import Identity
from auditor.model.invitation import Invitation
from auditor.model.observation import NotObserved, Observation, SdpSeen
from auditor.model.tls import CipherSuite, ProtocolVersion
from auditor.probes.connection import OutOfBudgetError, Peer
from auditor.probes.server.dialog import SUITE, Dialog, Response, next_message
from auditor.probes.tls.handshake import Handshake
from auditor.sip import MalformedSdp, Origin, descriptions

_MOST_RESPONSES = 32
_ENDING_SECONDS = 1.0
"""Time limit for the answers to CANCEL and BYE; they only affect how the call ends."""


def invite(
    peer: Peer,
    version: ProtocolVersion,
    suites: Sequence[CipherSuite],
    invitation: Invitation,
    at: datetime,
    *,
    identity: Identity | None = None,
) -> Iterator[Observation]:
    """Our offer and every answer to it, or why there is none.  ``suites`` are the TLS suites the peer accepts."""
    dialog = Dialog(invitation.uri)
    offered = dialog.invite()
    try:
        called = _call(peer, version, suites, identity, dialog, offered)
    except OutOfBudgetError as error:
        called = _Call(problem=str(error))
    name = peer.target.name
    answers = list(_answers(called, name, invitation, at))
    described = [found for found in answers if isinstance(found, SdpSeen)]
    if described:
        # Without an answer our own offer proves nothing.
        origin = Origin(name, at, invitation.salt, "the auditor's own INVITE", "tls")
        (ours,) = descriptions(offered, origin)
        pair = {"session": ours.session, "exchange": ours.exchange}
        yield ours.model_copy(update={"ours": True})
        answers = [found.model_copy(update=pair) if isinstance(found, SdpSeen) else found for found in answers]
    yield from answers
    if not answers:
        yield NotObserved(target=name, at=at, wanted="sdp", reason=_why_none(called))


@dataclass
class _Call:
    """The outcome of the call."""

    responses: list[Response] = field(default_factory=list)
    problem: str = ""
    """Why nothing more is known."""

    def keep(self, response: Response) -> None:
        if len(self.responses) < _MOST_RESPONSES:
            self.responses.append(response)


def _answers(called: _Call, name: str, invitation: Invitation, at: datetime) -> Iterator[Observation]:
    for response in called.responses:
        if not response.has_body or response.status >= 300:
            continue
        source = f"{response.status} to the auditor's INVITE"
        try:
            yield from descriptions(response.raw, Origin(name, at, invitation.salt, source, "tls"), role="answer")
        except MalformedSdp as error:
            reason = f"the session description in the {source} is not readable: {error}"
            yield NotObserved(target=name, at=at, wanted="sdp", reason=reason)


def _why_none(called: _Call) -> str:
    final = next((found.status for found in reversed(called.responses) if found.status >= 200), None)
    offer = f"the auditor's INVITE, which offers {SUITE} alone,"
    if final in (401, 407):
        return f"the peer requires authentication with a password ({final}), and the auditor has no password"
    if final in (488, 606):
        return f"{offer} was answered with {final}: the peer rejects the suite or another part of the offer"
    if final is not None and final >= 300 and not (final == 487 and called.problem):
        return f"{offer} was answered with {final}, which shows nothing about SRTP"
    if final is not None and final < 300:
        return f"{offer} was answered with {final} and no session description"
    return called.problem or f"{offer} got no answer"


def _call(
    peer: Peer,
    version: ProtocolVersion,
    suites: Sequence[CipherSuite],
    identity: Identity | None,
    dialog: Dialog,
    offered: bytes,
) -> _Call:
    wire = peer.connect()
    if isinstance(wire, str):
        return _Call(problem=wire)
    try:
        try:
            handshake = Handshake(peer, wire, version, suites, identity)
        except (SSL.Error, crypto.Error, ValueError, TypeError):
            return _Call(problem="this certificate cannot be used for TLS")
        if not handshake.complete():
            return _Call(problem=f"no call was possible: {_refused(handshake)}")
        early: bytes | None = b""
        if handshake.requested:
            early = handshake.read(time.monotonic() + max(peer.limits.settle_seconds, 4 * peer.round_trip))
            if early is None:
                return _Call(problem=f"no call was possible: {_refused(handshake)}")
        return _converse(peer, _Stream(handshake, early or b""), dialog, offered)
    finally:
        wire.close()


def _refused(handshake: Handshake) -> str:
    said = handshake.ending if handshake.alert is not None else "the peer ended the connection"
    return f"{said}; it may require a client certificate (--client-cert)" if handshake.requested else said


def _converse(peer: Peer, stream: "_Stream", dialog: Dialog, offered: bytes) -> _Call:
    """Call, listen until something decides, and end the call whatever it was."""
    called, handshake = _Call(), stream.handshake
    ended: set[str] = set()
    try:
        handshake.send(offered)
        seconds = peer.limits.answer_seconds
        _listen(stream, dialog, called, time.monotonic() + seconds)
        if not called.responses:
            called.problem = stream.problem or f"the auditor's INVITE got no answer within {seconds:g} s"
        elif called.responses[-1].status < 200:
            called.problem = stream.problem or f"the call was not answered within {seconds:g} s"
    finally:
        if not any(response.status >= 200 for response in called.responses):
            handshake.send(dialog.cancel())
    until = time.monotonic() + min(_ENDING_SECONDS, peer.limits.answer_seconds)
    _end(handshake, dialog, called, ended)
    if not ended:
        # A call answered while the CANCEL is under way is still answered.
        _listen(stream, dialog, called, until, decisive=200)
        _end(handshake, dialog, called, ended)
    # A call that forks may be picked up twice (section 13.2.2.4).
    while ended and _listen(stream, dialog, called, until, decisive=200):
        _end(handshake, dialog, called, ended)
    # A connection closed with bytes unread is reset, and a reset could overtake the CANCEL.
    while stream.problem and handshake.read(until):
        pass
    return called


def _end(handshake: Handshake, dialog: Dialog, called: _Call, ended: set[str]) -> None:
    """Acknowledge every final response, and hang up where the call was answered; each once."""
    for response in called.responses:
        if response.status < 200 or response.to in ended:
            continue
        ended.add(response.to)
        handshake.send(dialog.acknowledge(response))
        if response.status < 300:
            handshake.send(dialog.bye(response))


@dataclass
class _Stream:
    """The messages that arrive, one after the other."""

    handshake: Handshake
    data: bytes = b""
    problem: str = ""

    def message(self, until: float) -> bytes | None:
        """The next one; none at ``until``, or when there will be no more: see ``problem``."""
        while not self.problem:
            found = next_message(self.data)
            if not isinstance(found, str):
                message, self.data = found
                return message
            if found == "foreign":
                self.problem = "the peer sent data after the INVITE that is not SIP"
                return None
            arrived = self.handshake.read(until)
            if arrived is None:
                self.problem = "the peer ended the connection after the INVITE"
                return None
            if not arrived:
                return None
            self.data += arrived
        return None


def _listen(stream: _Stream, dialog: Dialog, called: _Call, until: float, decisive: int = 180) -> bool:
    """Keep responses until one decides: a final one, or from ``decisive`` on one with a body."""
    for _ in range(_MOST_RESPONSES):
        message = stream.message(until)
        if message is None:
            return False
        response = dialog.read(message)
        if response is None:
            continue
        called.keep(response)
        if response.status >= 200 or (response.status >= decisive and response.has_body):
            return True
    stream.problem = "the peer kept sending messages but no answer"
    return False
