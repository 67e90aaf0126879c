"""Cipher suites by elimination: offer all suites in question, remove what the server picks, repeat until it rejects.

What the policy forbids is offered first and together: one rejected ClientHello per version proves that none of it is
accepted.  The order of the picks is the server's preference.  Every suite ends as accepted, rejected or undetermined.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from auditor.model.observation import AcceptedSuite, CipherSuitesSeen, Undetermined
from auditor.model.tls import Alert, CipherSuite, ProtocolVersion, suites_by_code, suites_of
from auditor.probes.tls.attempt import Accepted, Refused
from auditor.probes.tls.controls import PIECE, Controls


@dataclass
class VersionResult:
    """The results for one protocol version so far."""

    version: ProtocolVersion
    accepted: dict[CipherSuite, AcceptedSuite] = field(default_factory=dict)
    refused: dict[CipherSuite, None] = field(default_factory=dict)
    undetermined: dict[CipherSuite, str] = field(default_factory=dict)
    unconfirmed: list[tuple[int, Refused, tuple[CipherSuite, ...]]] = field(default_factory=list)
    """Rejections not yet confirmed by a later accepted ClientHello."""
    possibly_more: bool = False
    evidence: dict[str, None] = field(default_factory=dict)
    chains: list[tuple[bytes, ...]] = field(default_factory=list)
    first_pick: CipherSuite | None = None
    asked_for_certificate: set[bool] = field(default_factory=set)
    """Up to TLS 1.2: whether the completely read flights contained a CertificateRequest."""
    leaves: dict[str, set[bytes]] = field(default_factory=dict)
    """The endpoint's own certificates, by kind of authentication."""

    def accept(self, answer: Accepted) -> None:
        """Take a pick into the result; an SSL 2.0 server names all its suites at once."""
        suites = [suites_by_code()[code] for code in answer.flight.suites if code in suites_by_code()] or [answer.suite]
        for suite in suites:
            mac = (
                answer.flight.encrypt_then_mac
                if suite.cbc and self.version.wire >= ProtocolVersion.TLS_1_0.wire
                else None
            )
            self.accepted.setdefault(suite, AcceptedSuite(name=suite.name, encrypt_then_mac=mac))
            self.refused.pop(suite, None)
            self.undetermined.pop(suite, None)
        self.first_pick = self.first_pick or answer.suite
        if answer.flight.certificates and answer.flight.complete and not answer.suite.anonymous:
            self.asked_for_certificate.add(answer.flight.certificate_requested)
            kind = next((kind for kind in ("_ECDSA_", "_DSS_") if kind in answer.suite.name), "_RSA_")
            self.leaves.setdefault(kind, set()).add(answer.flight.certificates[0])
        if answer.certificates and answer.certificates not in self.chains:
            self.chains.append(answer.certificates)

    @property
    def many_servers(self) -> bool:
        """Whether its answers come from different servers: a load balancer with unlike backends."""
        return len(self.asked_for_certificate) > 1 or any(len(own) > 1 for own in self.leaves.values())

    def give_up(self, suites: Sequence[CipherSuite], reason: str) -> None:
        """Mark these suites as undetermined."""
        for suite in suites:
            if suite not in self.accepted:
                self.undetermined[suite] = reason

    def close(self, reason: str) -> None:
        """Mark every suite without a result as undetermined."""
        for _, _, suites in self.unconfirmed:
            self.give_up(suites, reason)
        known = {**self.accepted, **self.refused, **self.undetermined}
        self.give_up([suite for suite in suites_of(self.version) if suite not in known], reason)

    def why_not_requested(self) -> str:
        """Why some clients may be served without a CertificateRequest, although one was seen; empty if none are."""
        anonymous = next((suite.name for suite in self.accepted if suite.anonymous), None)
        if anonymous is not None:
            return f"the endpoint accepts {anonymous}, which does not allow a CertificateRequest"
        if self.asked_for_certificate == {True, False}:
            return "another connection had no CertificateRequest"
        return ""

    def doubts(self) -> tuple[Undetermined, ...]:
        """The undetermined suites as part of an observation."""
        return tuple(Undetermined(subject=suite.name, reason=reason) for suite, reason in self.undetermined.items())


def eliminate(
    controls: Controls,
    result: VersionResult,
    batch: Sequence[CipherSuite],
    most: int | None = None,
    *,
    pad: bool = False,
) -> None:
    """Sort ``batch`` into accepted, refused and undetermined; stop with ``possibly_more`` after ``most`` picks.

    ``pad`` is for suites that are likely to be accepted, see ``Controls.attempt``.
    """
    open_suites = [suite for suite in batch if suite not in result.accepted]
    picks = 0
    while open_suites:
        if most is not None and picks >= most:
            result.possibly_more = True
            result.give_up(open_suites, f"not tested, because testing stops after {picks} accepted forbidden suites")
            return
        answer = controls.attempt(result.version, open_suites, pad=pad)
        if isinstance(answer, Refused) and not controls.why_not_a_refusal(answer):
            number = controls.attempt_count - 1
            confirmed = controls.confirm(result.version, open_suites, answer)
            if isinstance(confirmed, Refused):
                result.unconfirmed.append((number, confirmed, tuple(open_suites)))
                result.evidence[f"{len(open_suites)} suites in one ClientHello: {confirmed}"] = None
                return
            if isinstance(confirmed, str):
                result.give_up(open_suites, confirmed)
                return
            answer = confirmed
        if not isinstance(answer, Accepted):
            result.give_up(open_suites, controls.why_not_a_refusal(answer))
            return
        result.accept(answer)
        picks += 1
        open_suites = [suite for suite in open_suites if suite not in result.accepted]


