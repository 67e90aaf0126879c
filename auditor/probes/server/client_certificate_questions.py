"""All questions about client certificates beyond the exchange without one, and the endpoint's SIP answers.

A compliant endpoint takes one connection more for each case and version, and two more a version for the control.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auditor.model.asks import Asks
from auditor.model.observation import (
    ClientCertificateSeen,
    NotAttempted,
    NotObserved,
    Observation,
    SipOptionsSeen,
    Treatment,
)
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.invalid_client_certificates import (
    CaseResults,
    ControlOutcome,
    RequestingVersion,
    cases_seen,
    show_invalid_certificates,
)
from auditor.probes.server.root_trust import root_trust
from auditor.probes.tls.controls import Controls
from auditor.probes.tls.exchange import Exchange

CASES, TRUST, SDP = "client-certificate-case", "root-trust", "sdp"
_SHOWS_SIP: Final = frozenset({"sip-options", "client-certificate", CASES})
"""These questions send a request anyway, so its answer needs no extra connection."""
_SHOWN_IN: Final = (ProtocolVersion.TLS_1_3, ProtocolVersion.TLS_1_2)
_NO_TRUST_PROBE: Final = "presenting forged issuers with the names of the required roots needs --trust-probe"
_NOT_ASKED_FOR: Final = "the endpoint requests no client certificate, so none can be presented"
_NO_TRUST_WITHOUT_REQUEST: Final = (
    "the endpoint requests no client certificate, so the trust probe cannot present any; judge its trust store with "
    "auditor certificate --trust-store"
)
_NO_DESCRIPTION: Final = "no SDP was observed; audit an SDP file with auditor sdp, or use --invite with a test number"


@dataclass
class ClientAuthentication:
    """The questions, and their results."""

    target: ServerTarget
    role: ClientRole
    asks: Asks
    at: datetime
    results: dict[ProtocolVersion, CaseResults] = field(default_factory=dict)
    """The first results of each version; their control also covers the exchange without a certificate."""
    seen: list[Observation] = field(default_factory=list)
    asked: bool = False

    @property
    def wanted(self) -> tuple[str, ...]:
        """The kinds of observation that need connections."""
        probed = (CASES, TRUST) if self.role.trust_probe else (CASES,)
        return tuple(kind for kind in probed if kind in self.asks.kinds)

    def ask(
        self,
        controls: Controls,
        requesting_versions: Sequence[RequestingVersion],
        others: Mapping[ProtocolVersion, str],
    ) -> None:
        """Ask the questions in every version that requests a certificate; ``others`` says why some do not.

        Ends early, with cases undetermined, when the target's budget is used up; never raises.
        """
        if not self.wanted:
            return
        self.asked = True
        if CASES in self.wanted:
            for requesting, results in show_invalid_certificates(
                controls, requesting_versions, self.role, self.asks, self.at
            ):
                self.results.setdefault(requesting.version, results)
                self.seen += cases_seen(self.target.name, self.at, requesting, results)
        if TRUST in self.wanted:
            self.seen += root_trust(controls, requesting_versions, self.role, self.asks, self.at)
        for kind in self.wanted:
            self.seen += self._not_asked(kind, requesting_versions, others)

    def _not_asked(
        self, kind: str, requesting_versions: Sequence[RequestingVersion], others: Mapping[ProtocolVersion, str]
    ) -> Iterator[Observation]:
        """The gaps for versions without a request.  Trust in a root is that of the endpoint: one version is enough."""
        if kind == TRUST and requesting_versions:
            return
        if kind == TRUST and others and set(others.values()) == {_NOT_ASKED_FOR}:
            yield self._untested(kind, _NO_TRUST_WITHOUT_REQUEST, "auditor certificate --trust-store FILE")
            return
        yield from (self._missing(kind, f"{version}: {why}") for version, why in others.items())
        if not requesting_versions and not others:
            yield self._missing(kind, "neither TLSv1.2 nor TLSv1.3 is supported")

    def without(
        self, version: ProtocolVersion, exchanged: Exchange, why_not: str
    ) -> tuple[Treatment, str, ControlOutcome]:
        """How a client without a certificate is treated, and the outcome of the control with a valid certificate."""
        results, reading = self.results.get(version), exchanged.reading
        if reading.meaning == "refused" and self._owes_control(version, results):
            why = (results.reason if results else "") or why_not
            evidence = f"{reading.evidence}; the valid client certificate was not presented as a control: {why}"
            return "undetermined", evidence, "none"
        if results is None:
            return reading.meaning, reading.evidence, "none"
        return (*results.treatment(exchanged), results.control(exchanged))

    def _owes_control(self, version: ProtocolVersion, results: CaseResults | None) -> bool:
        """Whether a valid certificate was given as a control, but time or connections ran out before its use."""
        given = self.role.identity is not None and CASES in self.wanted and version in _SHOWN_IN
        return given and not (results and results.states)

    def observations(self, why_not: str) -> Iterator[Observation]:
        """The observations; for what was not tested, ``why_not``."""
        yield from self.seen
        if not self.asked:
            yield from self.unseen(why_not)
        elif TRUST in self.asks.kinds and not self.role.trust_probe:
            yield self._untested(TRUST, _NO_TRUST_PROBE, "--trust-probe")

    def unseen(self, why: str) -> Iterator[Observation]:
        """The gaps if nothing was observed, with this reason."""
        yield from (self._missing(kind, why) for kind in self.wanted)
        if TRUST in self.asks.kinds and not self.role.trust_probe:
            yield self._untested(TRUST, _NO_TRUST_PROBE, "--trust-probe")

    def sip(self, exchanges: Mapping[ProtocolVersion, Exchange]) -> Iterator[Observation]:
        """The answers to OPTIONS, and the session descriptions in them, which are passed on and not kept."""
        described = False
        for version, exchanged in exchanges.items():
            others = self.results[version].control_exchanges if version in self.results else []
            answer = next((tried.sip for tried in (exchanged, *others) if tried.sip), None)
            if answer is None:
                continue
            if self.asks.kinds & _SHOWS_SIP:
                yield SipOptionsSeen(
                    target=self.target.name,
                    at=self.at,
                    version=version,
                    status=answer.status,
                    reason=answer.reason,
                    allow=answer.allow,
                    accept=answer.accept,
                )
            if SDP in self.asks.kinds and answer.description and self.role.read_description is not None:
                described = True
                yield from self.role.read_description(answer.description, self.target, self.at)
        called = self.role.invitation is not None and self.target.service is Service.SIP
        if SDP in self.asks.kinds and not described and not called:
            yield self._untested(SDP, _NO_DESCRIPTION, "auditor sdp FILE, or --invite sip:NUMBER@HOST")

    def _untested(self, kind: str, why: str, closes: str) -> NotAttempted:
        return NotAttempted(target=self.target.name, at=self.at, wanted=kind, reason=why, closes=closes)

    def _missing(self, kind: str, why: str) -> NotObserved:
        return NotObserved(target=self.target.name, at=self.at, wanted=kind, reason=why)


def split_by_request(
    spoken: Mapping[ProtocolVersion, RequestingVersion], exchanges: Mapping[ProtocolVersion, Exchange]
) -> tuple[list[RequestingVersion], dict[ProtocolVersion, str]]:
    """The versions that request a certificate, and why the other supported ones cannot be tested."""
    requesting_versions: list[RequestingVersion] = []
    others: dict[ProtocolVersion, str] = {}
    for version, requesting in spoken.items():
        exchanged = exchanges.get(version)
        if exchanged is not None and exchanged.requested:
            requesting_versions.append(requesting)
        elif exchanged is not None and exchanged.requested is None:
            others[version] = exchanged.reading.evidence
        else:
            others[version] = _NOT_ASKED_FOR
    return requesting_versions, others


def without_certificate_seen(
    mutual: ClientAuthentication, version: ProtocolVersion, exchanged: Exchange | None, why_not: str
) -> ClientCertificateSeen:
    """The treatment of a client without a certificate."""
    without, evidence, control = (
        mutual.without(version, exchanged, why_not) if exchanged else ("undetermined", why_not, "none")
    )
    return ClientCertificateSeen(
        target=mutual.target.name,
        at=mutual.at,
        version=version,
        requested=exchanged.requested if exchanged else None,
        authorities=exchanged.authorities if exchanged else (),
        trust_probe=mutual.role.trust_probe,
        without=without,
        stage=exchanged.stage if exchanged else None,
        evidence=evidence,
        control=control,
    )
