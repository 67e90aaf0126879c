"""The questions to one endpoint, in the order that answers most with the fewest connections.

First one whole exchange in TLS 1.3 and in TLS 1.2: whether a client certificate is demanded, the chain, and a first
accepted hello, without which no refusal counts.  Then, version by version, what the policy forbids; then what it
allows; then the rest; last of all, bad client certificates.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from auditor.model.asks import Asks
from auditor.model.observation import NotSeen, Observation, PlaintextSeen
from auditor.model.tls import Alert, CipherSuite, ProtocolVersion, suites_by_name, suites_of
from auditor.probes.server.certificate_chains import other_chain
from auditor.probes.server.cipher_suites import VersionResult, eliminate, settle
from auditor.probes.server.client_authentication import MutualTls, questions_of
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.invalid_client_certificates import Question
from auditor.probes.server.key_exchange import groups, weak_signatures
from auditor.probes.server.plaintext import plaintext_on_own_port
from auditor.probes.tls.attempt import Accepted, NoAnswer, Refused
from auditor.probes.tls.controls import Series
from auditor.probes.tls.exchange import EXCHANGE_VERSIONS, Exchange, exchange
from auditor.probes.tls.handshake import HelloForm

OPENINGS: Final = (ProtocolVersion.TLS_1_3, ProtocolVersion.TLS_1_2)


class Interview:
    """The questions to one endpoint, and what is known so far."""

    def __init__(self, series: Series, asks: Asks, at: datetime, role: ClientRole) -> None:
        self.series, self.asks, self.at = series, asks, at
        self.target = series.peer.target
        self.results = {version: VersionResult(version) for version in ProtocolVersion}
        self.exchanges: dict[ProtocolVersion, Exchange] = {}
        self.chains: dict[tuple[bytes, ...], list[ProtocolVersion]] = {}
        self.mutual = MutualTls(self.target, role, asks, at)
        self.extra: list[Observation] = []
        self.preference: dict[ProtocolVersion, Literal["server", "client"]] = {}
        self.plaintext: PlaintextSeen | None = None
        """The endpoint's own port, where it was asked without TLS because it did not answer with TLS."""
        self.stopped = ""
        """Why the interview ended before its time."""

    @property
    def speaks_tls(self) -> bool:
        """Whether anything was accepted at all."""
        return any(result.accepted for result in self.results.values())

    def run(self) -> None:
        """Put every question; raises ``OutOfBudgetError`` in the middle of it."""
        for version in OPENINGS:
            self._open(version)
            answer = self.exchanges[version].answer
            plain = self.plaintext is not None and self.plaintext.answered
            if isinstance(answer, NoAnswer) and (answer.foreign or not answer.length or plain):
                self.stopped = answer.reason
                return
        if not any(isinstance(held.answer, Accepted | Refused) for held in self.exchanges.values()):
            answer = self.exchanges[OPENINGS[0]].answer
            self.stopped = answer.reason if isinstance(answer, NoAnswer) else ""
            return
        for version in ProtocolVersion:
            self._eliminate(version, self._forbidden(version), most=self.series.peer.limits.forbidden_suites)
        self._preference()
        second = None
        # TLS 1.3 last: its last hello is an accepted one on most endpoints, and vouches for all that were refused.
        for version in ProtocolVersion:
            if version is ProtocolVersion.TLS_1_3:
                second = self._second_chain()
            likely = version in OPENINGS
            most = None if likely else self.series.peer.limits.forbidden_suites
            self._eliminate(version, self._allowed(version), most=most, pad=likely)
        self._older_exchanges()
        self._compare_openings()
        settle(self.series, tuple(self.results.values()))
        self._settle_second_chain(second)
        self._stricter_questions()
        self._client_certificate_questions()

    def stop(self, why: str) -> None:
        """The budget has run out; where nothing was ever answered, that says more than the budget."""
        silent = [held.answer.reason for held in self.exchanges.values() if isinstance(held.answer, NoAnswer)]
        self.stopped = silent[0] if silent and not self.speaks_tls else why

    def _open(self, version: ProtocolVersion) -> None:
        """One exchange, and where nothing comes of it another one: later, slower and with a shorter hello."""
        peer = self.series.peer
        suites = [*self._allowed(version), *(s for s in self._forbidden(version) if not s.anonymous)]
        hello: HelloForm = "status" if "revocation" in self.asks.kinds else "usual"
        held = self.exchanges[version] = exchange(peer, version, suites, hello=hello)
        if isinstance(held.answer, NoAnswer) and held.answer.length and self._answers_in_plaintext():
            return
        if _came_to_nothing(held):
            peer.pause(0.5)
            peer.slow = 2.0
            again = exchange(peer, version, suites, hello="small" if isinstance(held.answer, NoAnswer) else "usual")
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

    def _answers_in_plaintext(self) -> bool:
        """A SIP server that is silent to a hello may be waiting for plaintext; asked once, before any time is lost."""
        if "plaintext" not in self.asks.kinds or self.plaintext is not None:
            return False
        self.plaintext = plaintext_on_own_port(self.series.peer, self.at, speaks_tls=False)
        return bool(self.plaintext.answered)

    def _compare_openings(self) -> None:
        """A refused opening held every authenticated AEAD suite: where one is accepted later, the peer is unsteady."""
        for version in OPENINGS:
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
        # TLS 1.2 has just been asked for every suite of either key type.
        older = self.results[ProtocolVersion.TLS_1_2].accepted
        only_rsa = bool(older) and not any("_ECDSA_" in suite.name for suite in older)
        found = other_chain(self.series, opening.certificates, once=only_rsa)
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
        spoken = [version for version in reversed(OPENINGS) if self.results[version].accepted]
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
        for version in OPENINGS:
            result = self.results[version]
            if "groups" in self.asks.kinds and result.accepted:
                self.extra.append(groups(self.series, result, self.at))
        if "signature-schemes" in self.asks.kinds and self.results[ProtocolVersion.TLS_1_2].accepted:
            self.extra.append(weak_signatures(self.series, self.results[ProtocolVersion.TLS_1_2], self.at))

    def _client_certificate_questions(self) -> None:
        """Last of all: a peer may begin to drop a client that has shown it bad certificates."""
        spoken: dict[ProtocolVersion, Question] = {
            version: Question(version, list(self.results[version].accepted), held.authorities)
            for version, held in self.exchanges.items()
            if version in OPENINGS and self.results[version].accepted
        }
        self.mutual.ask(self.series, *questions_of(spoken, self.exchanges))


def _came_to_nothing(held: Exchange) -> bool:
    """Whether the exchange left open what it was for."""
    if isinstance(held.answer, NoAnswer):
        return not held.answer.foreign
    return isinstance(held.answer, Accepted) and held.requested is not False and held.reading.meaning == "undetermined"
