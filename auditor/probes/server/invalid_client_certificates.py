"""Client certificates that an endpoint must reject, presented one by one in every version that requests one.

A rejection counts only with a control: a valid certificate, presented before and after.  A peer that drops
every client also rejects every forged issuer.  Nothing here waits: a peer that begins to drop the auditor halfway
through fails the control at the end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from auditor.minting.client_certificates import (
    MOST_ROOTS,
    ClientCertificateCase,
    faulty_cases,
    good_client_certificate,
    untrusted_cases,
)
from auditor.minting.forged_issuer import announced, forged_issuer
from auditor.model.asks import Asks
from auditor.model.identity import Identity
from auditor.model.observation import ClientCertificateCaseSeen, Observation, Treatment
from auditor.model.tls import CipherSuite, ProtocolVersion
from auditor.probes.connection import OutOfBudgetError
from auditor.probes.server.client_role import ClientRole
from auditor.probes.tls.attempt import Accepted, NoAnswer
from auditor.probes.tls.controls import Controls
from auditor.probes.tls.exchange import Exchange, exchange

GOOD: Final = "good"
ControlOutcome: TypeAlias = Literal["succeeded", "failed", "none"]
_State: TypeAlias = Literal["served", "silent", "failed"]
_BUT: Final = "while a client with a valid certificate was served"


@dataclass
class CaseResults:
    """The results of all cases in one version."""

    states: list[_State] = field(default_factory=list)
    """The outcome of the control, before and after all cases; empty without a control."""
    control_exchanges: list[Exchange] = field(default_factory=list)
    cases: list[tuple[ClientCertificateCase, Exchange]] = field(default_factory=list)
    unasked: list[ClientCertificateCase] = field(default_factory=list)
    reason: str = ""
    """Why cases were not tested."""

    def control(self, exchanged: Exchange) -> ControlOutcome:
        """The outcome of the control for one exchange.

        An application may leave the auditor's request unanswered although it took the certificate.  That is a success
        only beside refusals by an alert, which such a silence cannot be mistaken for.
        """
        if len(self.states) < 2:
            return "none" if not self.states or self.states == ["served"] else "failed"
        if set(self.states) == {"served"}:
            return "succeeded"
        return "succeeded" if "failed" not in self.states and exchanged.alert is not None else "failed"

    def treatment(self, exchanged: Exchange) -> tuple[Treatment, str]:
        """The treatment that the exchange shows, given the control."""
        reading = exchanged.reading
        if reading.doubt in ("closed", "status") and self.states == ["served", "served"]:
            return "refused", f"{reading.evidence}, {_BUT}"
        return reading.meaning, reading.evidence


@dataclass(frozen=True)
class RequestingVersion:
    """One version in which the endpoint requests a certificate."""

    version: ProtocolVersion
    suites: Sequence[CipherSuite]
    authorities: tuple[bytes, ...]


def show_invalid_certificates(
    controls: Controls, requesting_versions: Sequence[RequestingVersion], role: ClientRole, asks: Asks, at: datetime
) -> Iterator[tuple[RequestingVersion, CaseResults]]:
    """Present every case in every version: first those that need no CA at the peer, then those of a lab's CA."""
    for requesting in requesting_versions:
        named = [forged_issuer(*root) for root in role.roots(asks.forged_roots)][:MOST_ROOTS]
        roots = (*named, *announced(requesting.authorities, named))[:MOST_ROOTS]
        lab_control = good_client_certificate(role.authority, at, role.identity) if role.authority else None
        control = role.identity or lab_control
        cases = list(untrusted_cases(roots, at, control))
        faulty = list(faulty_cases(role.authority, at, role.identity)) if role.authority else []
        if control is lab_control:
            yield requesting, _show(controls, requesting, control, [*cases, *faulty])
        else:
            yield requesting, _show(controls, requesting, control, cases)
            # The operator's certificate is no control for the lab's CA, which the peer may not trust.
            if faulty:
                yield requesting, _show(controls, requesting, lab_control, faulty)


def _show(
    controls: Controls, requesting: RequestingVersion, control: Identity | None, cases: Sequence[ClientCertificateCase]
) -> CaseResults:
    results = CaseResults(unasked=list(cases))
    try:
        if control is not None:
            _try_control(controls, requesting, control, results)
        for case in cases:
            results.cases.append((case, _ask(controls, requesting, case.identity)))
            results.unasked.remove(case)
        if control is not None:
            _try_control(controls, requesting, control, results)
    except OutOfBudgetError as error:
        results.reason = str(error)
    return results


def _try_control(controls: Controls, requesting: RequestingVersion, control: Identity, results: CaseResults) -> None:
    exchanged = _ask(controls, requesting, control, settle=False)
    results.control_exchanges.append(exchanged)
    if exchanged.reading.meaning == "served":
        results.states.append("served")
    else:
        results.states.append("silent" if exchanged.presented and exchanged.reading.doubt == "silent" else "failed")


def _ask(controls: Controls, requesting: RequestingVersion, identity: Identity, *, settle: bool = True) -> Exchange:
    """One exchange, repeated once if no connection was established, which is not due to the certificate."""
    exchanged = exchange(controls.peer, requesting.version, requesting.suites, identity=identity, settle=settle)
    controls.record(requesting.version, exchanged.answer)
    if isinstance(exchanged.answer, NoAnswer):
        exchanged = exchange(controls.peer, requesting.version, requesting.suites, identity=identity, settle=settle)
        controls.record(requesting.version, exchanged.answer)
    return exchanged


def cases_seen(target: str, at: datetime, requesting: RequestingVersion, results: CaseResults) -> Iterator[Observation]:
    """The observations: each case, the control as a separate case, and the cases not tested."""
    for case, exchanged in results.cases:
        treatment, evidence, stage = _judged(exchanged, results)
        yield ClientCertificateCaseSeen(
            target=target,
            at=at,
            version=requesting.version,
            case=case.name,
            forged_root=case.forged_root,
            treatment=treatment,
            stage=stage,
            evidence=evidence,
            control=results.control(exchanged),
        )
    if results.control_exchanges:
        exchanged = next(
            (exchanged for exchanged in results.control_exchanges if exchanged.reading.meaning != "served"),
            results.control_exchanges[0],
        )
        yield ClientCertificateCaseSeen(
            target=target,
            at=at,
            version=requesting.version,
            case=GOOD,
            treatment=exchanged.reading.meaning,
            stage=exchanged.stage,
            evidence=_why(exchanged) or exchanged.reading.evidence,
            control=results.control(exchanged),
        )
    for case in results.unasked:
        yield ClientCertificateCaseSeen(
            target=target,
            at=at,
            version=requesting.version,
            case=case.name,
            forged_root=case.forged_root,
            treatment="undetermined",
            evidence=results.reason,
        )


def _judged(
    exchanged: Exchange, results: CaseResults
) -> tuple[Treatment, str, Literal["handshake", "after-handshake", "after-request"] | None]:
    if why := _why(exchanged):
        return "undetermined", why, exchanged.stage
    return (*results.treatment(exchanged), exchanged.stage)


def _why(exchanged: Exchange) -> str:
    """Why the exchange shows nothing about the certificate; empty if the certificate was presented."""
    if not isinstance(exchanged.answer, Accepted):
        return exchanged.answer.reason if isinstance(exchanged.answer, NoAnswer) else str(exchanged.answer)
    if not exchanged.requested:
        return "no CertificateRequest on this connection"
    if not exchanged.presented:
        return f"the certificate did not reach the peer: {exchanged.reading.evidence}"
    return ""