def confirm_refusals(controls: Controls, results: Sequence[VersionResult]) -> None:
    """Confirm the rejections so far.  One control at the end confirms all that it covers; the others are repeated."""
    for result in results:
        _check_library(controls, result)
    unconfirmed = [(result, *refusal) for result in results for refusal in result.unconfirmed]
    if any(not controls.vouches_for(number, result.version, answer) for result, number, answer, _ in unconfirmed):
        controls.verify()
    for result, _, answer, suites in unconfirmed:
        if _denies_version(result, answer) or any(suite in result.accepted for suite in suites):
            controls.unsteady = controls.unsteady or "a suite was rejected on one connection and accepted on another"
    if any(result.many_servers for result in results):
        controls.unsteady = controls.unsteady or "its connections reach different servers"
    for result, number, answer, suites in unconfirmed:
        if controls.unsteady or not controls.vouches_for(number, result.version, answer):
            _ask_again(controls, result, answer, suites)
        else:
            result.refused.update(dict.fromkeys(suites))
    for result in results:
        result.unconfirmed.clear()


def _denies_version(result: VersionResult, answer: Refused) -> bool:
    """Whether the refusal says that the version is not spoken at all, although it has been accepted."""
    return bool(result.accepted) and (answer.lower is not None or answer.alert == Alert.protocol_version)


def _check_library(controls: Controls, result: VersionResult) -> None:
    """Discard rejections of a kind of ClientHello that the peer never accepts: they had another reason.

    A TLS 1.3 server that knows only newer groups (X25519MLKEM768) refuses every ClientHello of the older library; then
    the newer one is used.
    """
    known = controls.known_good.get(result.version)
    if known is None or result.version in controls.accepts_bare or not result.unconfirmed:
        return
    if any(isinstance(controls.attempt(known.version, (known.suite,), pad=pad), Accepted) for pad in (True, False)):
        return
    asked = [suite for _, _, suites in result.unconfirmed for suite in suites]
    result.unconfirmed.clear()
    if result.version is ProtocolVersion.TLS_1_3:
        controls.needs_newer_library = True
        eliminate(controls, result, asked)
    else:
        result.give_up(asked, "the peer accepts this version, but no ClientHello of the rejected kind")


def _ask_again(controls: Controls, result: VersionResult, first: Refused, suites: tuple[CipherSuite, ...]) -> None:
    """Repeat a rejection that may be due to the ClientHello's length, or to a peer that rejects everything by now."""
    if not controls.known_good:
        result.give_up(suites, "no ClientHello was accepted as a control, so the rejection is not confirmed")
        return
    size = len(suites) if first.lower or controls.accepts_length(result.version, first) else PIECE
    pieces = [suites[start : start + size] for start in range(0, len(suites), size)]
    while pieces:
        piece = tuple(suite for suite in pieces.pop(0) if suite not in result.accepted)
        if not piece:
            continue
        answer = controls.attempt(result.version, piece)
        number = controls.attempt_count - 1
        confirmed = controls.confirm(result.version, piece, answer) if isinstance(answer, Refused) else answer
        if isinstance(confirmed, Accepted):
            result.accept(confirmed)
            pieces.insert(0, piece)
        elif isinstance(confirmed, str):
            result.give_up(piece, confirmed)
        elif reason := controls.why_not_a_refusal(confirmed):
            result.give_up(piece, reason)
        elif not isinstance(confirmed, Refused) or _denies_version(result, confirmed):
            result.give_up(piece, "the peer accepts this version on one connection and rejects it on another")
        elif controls.verify() and controls.vouches_for(number, result.version, confirmed):
            result.refused.update(dict.fromkeys(piece))
        else:
            result.give_up(piece, controls.unsteady or "the rejected ClientHello is longer than every accepted one")


def compared(seen: CipherSuitesSeen, exhaustive: dict[ProtocolVersion, tuple[str, ...]] | str) -> CipherSuitesSeen:
    """Compare the elimination with an exhaustive enumeration: add a doubt if they differ, or if there is none."""
    if isinstance(exhaustive, str):
        doubt = Undetermined(
            subject=seen.version, reason=f"the exhaustive enumeration for comparison failed: {exhaustive}"
        )
        return seen.model_copy(update={"undetermined": (*seen.undetermined, doubt)})
    theirs = exhaustive.get(seen.version, ())
    ours = {suite.name for suite in seen.accepted}
    update: dict[str, object] = {"exhaustive": theirs}
    if set(theirs) != ours:
        lists = f"elimination: {_listed(ours)}; exhaustive enumeration: {_listed(theirs)}"
        reason = f"two methods of finding accepted suites disagree: {lists}"
        doubt = Undetermined(subject=seen.version, reason=reason)
        update["undetermined"] = (*seen.undetermined, doubt)
    return seen.model_copy(update=update)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
