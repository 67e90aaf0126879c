"""What one client did, case by case, and what that means.

The same end of a connection means different things in different company: a close without an alert is a refusal only
where the client went on after the good certificate.  So the meaning is worked out once, over the whole series.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from auditor.model.observation import SdpSeen
from auditor.model.tls import Alert, ProtocolVersion, alert_name
from auditor.probes.client.shown_certificates import Case
from auditor.probes.tls.client_hello import ClientHello

MOST_MEETINGS = 16
"""Kept for one case of one client; further ones that say nothing new are only counted."""
MOST_HELLOS = 8
MOST_CHAINS = 4
MOST_DESCRIPTIONS = 16
_TRIES = 3
"""Connections a case is given where the first ones decide nothing."""

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


class End(StrEnum):
    """How the client's part of a connection ended, once it had been shown the certificate."""

    SPOKE = "spoke"
    HELD = "held"
    """The handshake was completed, and then came neither a word nor a close."""
    CLOSED = "closed"
    """The handshake was completed, and the client closed without a word."""
    ALERT = "alert"
    BROKEN = "broken"
    """It closed or reset the connection inside the handshake."""
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Meeting:
    """What came of showing one certificate once."""

    case: Case
    end: End
    evidence: str
    version: ProtocolVersion | None = None
    alert: int | None = None
    completed: bool = False
    """Whether the handshake was."""
    presented: bool | None = None
    """Whether the client presented a certificate."""

    @property
    def decided(self) -> bool:
        """Whether showing the case again would add nothing."""
        return self.end is not End.UNDETERMINED


@dataclass(eq=False)
class Series:
    """Everything one address has shown so far; bounded, however often it connects."""

    address: str
    cases: tuple[Case, ...]
    given: Counter[Case] = field(default_factory=Counter)
    met: Counter[Case] = field(default_factory=Counter)
    meetings: dict[Meeting, None] = field(default_factory=dict)
    hellos: dict[ClientHello, None] = field(default_factory=dict)
    chains: dict[tuple[bytes, ...], set[ProtocolVersion]] = field(default_factory=dict)
    descriptions: list[SdpSeen] = field(default_factory=list)
    unreadable: int = 0
    """Session descriptions that could not be read, or for which there was no room."""
    services: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    foreign: str = ""
    """What it sent in place of a ClientHello."""

    def next_case(self, hello: ClientHello) -> Case:
        """The case for the next connection: what is still open first, then all of them over again."""
        self.hellos.setdefault(hello) if len(self.hellos) < MOST_HELLOS else None
        fitting = [case for case in self.cases if case is not Case.OLD_VERSION or not hello.versions_known]
        fitting = fitting or [Case.SELF_SIGNED]
        still = [case for case in fitting if not self._settled(case)]
        case = min(still or fitting, key=lambda found: self.given[found])
        self.given[case] += 1
        return case

    def add(self, meeting: Meeting) -> None:
        """Keep what is new in it."""
        self.met[meeting.case] += 1
        if sum(kept.case is meeting.case for kept in self.meetings) < MOST_MEETINGS:
            self.meetings.setdefault(meeting)

    def add_chain(self, chain: tuple[bytes, ...], version: ProtocolVersion | None) -> None:
        """Keep a chain the client presented."""
        if chain in self.chains or len(self.chains) < MOST_CHAINS:
            versions = self.chains.setdefault(chain, set())
            if version is not None:
                versions.add(version)

    def open_cases(self) -> tuple[Case, ...]:
        """The cases that are neither decided nor given up."""
        return tuple(case for case in self._wanted() if not self._settled(case))

    def _wanted(self) -> Iterator[Case]:
        known = bool(self.hellos) and all(hello.versions_known for hello in self.hellos)
        return (case for case in self.cases if case is not Case.OLD_VERSION or not known)

    def _settled(self, case: Case) -> bool:
        decided = any(kept.case is case and kept.decided for kept in self.meetings)
        return decided or self.met[case] >= _TRIES


@dataclass(frozen=True)
class Treated:
    """What a client did with one certificate."""

    case: Case
    treatment: Treatment
    evidence: str
    version: ProtocolVersion | None = None
    spoke: bool = False


def treatments(meetings: Iterable[Meeting]) -> Iterator[Treated]:
    """What each meeting means in the light of all of them."""
    series = tuple(meeting for meeting in meetings if meeting.case is not Case.OLD_VERSION)
    good = [meeting for meeting in series if meeting.case is Case.GOOD]
    others = [meeting for meeting in series if meeting.case is not Case.GOOD]
    refused = any(meeting.end in (End.ALERT, End.BROKEN) and not meeting.completed for meeting in others)
    spoke = any(meeting.end is End.SPOKE for meeting in good)
    stayed = spoke or any(meeting.end is End.HELD for meeting in good)
    finished = stayed or (refused and any(meeting.end is End.CLOSED for meeting in good))
    for meeting in series:
        if meeting.case is Case.GOOD:
            treatment, addition = _of_good(meeting, refused=refused)
        else:
            treatment, addition = _of_other(meeting, spoke=spoke, stayed=stayed, finished=finished)
        evidence = meeting.evidence + addition
        yield Treated(meeting.case, treatment, evidence, meeting.version, meeting.end is End.SPOKE)


def _of_good(meeting: Meeting, *, refused: bool) -> tuple[Treatment, str]:
    if meeting.end in (End.SPOKE, End.HELD):
        return "continued", ""
    if meeting.end is End.CLOSED and refused:
        return "continued", "; other certificates it refused before that"
    return ("aborted" if meeting.end is End.ALERT else "undetermined"), ""


def _of_other(meeting: Meeting, *, spoke: bool, stayed: bool, finished: bool) -> tuple[Treatment, str]:
    """``spoke``, ``stayed`` and ``finished`` say how it took the good certificate."""
    if meeting.end is End.SPOKE:
        return "continued", ""
    if meeting.end is End.HELD:
        # It may be waiting for its own judgement; after the good certificate it did not wait.
        return ("undetermined", ", although it spoke after the good certificate") if spoke else ("continued", "")
    if meeting.end is End.CLOSED and stayed:
        return "aborted", ", and after the good certificate it did not close"
    if meeting.end is End.ALERT and meeting.alert in CERTIFICATE_ALERTS:
        return "aborted", ""
    if meeting.end in (End.ALERT, End.BROKEN) and finished:
        return "aborted", ", and with the good certificate it went on"
    return "undetermined", ""


def older_versions(meetings: Iterable[Meeting]) -> tuple[tuple[ProtocolVersion, ...], bool]:
    """The versions below the one its hello names that a client took, and whether that is known at all."""
    tried = [meeting for meeting in meetings if meeting.case is Case.OLD_VERSION]
    taken = {
        meeting.version
        for meeting in tried
        if meeting.version is not None and (meeting.completed or meeting.alert in CERTIFICATE_ALERTS)
    }
    refused = any(meeting.alert == Alert.protocol_version for meeting in tried)
    return tuple(version for version in ProtocolVersion if version in taken), bool(taken) or refused


def alert_evidence(alert: int, *, completed: bool) -> str:
    """An alert as it is told in reports."""
    return f"alert {alert_name(alert)}" + (" after the handshake" if completed else "")
