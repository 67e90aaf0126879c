"""The behaviour of one client, case by case, and what it means.

The meaning of an end depends on the other attempts: a close without an alert is a rejection only
if the client continued after the valid certificate.  So the meaning is derived once, from all attempts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from auditor.minting.server_certificates import ServerCertificateCase
from auditor.model.observation import SdpSeen
from auditor.model.tls import Alert, ProtocolVersion, alert_name
from auditor.probes.tls.client_hello import ClientHello

MOST_ATTEMPTS = 16
"""The most attempts kept for one case of one client; further ones that add nothing are only counted."""
MOST_CLIENT_HELLOS = 8
MOST_CHAINS = 4
MOST_DESCRIPTIONS = 16
_TRIES = 3
"""The most connections for one case, if the first ones are inconclusive."""

CERTIFICATE_ALERTS = frozenset(
    {
        Alert.bad_certificate,
        Alert.unsupported_certificate,
        Alert.certificate_revoked,
        Alert.certificate_expired,
        Alert.certificate_unknown,
        Alert.unknown_ca,
        Alert.access_denied,
        Alert.decrypt_error,
        Alert.bad_certificate_status_response,
    }
)

Treatment = Literal["aborted", "continued", "undetermined"]


class ConnectionEnd(StrEnum):
    """How the client's part of a connection ended after the listener presented the certificate."""

    SPOKE = "spoke"
    HELD = "held"
    """The client completed the handshake, then neither sent anything nor closed the connection."""
    CLOSED = "closed"
    """The client completed the handshake, then closed without sending anything."""
    ALERT = "alert"
    BROKEN = "broken"
    """The client closed or reset the connection during the handshake."""
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class ConnectionAttempt:
    """The outcome of presenting one certificate once."""

    case: ServerCertificateCase
    end: ConnectionEnd
    evidence: str
    version: ProtocolVersion | None = None
    alert: int | None = None
    completed: bool = False
    """Whether the handshake was completed."""
    presented: bool | None = None
    """Whether the client presented a certificate."""

    @property
    def decided(self) -> bool:
        """Whether presenting the case again would add nothing."""
        return self.end is not ConnectionEnd.UNDETERMINED


@dataclass(eq=False)
class ClientRecord:
    """The record of one client address; bounded, however often it connects."""

    address: str
    cases: tuple[ServerCertificateCase, ...]
    assigned: Counter[ServerCertificateCase] = field(default_factory=Counter)
    finished: Counter[ServerCertificateCase] = field(default_factory=Counter)
    attempts: dict[ConnectionAttempt, None] = field(default_factory=dict)
    client_hellos: dict[ClientHello, None] = field(default_factory=dict)
    chains: dict[tuple[bytes, ...], set[ProtocolVersion]] = field(default_factory=dict)
    descriptions: list[SdpSeen] = field(default_factory=list)
    unreadable: int = 0
    """Session descriptions that were not readable, or exceeded the limit."""
    services: Counter[str | None] = field(default_factory=Counter)
    connections: int = 0
    foreign: str = ""
    """What it sent instead of a ClientHello."""

    def next_case(self, client_hello: ClientHello) -> ServerCertificateCase:
        """The case for the next connection: open cases first, then all of them again."""
        self.client_hellos.setdefault(client_hello) if len(self.client_hellos) < MOST_CLIENT_HELLOS else None
        fitting = [
            case
            for case in self.cases
            if case is not ServerCertificateCase.OLD_VERSION or not client_hello.versions_known
        ]
        fitting = fitting or [ServerCertificateCase.SELF_SIGNED]
        still = [case for case in fitting if not self._settled(case)]
        case = min(still or fitting, key=lambda found: self.assigned[found])
        self.assigned[case] += 1
        return case

    def add(self, attempt: ConnectionAttempt) -> None:
        """Keep what is new in it."""
        self.finished[attempt.case] += 1
        if sum(kept.case is attempt.case for kept in self.attempts) < MOST_ATTEMPTS:
            self.attempts.setdefault(attempt)

    def add_chain(self, chain: tuple[bytes, ...], version: ProtocolVersion | None) -> None:
        """Keep a chain the client presented."""
        if chain in self.chains or len(self.chains) < MOST_CHAINS:
            versions = self.chains.setdefault(chain, set())
            if version is not None:
                versions.add(version)

    def open_cases(self) -> tuple[ServerCertificateCase, ...]:
        """The cases that are neither decided nor given up."""
        return tuple(case for case in self._wanted() if not self._settled(case))

    def _wanted(self) -> Iterator[ServerCertificateCase]:
        known = bool(self.client_hellos) and all(client_hello.versions_known for client_hello in self.client_hellos)
        return (case for case in self.cases if case is not ServerCertificateCase.OLD_VERSION or not known)

    def _settled(self, case: ServerCertificateCase) -> bool:
        decided = any(kept.case is case and kept.decided for kept in self.attempts)
        return decided or self.finished[case] >= _TRIES


