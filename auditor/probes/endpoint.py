"""All questions to one endpoint, in the order that answers most with the fewest connections.

A compliant endpoint with two suites a version takes 14 connections.  First one whole exchange in TLS 1.3 and in
TLS 1.2: whether a client certificate is demanded, the chain, and a first accepted hello, without which no refusal
counts.  Then, version by version, what the policy forbids; then what it allows; then the rest.  Whatever ends the
interview early (time, budget, a peer that falls silent) leaves questions undetermined, never answered.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from auditor.model.asks import Asks
from auditor.model.observation import (
    CertificateChainSeen,
    CipherSuitesSeen,
    ClientCertificateSeen,
    ConnectionsUsed,
    GroupsSeen,
    NotSeen,
    Observation,
    SignatureSchemesSeen,
)
from auditor.model.target import Service, Target
from auditor.model.tls import Alert, CipherSuite, ProtocolVersion, suites_by_name, suites_of
from auditor.probes.chains import other_chain
from auditor.probes.exchange import EXCHANGE_VERSIONS, Exchange, exchange
from auditor.probes.hello import Accepted, NoAnswer, Refused
from auditor.probes.key_exchange import groups, weak_signatures
from auditor.probes.limits import Limits
from auditor.probes.peer import OutOfBudgetError, Peer
from auditor.probes.plaintext import plaintext_on_own_port, plaintext_sip
from auditor.probes.series import Series
from auditor.probes.suites import VersionResult, compared, eliminate, settle

_OPENINGS = (ProtocolVersion.TLS_1_3, ProtocolVersion.TLS_1_2)
_NEEDS_TLS = (
    "cipher-suites",
    "certificate-chain",
    "client-certificate",
    "groups",
    "signature-schemes",
    "weakness",
)


def observe(target: Target, asks: Asks, limits: Limits, at: datetime) -> Iterator[Observation]:
    """Everything ``asks`` wants to know about ``target``.  Never raises for what a peer does."""
    if target.address is None:
        reason = target.unresolved or "it has no address"
        yield from (NotSeen(target=target.name, at=at, wanted=kind, reason=reason) for kind in sorted(asks.kinds))
        return
    peer = Peer(target, limits)
    interview = _Interview(Series(peer), asks, at)
    try:
        interview.run()
    except OutOfBudgetError as error:
        interview.stop(str(error))
    yield from _thorough(interview) if asks.exhaustive and interview.speaks_tls else interview.observations()
    yield from _plaintext(peer, asks, at, interview)
    yield from _weaknesses(interview)
    yield ConnectionsUsed(target=target.name, at=at, count=peer.connections, seconds=round(peer.elapsed(), 3))


class _Interview:
    """The state of the questions to one endpoint."""

    def __init__(self, series: Series, asks: Asks, at: datetime) -> None:
        self.series, self.asks, self.at = series, asks, at
        self.target = series.peer.target
        self.results = {version: VersionResult(version) for version in ProtocolVersion}
        self.exchanges: dict[ProtocolVersion, Exchange] = {}
        self.chains: dict[tuple[bytes, ...], list[ProtocolVersion]] = {}
        self.extra: list[Observation] = []
        self.preference: dict[ProtocolVersion, str] = {}
        self.stopped = ""
        """Why the interview ended before its time."""

    @property
    def speaks_tls(self) -> bool:
        """Whether anything was accepted at all."""
        return any(result.accepted for result in self.results.values())

    def run(self) -> None:
        """Put every question; raises ``OutOfBudgetError`` in the middle of it."""
        for version in _OPENINGS:
            self._open(version)
            answer = self.exchanges[version].answer
            if isinstance(answer, NoAnswer) and (answer.foreign or not answer.length):
                self.stopped = answer.reason
                return
        if not any(isinstance(held.answer, Accepted | Refused) for held in self.exchanges.values()):
            answer = self.exchanges[_OPENINGS[0]].answer
            self.stopped = answer.reason if isinstance(answer, NoAnswer) else ""
            return
        for version in ProtocolVersion:
            self._eliminate(version, self._forbidden(version), most=self.series.peer.limits.forbidden_suites)
        self._preference()
        second = self._second_chain()
        # TLS 1.3 last: its last hello is an accepted one on most endpoints, and vouches for all that were refused.
        for version in ProtocolVersion:
            likely = version in _OPENINGS
            most = None if likely else self.series.peer.limits.forbidden_suites
            self._eliminate(version, self._allowed(version), most=most, pad=likely)
        self._older_exchanges()
        self._compare_openings()
        settle(self.series, tuple(self.results.values()))
        self._settle_second_chain(second)
        self._stricter_questions()

    def stop(self, why: str) -> None:
        """The budget has run out; where nothing was ever answered, that says more than the budget."""
        silent = [held.answer.reason for held in self.exchanges.values() if isinstance(held.answer, NoAnswer)]
        self.stopped = silent[0] if silent and not self.speaks_tls else why

    def _open(self, version: ProtocolVersion) -> None:
        """One exchange, and where nothing comes of it another one: later, slower and with a shorter hello."""
        peer = self.series.peer
        suites = [*self._allowed(version), *(s for s in self._forbidden(version) if not s.anonymous)]
        held = self.exchanges[version] = exchange(peer, version, suites)
        if _came_to_nothing(held):
            peer.pause(0.5)
            peer.slow = 2.0
            again = exchange(peer, version, suites, small=isinstance(held.answer, NoAnswer))
            peer.slow = 1.0
            better = isinstance(again.answer, Accepted) or not isinstance(held.answer, Accepted)
            held = again if better and not isinstance(again.answer, NoAnswer) else held
        self.exchanges[version] = held
        answer = self.series.note(version, held.answer)
        result = self.results[version]
        if isinstance(answer, Accepted):
            result.accept(answer)
        elif isinstance(answer, Refused) and (answer.lower or answer.alert == Alert.protocol_version):
            result.waiting.append((self.series.asked - 1, answer, suites_of(version)))

    def _compare_openings(self) -> None:
        """A refused opening held every authenticated AEAD suite: where one is accepted later, the peer is unsteady."""
        for version in _OPENINGS:
            answer = self.exchanges[version].answer
            contradicted = any(suite.aead and not suite.anonymous for suite in self.results[version].accepted)
            if isinstance(answer, Refused) and contradicted and self.series.takes(version, answer):
                self.series.unsteady = self.series.unsteady or f"a hello with accepted suites was refused ({answer})"

    def _allowed(self, version: ProtocolVersion) -> list[CipherSuite]:
        named = [suites_by_name()[name] for name in self.asks.allowed_suites.get(version, ())]
        return named if named or self.asks.allowed_suites else list(suites_of(version))

    def _forbidden(self, version: ProtocolVersion) -> list[CipherSuite]:
        allowed = set(self._allowed(version))
        return [suite for suite in suites_of(version) if suite not in allowed]

    def _eliminate(
        self, version: ProtocolVersion, batch: Sequence[CipherSuite], *, most: int | None = None, pad: bool = False
    ) -> None:
        result = self.results[version]
        asked = {suite for _, _, suites in result.waiting for suite in suites} | set(result.undetermined)
        eliminate(self.series, result, [suite for suite in batch if suite not in asked], most, pad=pad)

    def _second_chain(self) -> int | None:
        """Look for a certificate of the other key type; the number of the hello if it was refused."""
        opening = self.exchanges[ProtocolVersion.TLS_1_3].answer
        if "certificate-chain" not in self.asks.kinds or not isinstance(opening, Accepted) or not opening.certificates:
            return None
        found = other_chain(self.series, opening.certificates)
        if isinstance(found, Refused):
            return self.series.asked - 1
        if isinstance(found, str):
            self._miss_second_chain(found)
        elif found:
            self.results[ProtocolVersion.TLS_1_3].chains.append(found)
        return None

    def _settle_second_chain(self, refused: int | None) -> None:
        """A refusal says that there is no second certificate only with an accepted hello after it."""
        if refused is None:
            return
        if self.series.unsteady or (self.series.last_accepted < refused and not self.series.control()):
            self._miss_second_chain(self.series.unsteady)

    def _miss_second_chain(self, why: str) -> None:
        reason = f"whether there is a certificate of another key type: {why}"
        self.extra.append(NotSeen(target=self.target.name, at=self.at, wanted="certificate-chain", reason=reason))

    def _older_exchanges(self) -> None:
        """The client-certificate question in every other version the endpoint speaks."""
        for version, result in self.results.items():
            if result.accepted and version in EXCHANGE_VERSIONS and version not in self.exchanges:
                self.exchanges[version] = exchange(self.series.peer, version, list(result.accepted))
                self.series.note(version, self.exchanges[version].answer)

    def _preference(self) -> None:
        """Whose order decides: the first pick is offered again, behind everything else that is allowed.

        Asked once, in TLS 1.2 where it is spoken: servers have one such setting for all versions.
        """
        spoken = [version for version in reversed(_OPENINGS) if self.results[version].accepted]
        if not self.asks.suite_preference or not spoken:
            return
        result = self.results[spoken[0]]
        others = [suite for suite in self._allowed(result.version) if suite not in result.accepted]
        if result.first_pick is None or result.first_pick not in self._allowed(result.version) or not others:
            return
        answer = self.series.ask(result.version, (*others, result.first_pick), pad=True)
        if isinstance(answer, Accepted):
            result.accept(answer)
            self.preference[result.version] = "client" if answer.suite is not result.first_pick else "server"

    def _stricter_questions(self) -> None:
        for version in _OPENINGS:
            result = self.results[version]
            if "groups" in self.asks.kinds and result.accepted:
                self.extra.append(groups(self.series, result, self.at))
        if "signature-schemes" in self.asks.kinds and self.results[ProtocolVersion.TLS_1_2].accepted:
            self.extra.append(weak_signatures(self.series, self.results[ProtocolVersion.TLS_1_2], self.at))

    def observations(self) -> Iterator[Observation]:
        """What was seen, and for everything that was asked and not seen, why."""
        reason = self.stopped or "it was not asked"
        heard = self.speaks_tls or any(isinstance(held.answer, Refused) for held in self.exchanges.values())
        if not heard:
            for kind in sorted(self.asks.kinds & set(_NEEDS_TLS) - {"weakness"}):
                yield NotSeen(target=self.target.name, at=self.at, wanted=kind, reason=reason)
            return
        for result in self.results.values():
            self._close(result, reason)
        if "cipher-suites" in self.asks.kinds:
            yield from (self._suites_seen(result) for result in self.results.values())
        if "client-certificate" in self.asks.kinds:
            yield from self._client_certificates(reason)
        if "certificate-chain" in self.asks.kinds:
            yield from self._chains_seen(reason)
        yield from self.extra
        yield from self._stricter_missing()

    def _stricter_missing(self) -> Iterator[NotSeen]:
        """Groups and signatures that nothing was learnt about, version by version."""
        seen = {
            (found.kind, found.version) for found in self.extra if isinstance(found, GroupsSeen | SignatureSchemesSeen)
        }
        for kind, versions in (("groups", _OPENINGS), ("signature-schemes", _OPENINGS[1:])):
            if kind not in self.asks.kinds:
                continue
            spoken = [version for version in versions if self.results[version].accepted]
            yield from self._maybe_spoken(kind, versions)
            for version in spoken:
                if (kind, version) not in seen:
                    reason = f"{version}: {self.stopped or 'it was not asked'}"
                    yield NotSeen(target=self.target.name, at=self.at, wanted=kind, reason=reason)
            if not spoken:
                reason = f"no suite was accepted in {' or '.join(versions)}"
                yield NotSeen(target=self.target.name, at=self.at, wanted=kind, reason=reason)

    def _close(self, result: VersionResult, reason: str) -> None:
        """What is not known by now is undetermined."""
        for _, _, suites in result.waiting:
            result.give_up(suites, reason)
        known = {**result.accepted, **result.refused, **result.undetermined}
        result.give_up([suite for suite in suites_of(result.version) if suite not in known], reason)

    def _suites_seen(self, result: VersionResult) -> CipherSuitesSeen:
        first, accepted = result.first_pick, result.accepted
        both = any(suite.cbc for suite in accepted) and any(suite.aead for suite in accepted)
        preference = self.preference.get(result.version)
        return CipherSuitesSeen(
            target=self.target.name,
            at=self.at,
            version=result.version,
            accepted=tuple(accepted.values()),
            refused=tuple(suite.name for suite in result.refused),
            undetermined=result.doubts(),
            possibly_more=result.possibly_more,
            preference="server" if preference == "server" else "client" if preference == "client" else None,
            prefers_cbc=first.cbc if first is not None and both and result.version in self.exchanges else None,
            evidence=tuple(result.evidence),
        )

    def _client_certificates(self, reason: str) -> Iterator[Observation]:
        for version, result in self.results.items():
            held = self.exchanges.get(version)
            if not result.accepted:
                continue
            yield ClientCertificateSeen(
                target=self.target.name,
                at=self.at,
                version=version,
                requested=held.requested if held else None,
                authorities=held.authorities if held else (),
                without=held.reading.meaning if held else "undetermined",
                stage=held.stage if held else None,
                evidence=held.reading.evidence if held else self.stopped or f"the question cannot be put in {version}",
            )
        if self.speaks_tls:
            yield from self._maybe_spoken("client-certificate")
        else:
            yield NotSeen(target=self.target.name, at=self.at, wanted="client-certificate", reason=reason)

    def _maybe_spoken(
        self, wanted: str, versions: Sequence[ProtocolVersion] = tuple(ProtocolVersion)
    ) -> Iterator[NotSeen]:
        """A version that may be spoken may treat clients differently, and show other certificates and groups."""
        open_versions: dict[str, list[ProtocolVersion]] = {}
        for result in (self.results[version] for version in versions):
            if not result.accepted and result.undetermined:
                open_versions.setdefault(next(iter(result.undetermined.values())), []).append(result.version)
        for doubt, unknown in open_versions.items():
            reason = f"it could not be told whether {' or '.join(unknown)} is spoken: {doubt}"
            yield NotSeen(target=self.target.name, at=self.at, wanted=wanted, reason=reason)

    def _chains_seen(self, reason: str) -> Iterator[Observation]:
        chains: dict[tuple[bytes, ...], list[ProtocolVersion]] = {}
        for version, result in self.results.items():
            for chain in result.chains:
                chains.setdefault(chain, []).append(version)
        for chain, versions in chains.items():
            yield CertificateChainSeen(
                target=self.target.name, at=self.at, versions=tuple(versions), certificates=chain
            )
        for version, result in self.results.items():
            if result.accepted and not result.chains and not all(suite.anonymous for suite in result.accepted):
                reason = f"the certificates of {version} could not be read"
                yield NotSeen(target=self.target.name, at=self.at, wanted="certificate-chain", reason=reason)
        if self.speaks_tls:
            yield from self._maybe_spoken("certificate-chain", _OPENINGS)
        elif not chains:
            yield NotSeen(target=self.target.name, at=self.at, wanted="certificate-chain", reason=reason)


def _thorough(interview: _Interview) -> Iterator[Observation]:
    """The same observations, with sslyze's exhaustive enumeration beside what elimination found."""
    from auditor.probes.scan_commands import exhaustive_suites  # noqa: PLC0415 - sslyze whole, only where it is asked for

    found = exhaustive_suites(interview.series.peer)
    for observation in interview.observations():
        yield compared(observation, found) if isinstance(observation, CipherSuitesSeen) else observation


