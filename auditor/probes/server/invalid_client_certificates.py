"""Client certificates that an endpoint has to refuse, shown one by one, each in every version that asks for one.

What a refusal is worth is told by a control: a certificate that has to be accepted, shown before and after.  A peer
that drops everybody refuses every impostor as well.  Nothing here waits: a peer that begins to drop the auditor in the
middle of the series fails the control at its end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from auditor.minting.client_certificates import MOST_ROOTS, Case, announced, bad_by, forgery_of, good_by, impostors
from auditor.model.asks import Asks
from auditor.model.identity import Identity
from auditor.model.observation import ClientCertificateCaseSeen, Observation, Treatment
from auditor.model.tls import CipherSuite, ProtocolVersion
from auditor.probes.connection import OutOfBudgetError
from auditor.probes.server.client_role import ClientRole
from auditor.probes.tls.attempt import Accepted, NoAnswer
from auditor.probes.tls.controls import Series
from auditor.probes.tls.exchange import Exchange, exchange

GOOD: Final = "good"
Control: TypeAlias = Literal["succeeded", "failed", "none"]
_State: TypeAlias = Literal["served", "silent", "failed"]
_BUT: Final = "while a certificate that has to be accepted was served"


@dataclass
class Shown:
    """What came of the series in one version."""

    states: list[_State] = field(default_factory=list)
    """How the control fared, before and after; empty without one."""
    controls: list[Exchange] = field(default_factory=list)
    cases: list[tuple[str, Exchange]] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    reason: str = ""
    """Why cases are left unasked."""

    def control(self, held: Exchange) -> Control:
        """What the control says of one exchange.

        An application may leave the auditor's request unanswered although it took the certificate.  That is a success
        only beside refusals by an alert, which such a silence cannot be mistaken for.
        """
        if len(self.states) < 2:
            return "none" if not self.states or self.states == ["served"] else "failed"
        if set(self.states) == {"served"}:
            return "succeeded"
        return "succeeded" if "failed" not in self.states and held.alert is not None else "failed"

    def treatment(self, held: Exchange) -> tuple[Treatment, str]:
        """What the exchange says, in the light of the control."""
        reading = held.reading
        if reading.doubt in ("closed", "status") and self.states == ["served", "served"]:
            return "refused", f"{reading.evidence}, {_BUT}"
        return reading.meaning, reading.evidence


@dataclass(frozen=True)
class Question:
    """One version in which the endpoint asks for a certificate."""

    version: ProtocolVersion
    suites: Sequence[CipherSuite]
    authorities: tuple[bytes, ...]


def show_impostors(
    series: Series, questions: Sequence[Question], role: ClientRole, asks: Asks, at: datetime
) -> Iterator[tuple[Question, Shown]]:
    """Show every case in every version: first what needs nothing installed at the peer, then what needs a lab's CA."""
    for question in questions:
        named = [forgery_of(*root) for root in role.roots(asks.impostor_roots)][:MOST_ROOTS]
        roots = (*named, *announced(question.authorities, named))[:MOST_ROOTS]
        lab_control = good_by(role.authority, at) if role.authority else None
        control = role.identity or lab_control
        cases = list(impostors(roots, at, control))
        faulty = list(bad_by(role.authority, at, role.identity)) if role.authority else []
        if control is lab_control:
            yield question, _show(series, question, control, [*cases, *faulty])
        else:
            yield question, _show(series, question, control, cases)
            # The operator's certificate says nothing of the lab's CA: without trust in that, all below is refused.
            if faulty:
                yield question, _show(series, question, lab_control, faulty)


def _show(series: Series, question: Question, control: Identity | None, cases: Sequence[Case]) -> Shown:
    shown, open_cases = Shown(unasked=[case.name for case in cases]), list(cases)
    try:
        if control is not None:
            _try_control(series, question, control, shown)
        for case in open_cases:
            shown.cases.append((case.name, _ask(series, question, case.identity)))
            shown.unasked.remove(case.name)
        if control is not None:
            _try_control(series, question, control, shown)
    except OutOfBudgetError as error:
        shown.reason = str(error)
    return shown


def _try_control(series: Series, question: Question, control: Identity, shown: Shown) -> None:
    held = _ask(series, question, control, settle=False)
    shown.controls.append(held)
    if held.reading.meaning == "served":
        shown.states.append("served")
    else:
        shown.states.append("silent" if held.presented and held.reading.doubt == "silent" else "failed")


def _ask(series: Series, question: Question, identity: Identity, *, settle: bool = True) -> Exchange:
    """One exchange; once more where no connection came about, which has nothing to do with the certificate."""
    held = exchange(series.peer, question.version, question.suites, identity=identity, settle=settle)
    series.note(question.version, held.answer)
    if isinstance(held.answer, NoAnswer):
        held = exchange(series.peer, question.version, question.suites, identity=identity, settle=settle)
        series.note(question.version, held.answer)
    return held


def cases_seen(target: str, at: datetime, question: Question, shown: Shown) -> Iterator[Observation]:
    """The observations: each case, the control as a case of its own, and what was left unasked."""
    for name, held in shown.cases:
        treatment, evidence, stage = _judged(held, shown)
        yield ClientCertificateCaseSeen(
            target=target,
            at=at,
            version=question.version,
            case=name,
            treatment=treatment,
            stage=stage,
            evidence=evidence,
            control=shown.control(held),
        )
    if shown.controls:
        held = next((held for held in shown.controls if held.reading.meaning != "served"), shown.controls[0])
        yield ClientCertificateCaseSeen(
            target=target,
            at=at,
            version=question.version,
            case=GOOD,
            treatment=held.reading.meaning,
            stage=held.stage,
            evidence=_why(held) or held.reading.evidence,
            control=shown.control(held),
        )
    for name in shown.unasked:
        yield ClientCertificateCaseSeen(
            target=target,
            at=at,
            version=question.version,
            case=name,
            treatment="undetermined",
            evidence=shown.reason,
        )


def _judged(
    held: Exchange, shown: Shown
) -> tuple[Treatment, str, Literal["handshake", "after-handshake", "after-request"] | None]:
    if why := _why(held):
        return "undetermined", why, held.stage
    return (*shown.treatment(held), held.stage)


def _why(held: Exchange) -> str:
    """Why nothing can be said of the certificate; empty where it was shown."""
    if not isinstance(held.answer, Accepted):
        return held.answer.reason if isinstance(held.answer, NoAnswer) else str(held.answer)
    if not held.requested:
        return "no certificate was asked for on this connection"
    if not held.presented:
        return f"the certificate did not get as far as the peer: {held.reading.evidence}"
    return ""