@dataclass(frozen=True)
class CaseTreatment:
    """What a client did with one certificate."""

    case: ServerCertificateCase
    treatment: Treatment
    evidence: str
    version: ProtocolVersion | None = None
    spoke: bool = False


def treatments(attempts: Iterable[ConnectionAttempt]) -> Iterator[CaseTreatment]:
    """What each attempt means in the light of all of them."""
    client = tuple(attempt for attempt in attempts if attempt.case is not ServerCertificateCase.OLD_VERSION)
    good = [attempt for attempt in client if attempt.case is ServerCertificateCase.GOOD]
    others = [attempt for attempt in client if attempt.case is not ServerCertificateCase.GOOD]
    refused = any(
        attempt.end in (ConnectionEnd.ALERT, ConnectionEnd.BROKEN) and not attempt.completed for attempt in others
    )
    spoke = any(attempt.end is ConnectionEnd.SPOKE for attempt in good)
    stayed = spoke or any(attempt.end is ConnectionEnd.HELD for attempt in good)
    finished = stayed or (refused and any(attempt.end is ConnectionEnd.CLOSED for attempt in good))
    for attempt in client:
        if attempt.case is ServerCertificateCase.GOOD:
            treatment, addition = _of_good(attempt, refused=refused)
        else:
            treatment, addition = _of_other(attempt, spoke=spoke, stayed=stayed, finished=finished)
        evidence = attempt.evidence + addition
        yield CaseTreatment(attempt.case, treatment, evidence, attempt.version, attempt.end is ConnectionEnd.SPOKE)


def _of_good(attempt: ConnectionAttempt, *, refused: bool) -> tuple[Treatment, str]:
    if attempt.end in (ConnectionEnd.SPOKE, ConnectionEnd.HELD):
        return "continued", ""
    if attempt.end is ConnectionEnd.CLOSED and refused:
        return "continued", "; it rejected other certificates during the handshake"
    return ("aborted" if attempt.end is ConnectionEnd.ALERT else "undetermined"), ""


def _of_other(attempt: ConnectionAttempt, *, spoke: bool, stayed: bool, finished: bool) -> tuple[Treatment, str]:
    """``spoke``, ``stayed`` and ``finished`` describe its reaction to the valid certificate."""
    if attempt.end is ConnectionEnd.SPOKE:
        return "continued", ""
    if attempt.end is ConnectionEnd.HELD:
        # It may still be verifying; after the valid certificate it did not wait.
        return ("undetermined", ", although it spoke after the valid certificate") if spoke else ("continued", "")
    if attempt.end is ConnectionEnd.CLOSED and stayed:
        return "aborted", "; it did not close after the valid certificate"
    if attempt.end is ConnectionEnd.ALERT and attempt.alert in CERTIFICATE_ALERTS:
        return "aborted", ""
    if attempt.end in (ConnectionEnd.ALERT, ConnectionEnd.BROKEN) and finished:
        return "aborted", "; it continued with the valid certificate"
    return "undetermined", ""


def older_versions(attempts: Iterable[ConnectionAttempt]) -> tuple[tuple[ProtocolVersion, ...], bool]:
    """The versions below the one its ClientHello names that a client accepted, and whether that is known at all."""
    tried = [attempt for attempt in attempts if attempt.case is ServerCertificateCase.OLD_VERSION]
    taken = {
        attempt.version
        for attempt in tried
        if attempt.version is not None and (attempt.completed or attempt.alert in CERTIFICATE_ALERTS)
    }
    refused = any(attempt.alert == Alert.protocol_version for attempt in tried)
    return tuple(version for version in ProtocolVersion if version in taken), bool(taken) or refused


def alert_evidence(alert: int, *, completed: bool) -> str:
    """An alert in the words of a report."""
    return f"alert {alert_name(alert)}" + (" after the handshake" if completed else "")
