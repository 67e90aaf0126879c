"""The scan of one endpoint, in the order that answers most questions with the fewest connections.

It starts with one complete exchange in TLS 1.3 and one in TLS 1.2: whether a client certificate is required, the chain,
and a first accepted ClientHello, without which no rejection counts.  Then it offers, version by version, what the
policy forbids, what the policy allows and the rest.  Invalid client certificates come last.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Literal

from auditor.model.asks import Asks
from auditor.model.observation import (
    CertificateChainSeen,
    CipherSuitesSeen,
    ClientCertificateSeen,
    GroupsSeen,
    NotObserved,
    Observation,
    PlaintextSeen,
    RevocationSeen,
    SignatureSchemesSeen,
    StatusSource,
    Undetermined,
)
from auditor.model.tls import Alert, CipherSuite, ProtocolVersion, suites_by_name, suites_of
from auditor.probes.server.certificate_chains import other_chain
from auditor.probes.server.cipher_suites import VersionResult, confirm_refusals, eliminate
from auditor.probes.server.client_certificate_questions import (
    ClientAuthentication,
    split_by_request,
    without_certificate_seen,
)
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.invalid_client_certificates import RequestingVersion
from auditor.probes.server.key_exchange import groups, weak_signatures
from auditor.probes.server.plaintext import plaintext_on_own_port
from auditor.probes.tls.attempt import Accepted, NoAnswer, Refused
from auditor.probes.tls.controls import Controls
from auditor.probes.tls.exchange import EXCHANGE_VERSIONS, Exchange, exchange
from auditor.probes.tls.handshake import ClientHelloForm

OPENINGS: Final = (ProtocolVersion.TLS_1_3, ProtocolVersion.TLS_1_2)
"""The versions tried first, with a complete exchange."""
_NEEDS_TLS: Final = (
    "cipher-suites",
    "certificate-chain",
    "client-certificate",
    "groups",
    "signature-schemes",
    "revocation",
)
_NOT_STAPLED: Final = "no OCSP response was stapled"
_NOT_ASKED: Final = "the endpoint sent this certificate only on connections without an OCSP request"


class Scan:
    """The questions to one endpoint, and the answers so far."""

    def __init__(self, controls: Controls, asks: Asks, at: datetime, role: ClientRole) -> None:
        self.controls, self.asks, self.at = controls, asks, at
        self.target = controls.peer.target
        self.results = {version: VersionResult(version) for version in ProtocolVersion}
        self.exchanges: dict[ProtocolVersion, Exchange] = {}
        self.client_authentication = ClientAuthentication(self.target, role, asks, at)
        self.extra: list[Observation] = []
        self.preference: dict[ProtocolVersion, Literal["server", "client"]] = {}
        self.plaintext: PlaintextSeen | None = None
        """The answer of the endpoint's own port without TLS, asked because it did not answer with TLS."""
        self.stopped = ""
        """Why the scan ended early."""

    @property
    def speaks_tls(self) -> bool:
        """Whether anything was accepted at all."""
        return any(result.accepted for result in self.results.values())

    def run(self) -> None:
        """Ask every question.  Raises ``OutOfBudgetError`` as soon as the budget is used up."""
        for version in OPENINGS:
            self._open(version)
            answer = self.exchanges[version].answer
            plain = self.plaintext is not None and self.plaintext.answered
            if isinstance(answer, NoAnswer) and (answer.foreign or not answer.length or plain):
                self.stopped = answer.reason
                return
        if not any(isinstance(exchanged.answer, Accepted | Refused) for exchanged in self.exchanges.values()):
            answer = self.exchanges[OPENINGS[0]].answer
            self.stopped = answer.reason if isinstance(answer, NoAnswer) else ""
            return
        for version in ProtocolVersion:
            self._eliminate(version, self._forbidden(version), most=self.controls.peer.limits.forbidden_suites)
        self._preference()
        second = None
        # TLS 1.3 last: most endpoints accept its last ClientHello, which vouches for all refusals before it.
        for version in ProtocolVersion:
            if version is ProtocolVersion.TLS_1_3:
                second = self._second_chain()
            likely = version in OPENINGS
            most = None if likely else self.controls.peer.limits.forbidden_suites
            self._eliminate(version, self._allowed(version), most=most, pad=likely)
        self._older_exchanges()
        self._compare_openings()
        confirm_refusals(self.controls, tuple(self.results.values()))
        self._confirm_no_second_chain(second)
        self._stricter_questions()
        self._client_certificate_questions()

    def stop(self, why: str) -> None:
        """End early because the budget is used up; if nothing was answered at all, that is the better reason."""
        silent = [
            exchanged.answer.reason for exchanged in self.exchanges.values() if isinstance(exchanged.answer, NoAnswer)
        ]
        self.stopped = silent[0] if silent and not self.speaks_tls else why

    def _open(self, version: ProtocolVersion) -> None:
        """One exchange; if it is inconclusive a second one, after a pause, with more time and a shorter ClientHello."""
        peer = self.controls.peer
        suites = [*self._allowed(version), *(s for s in self._forbidden(version) if not s.anonymous)]
        form: ClientHelloForm = "status" if "revocation" in self.asks.kinds else "usual"
        exchanged = self.exchanges[version] = exchange(peer, version, suites, form=form)
        if isinstance(exchanged.answer, NoAnswer) and exchanged.answer.length and self._answers_in_plaintext():
            return
        if _came_to_nothing(exchanged):
            peer.pause(0.5)
            peer.slow = 2.0
            again = exchange(peer, version, suites, form="small" if isinstance(exchanged.answer, NoAnswer) else "usual")
            peer.slow = 1.0
            better = isinstance(again.answer, Accepted) or not isinstance(exchanged.answer, Accepted)
            exchanged = again if better and not isinstance(again.answer, NoAnswer) else exchanged
        self.exchanges[version] = exchanged
        answer = self.controls.record(version, exchanged.answer)
        result = self.results[version]
        if isinstance(answer, Accepted):
            result.accept(answer)
        elif isinstance(answer, Refused) and (answer.lower or answer.alert == Alert.protocol_version):
            result.unconfirmed.append((self.controls.attempt_count - 1, answer, suites_of(version)))

    def _answers_in_plaintext(self) -> bool:
        """Test once, early, whether a server that does not answer a ClientHello answers in plaintext."""
        if "plaintext" not in self.asks.kinds or self.plaintext is not None:
            return False
        self.plaintext = plaintext_on_own_port(self.controls.peer, self.at, speaks_tls=False)
        return bool(self.plaintext.answered)

    def _compare_openings(self) -> None:
        """A refused opening offered every authenticated AEAD suite: if one is accepted later, the peer is unsteady."""
        for version in OPENINGS:
            answer = self.exchanges[version].answer
            contradicted = any(suite.aead and not suite.anonymous for suite in self.results[version].accepted)
            if isinstance(answer, Refused) and contradicted and self.controls.accepts_length(version, answer):
                self.controls.unsteady = (
                    self.controls.unsteady or f"a ClientHello with accepted suites was rejected ({answer})"
                )

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
        asked = {suite for _, _, suites in result.unconfirmed for suite in suites} | set(result.undetermined)
        eliminate(self.controls, result, [suite for suite in batch if suite not in asked], most, pad=pad)

    def _second_chain(self) -> int | None:
        """Look for a certificate of the other key type; return the number of the attempt if it was refused."""
        opening = self.exchanges[ProtocolVersion.TLS_1_3].answer
        if "certificate-chain" not in self.asks.kinds or not isinstance(opening, Accepted) or not opening.certificates:
            return None
        # TLS 1.2 has just been asked for every suite of either key type.
        older = self.results[ProtocolVersion.TLS_1_2].accepted
        only_rsa = bool(older) and not any("_ECDSA_" in suite.name for suite in older)
        found = other_chain(self.controls, opening.certificates, once=only_rsa)
        if isinstance(found, Refused):
            return self.controls.attempt_count - 1
        if isinstance(found, str):
            self._second_chain_unknown(found)
        elif found:
            self.results[ProtocolVersion.TLS_1_3].chains.append(found)
        return None

    def _confirm_no_second_chain(self, refused: int | None) -> None:
        """Require a later accepted ClientHello before a rejection counts as the absence of a second certificate."""
        if refused is None:
            return
        if self.controls.unsteady or (self.controls.last_accepted < refused and not self.controls.verify()):
            self._second_chain_unknown(self.controls.unsteady)

    def _second_chain_unknown(self, why: str) -> None:
        reason = f"unknown whether the endpoint has a certificate of another key type: {why}"
        self.extra.append(NotObserved(target=self.target.name, at=self.at, wanted="certificate-chain", reason=reason))

    def _older_exchanges(self) -> None:
        """Ask the client-certificate question in every other version the endpoint speaks."""
        for version, result in self.results.items():
            if result.accepted and version in EXCHANGE_VERSIONS and version not in self.exchanges:
                self.exchanges[version] = exchange(self.controls.peer, version, list(result.accepted))
                self.controls.record(version, self.exchanges[version].answer)

    def _preference(self) -> None:
        """Find out whose order decides: offer the first pick again, after everything else that is allowed.

        Asked once, in TLS 1.2 if the endpoint speaks it: servers have one such setting for all versions.
        """
        spoken = [version for version in reversed(OPENINGS) if self.results[version].accepted]
        if not self.asks.suite_preference or not spoken:
            return
        result = self.results[spoken[0]]
        others = [suite for suite in self._allowed(result.version) if suite not in result.accepted]
        if result.first_pick is None or result.first_pick not in self._allowed(result.version) or not others:
            return
        answer = self.controls.attempt(result.version, (*others, result.first_pick), pad=True)
        if isinstance(answer, Accepted):
            result.accept(answer)
            self.preference[result.version] = "client" if answer.suite is not result.first_pick else "server"

    def _stricter_questions(self) -> None:
        for version in OPENINGS:
            result = self.results[version]
            if "groups" in self.asks.kinds and result.accepted:
                self.extra.append(groups(self.controls, result, self.at))
        if "signature-schemes" in self.asks.kinds and self.results[ProtocolVersion.TLS_1_2].accepted:
            self.extra.append(weak_signatures(self.controls, self.results[ProtocolVersion.TLS_1_2], self.at))

    def _client_certificate_questions(self) -> None:
        """Present invalid certificates last: a peer may start to drop the client that presents them."""
        spoken: dict[ProtocolVersion, RequestingVersion] = {
            version: RequestingVersion(version, list(self.results[version].accepted), exchanged.authorities)
            for version, exchanged in self.exchanges.items()
            if version in OPENINGS and self.results[version].accepted
        }
        self.client_authentication.ask(self.controls, *split_by_request(spoken, self.exchanges))

    def observations(self) -> Iterator[Observation]:
        """The observations and, for everything else that was requested, why it was not observed."""
        reason = self.stopped or "no completed TLS handshake shows it"
        answered = self.speaks_tls or any(
            isinstance(exchanged.answer, Refused) for exchanged in self.exchanges.values()
        )
        if not answered:
            for kind in sorted(self.asks.kinds & set(_NEEDS_TLS)):
                yield NotObserved(target=self.target.name, at=self.at, wanted=kind, reason=reason)
            yield from self.client_authentication.unseen(reason)
            yield from self.client_authentication.sip(self.exchanges)
            return
        for result in self.results.values():
            result.close(reason)
        if "cipher-suites" in self.asks.kinds:
            yield from (self._suites_seen(result) for result in self.results.values())
        if "client-certificate" in self.asks.kinds:
            yield from self._client_certificates(reason)
        if "certificate-chain" in self.asks.kinds:
            yield from self._chains_seen(reason)
        if "revocation" in self.asks.kinds:
            yield from self._stapled(reason)
        yield from self.client_authentication.observations(reason)
        if "client-certificate-case" in self.asks.kinds:
            yield from self._maybe_spoken("client-certificate-case", OPENINGS)
        yield from self.client_authentication.sip(self.exchanges)
        yield from self.extra
        yield from self._stricter_missing()

    def _stricter_missing(self) -> Iterator[NotObserved]:
        """Groups and signatures that were not observed, version by version."""
        seen = {
            (found.kind, found.version) for found in self.extra if isinstance(found, GroupsSeen | SignatureSchemesSeen)
        }
        for kind, versions in (("groups", OPENINGS), ("signature-schemes", OPENINGS[1:])):
            if kind not in self.asks.kinds:
                continue
            spoken = [version for version in versions if self.results[version].accepted]
            yield from self._maybe_spoken(kind, versions)
            for version in spoken:
                if (kind, version) not in seen:
                    reason = f"{version}: {self.stopped or 'not tested'}"
                    yield NotObserved(target=self.target.name, at=self.at, wanted=kind, reason=reason)
            if not spoken:
                reason = f"no suite was accepted in {' or '.join(versions)}"
                yield NotObserved(target=self.target.name, at=self.at, wanted=kind, reason=reason)

    def _suites_seen(self, result: VersionResult) -> CipherSuitesSeen:
        first, accepted = result.first_pick, result.accepted
        exchanged = self.exchanges.get(result.version)
        opened = exchanged is not None and isinstance(exchanged.answer, Accepted)
        both = any(suite.cbc for suite in accepted) and any(suite.aead for suite in accepted)
        # A single suite does not show whose order decides.
        preference = self.preference.get(result.version)
        return CipherSuitesSeen(
            target=self.target.name,
            at=self.at,
            version=result.version,
            accepted=tuple(accepted.values()),
            refused=tuple(suite.name for suite in result.refused),
            undetermined=result.doubts(),
            possibly_more=result.possibly_more,
            preference=preference if len(accepted) > 1 else None,
            prefers_cbc=first.cbc if first is not None and both and opened else None,
            evidence=tuple(result.evidence),
        )

    def _client_certificates(self, reason: str) -> Iterator[Observation]:
        for version, result in self.results.items():
            exchanged = self.exchanges.get(version)
            if not result.accepted:
                continue
            why_not = self.stopped or f"cannot be tested in {version}"
            yield without_certificate_seen(self.client_authentication, version, exchanged, why_not)
            if why := result.why_not_requested():
                yield ClientCertificateSeen(
                    target=self.target.name,
                    at=self.at,
                    version=version,
                    requested=False,
                    without="undetermined",
                    evidence=why,
                )
        if self.speaks_tls:
            yield from self._maybe_spoken("client-certificate")
        else:
            yield NotObserved(target=self.target.name, at=self.at, wanted="client-certificate", reason=reason)

    def _maybe_spoken(
        self, wanted: str, versions: Sequence[ProtocolVersion] = tuple(ProtocolVersion)
    ) -> Iterator[NotObserved]:
        """The gaps for versions that the endpoint may support, in which it may behave differently."""
        open_versions: dict[str, list[ProtocolVersion]] = {}
        for result in (self.results[version] for version in versions):
            if not result.accepted and result.undetermined:
                open_versions.setdefault(next(iter(result.undetermined.values())), []).append(result.version)
        for doubt, unknown in open_versions.items():
            reason = f"unknown whether {' or '.join(unknown)} is supported: {doubt}"
            yield NotObserved(target=self.target.name, at=self.at, wanted=wanted, reason=reason)

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
                reason = f"the certificates of {version} are not readable"
                yield NotObserved(target=self.target.name, at=self.at, wanted="certificate-chain", reason=reason)
        if self.speaks_tls:
            yield from self._maybe_spoken("certificate-chain", OPENINGS)
        elif not chains:
            yield NotObserved(target=self.target.name, at=self.at, wanted="certificate-chain", reason=reason)

    def _stapled(self, reason: str) -> Iterator[Observation]:
        """The OCSP response stapled with each chain; none was requested with some chains."""
        name, at = self.target.name, self.at
        found: dict[tuple[bytes, ...], dict[bytes, None]] = {}
        for exchanged in self.exchanges.values():
            if (
                isinstance(exchanged.answer, Accepted)
                and exchanged.answer.certificates
                and exchanged.stapled is not None
            ):
                found.setdefault(exchanged.answer.certificates, {})[exchanged.stapled] = None
        chains = dict.fromkeys(chain for result in self.results.values() for chain in result.chains)
        for chain in (*found, *(chain for chain in chains if chain not in found)):
            responses = [der for der in found.get(chain, ()) if der]
            why = _NOT_STAPLED if chain in found else _NOT_ASKED
            yield RevocationSeen(
                target=name,
                at=at,
                certificates=chain,
                asked=("stapled",),
                found=tuple(StatusSource(form="ocsp", source="stapled", der=der) for der in responses),
                missing=() if responses else (Undetermined(subject="stapled", reason=why),),
            )
        if not chains and not found:
            yield NotObserved(target=name, at=at, wanted="revocation", reason=f"no certificate was readable: {reason}")


def _came_to_nothing(exchanged: Exchange) -> bool:
    """Whether the exchange answered nothing."""
    if isinstance(exchanged.answer, NoAnswer):
        return not exchanged.answer.foreign
    return (
        isinstance(exchanged.answer, Accepted)
        and exchanged.requested is not False
        and exchanged.reading.meaning == "undetermined"
    )
