"""Handshake attempts at one peer, in which accepted ClientHellos are the controls of rejected ones.

A rejection alone proves little: a rate limiter, a failing load balancer or a device that rejects long ClientHellos
does so too.  So a rejection counts only

* with an accepted ClientHello before and after it, of the same kind, and one that was at least as long; and
* with a rejection alert (handshake_failure, protocol_version, insufficient_security), or, for an orderly close and the
  alerts illegal_parameter and internal_error, when it is repeated between two accepted ClientHellos; or
* with a ServerHello in a lower version, which shows that the server does not support the higher one.

decode_error, resets, timeouts and everything else are not an answer.  If a known-good ClientHello fails,
the peer is unsteady: the auditor pauses, and from then on a rejection must occur five times in a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auditor.model.tls import Alert, CipherSuite, ProtocolVersion
from auditor.probes.connection import Peer
from auditor.probes.tls.attempt import Accepted, Answer, NoAnswer, Refused, attempt
from auditor.probes.tls.client_setup import SignatureAlgorithms
from auditor.probes.tls.exchange import exchange

_REFUSAL_ALERTS: Final = (Alert.handshake_failure, Alert.protocol_version, Alert.insufficient_security)
_WEAK_REFUSAL_ALERTS: Final = (Alert.illegal_parameter, Alert.internal_error)
_BACK_OFF_SECONDS: Final = (0.5, 1.0, 2.0)
_REPEATS_WHEN_UNSTEADY: Final = 5
PIECE: Final = 20
"""Number of suites in a ClientHello that any peer accepts."""
SHORT: Final = 2 * (PIECE + 1)
"""Length of their list in bytes, including the renegotiation signal."""


@dataclass(frozen=True)
class KnownGood:
    """A version and a suite that the peer has accepted."""

    version: ProtocolVersion
    suite: CipherSuite


class Controls:
    """Makes attempts, remembers which were accepted, and decides which rejections count."""

    def __init__(self, peer: Peer, *, thorough: bool = False) -> None:
        self.peer = peer
        self._thorough = thorough
        """Rejections are repeated even for a steady peer: a load balancer may hide a weak backend."""
        self.known_good: dict[ProtocolVersion, KnownGood] = {}
        self.accepts_bare: set[ProtocolVersion] = set()
        """Versions in which a bare ClientHello (not a complete exchange) was accepted."""
        self._longest_accepted = {True: 0, False: 0}
        """By whether it was a TLS 1.3 ClientHello, in bytes of its list of suites."""
        self.longest_refused = 0
        self._pads = True
        self.last_accepted = -1
        """Number of the newest accepted ClientHello; ClientHellos are numbered from 0."""
        self.attempt_count = 0
        self.unsteady = ""
        """Why rejections by this peer must be repeated; empty while it is steady."""
        self.needs_newer_library = False
        """TLS 1.3 attempts use the newer library, because the peer supports no group that the older one knows."""

    def attempt(
        self,
        version: ProtocolVersion,
        suites: Sequence[CipherSuite],
        *,
        groups: Sequence[str] | None = None,
        signatures: SignatureAlgorithms | None = None,
        chain: bool = False,
        pad: bool = False,
    ) -> Answer:
        """Make one attempt; if no answer comes, a second one after a pause and with twice the time.

        ``pad`` makes a ClientHello that is likely to be accepted as long as the longest that was refused: accepted, it
        vouches for that refusal.
        """
        answer = self._once(version, suites, groups, signatures, chain=chain, pad=pad)
        if isinstance(answer, NoAnswer) and not answer.foreign:
            self.peer.pause(_BACK_OFF_SECONDS[0])
            self.peer.slow = 2.0
            answer = self._once(version, suites, groups, signatures, chain=chain, pad=pad)
            self.peer.slow = 1.0
        return answer

    def record(self, version: ProtocolVersion, answer: Answer) -> Answer:
        """Count an answer that another probe received."""
        self.attempt_count += 1
        if isinstance(answer, Accepted):
            newest = version is ProtocolVersion.TLS_1_3
            self._longest_accepted[newest] = max(self._longest_accepted[newest], answer.length)
            self.last_accepted = self.attempt_count - 1
            self.known_good.setdefault(version, KnownGood(version, answer.suite))
        elif isinstance(answer, Refused) and answer.lower is None and answer.alert != Alert.protocol_version:
            self.longest_refused = max(self.longest_refused, answer.length)
        return answer

    def _once(
        self,
        version: ProtocolVersion,
        suites: Sequence[CipherSuite],
        groups: Sequence[str] | None = None,
        signatures: SignatureAlgorithms | None = None,
        *,
        chain: bool = False,
        pad: bool = False,
    ) -> Answer:
        if self.needs_newer_library and version is ProtocolVersion.TLS_1_3:
            return self.record(version, exchange(self.peer, version, suites, ask=False).answer)
        length = self.longest_refused if pad and self._pads else 0
        answer = attempt(self.peer, version, suites, groups=groups, signatures=signatures, chain=chain, length=length)
        if isinstance(answer, Accepted):
            self.accepts_bare.add(version)
        return self.record(version, answer)

    def verify(self, version: ProtocolVersion | None = None) -> bool:
        """Whether what was accepted before is accepted now; an unsteady peer is tried again after a pause."""
        known = self.known_good.get(version) if version else next(iter(self.known_good.values()), None)
        if known is None:
            return False
        answer = self._once(known.version, (known.suite,), pad=True)
        if isinstance(answer, Accepted):
            return True
        if isinstance(answer, Refused) and self._rejects_length(known):
            return True
        self.unsteady = f"a ClientHello that was accepted before is no longer accepted ({_described(answer)})"
        for seconds in _BACK_OFF_SECONDS:
            self.peer.pause(seconds)
            if isinstance(self._once(known.version, (known.suite,), pad=True), Accepted):
                return True
        return False

    def _rejects_length(self, known: KnownGood) -> bool:
        """Whether the peer refused the padding itself; if so, padding ends and controls vouch for shorter ones only."""
        if not self._pads or not self.longest_refused:
            return False
        # Twice each: a peer that rejects every second connection must not look like this.
        long_again, short, short_again = (
            self._once(known.version, (known.suite,), pad=pad) for pad in (True, False, False)
        )
        rejects = isinstance(long_again, Refused) and isinstance(short, Accepted) and isinstance(short_again, Accepted)
        self._pads = not rejects
        return rejects

    def why_not_a_refusal(self, answer: Answer) -> str:
        """Why ``answer`` does not count as a rejection; empty if it does, given controls around it."""
        if isinstance(answer, NoAnswer):
            return answer.reason
        if isinstance(answer, Accepted):
            return "the ClientHello was accepted"
        if answer.lower or answer.alert is None or answer.alert in (*_REFUSAL_ALERTS, *_WEAK_REFUSAL_ALERTS):
            return ""
        return f"the peer answered with {answer}, which is not a rejection"

    def confirm(self, version: ProtocolVersion, suites: Sequence[CipherSuite], first: Refused) -> Answer | str:
        """Confirm ``first``: return the rejection itself, a later acceptance, or why it is neither.

        Repeats the question where the refusal alone would be too weak, with a control after the last.  The repeats come
        one right after the other: with controls between them, a peer that turns away every second connection would stay
        in step.
        """
        strong = first.lower is not None or first.alert in _REFUSAL_ALERTS
        repeats = _REPEATS_WHEN_UNSTEADY - 1 if self.unsteady or self._thorough else 0 if strong else 1
        for _ in range(repeats):
            again = self._once(version, suites)
            if isinstance(again, Accepted):
                return again
            if reason := self.why_not_a_refusal(again):
                return reason
        if repeats and not self.verify():
            return self.unsteady or "no known-good ClientHello to compare with"
        return first

    def vouches_for(self, number: int, version: ProtocolVersion, answer: Refused) -> bool:
        """Whether attempt ``number`` was followed by an accepted one and was no longer than an accepted one."""
        return answer.lower is not None or (self.last_accepted > number and self.accepts_length(version, answer))

    def accepts_length(self, version: ProtocolVersion, answer: Refused) -> bool:
        """Whether the peer is known to accept a ClientHello as long as the refused one.

        The peer may handle TLS 1.3 in another part of its software than older versions, so an accepted ClientHello of
        one vouches for the length of the other only if nothing else was accepted, and only while it is short.
        """
        if answer.alert == Alert.protocol_version:
            return True
        newest = version is ProtocolVersion.TLS_1_3
        same, other = self._longest_accepted[newest], self._longest_accepted[not newest]
        return answer.length <= (same or min(other, SHORT))


def _described(answer: Answer) -> str:
    return answer.reason if isinstance(answer, NoAnswer) else str(answer)