def _came_to_nothing(held: Exchange) -> bool:
    """Whether the exchange left open what it was for."""
    if isinstance(held.answer, NoAnswer):
        return not held.answer.foreign
    return isinstance(held.answer, Accepted) and held.requested is not False and held.reading.meaning == "undetermined"


def _plaintext(peer: Peer, asks: Asks, at: datetime, interview: _Interview) -> Iterator[Observation]:
    if "plaintext" not in asks.kinds:
        return
    series = interview.series
    try:
        # Silence is an answer only while the peer still answers: its newest hello, or another one, was accepted.
        alive = interview.speaks_tls and (series.last_accepted == series.asked - 1 or series.control())
        yield plaintext_on_own_port(peer, at, speaks_tls=alive)
        if peer.target.service is Service.SIP:
            yield from plaintext_sip(peer, asks.plaintext_ports - {peer.target.port}, at, alive=alive)
    except OutOfBudgetError as error:
        reason = interview.stopped or str(error)
        yield NotSeen(target=peer.target.name, at=at, wanted="plaintext", reason=reason)


def _weaknesses(interview: _Interview) -> Iterator[Observation]:
    series, asks, at = interview.series, interview.asks, interview.at
    if "weakness" not in asks.kinds:
        return
    name = series.peer.target.name
    if not interview.speaks_tls:
        yield NotSeen(target=name, at=at, wanted="weakness", reason="no TLS handshake could be made")
        return
    from auditor.probes.scan_commands import known_weaknesses  # noqa: PLC0415 - sslyze whole, only where it is asked for

    found = known_weaknesses(series.peer, asks.weaknesses, at)
    if all(seen.vulnerable for seen in found) or _answers_still(series):
        yield from found
        return
    # sslyze takes a connection that is closed or reset for "not vulnerable".
    yield from (seen for seen in found if seen.vulnerable)
    yield NotSeen(target=name, at=at, wanted="weakness", reason="the peer did not accept a hello after sslyze's scan")


def _answers_still(series: Series) -> bool:
    try:
        return series.control()
    except OutOfBudgetError:
        return False
