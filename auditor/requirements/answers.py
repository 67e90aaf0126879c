"""One answer for each requirement of a policy, from the findings of a report.

A requirement is met only when every rule that it needs has passed at every target that it concerns.  What nobody
looked at, what was not tested and what is inconclusive leave it open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from auditor.model.answer import AnswerKind, Completeness, Confirmation, FindingKey, RequirementAnswer
from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Finding, NotTested, Outcome, Violation, Warning, listed
from auditor.model.policy import Policy
from auditor.model.requirement import About, Need, Requirement, TargetKind
from auditor.model.subject import CertificateCaseSubject, DeclaredSubject, DnsNameSubject, subject_text
from auditor.model.target import DeploymentTarget, OwedTarget, ServerTarget, Target
from auditor.model.waiver import Waiver
from auditor.network.conditions import applies, why_not
from auditor.network.confirmations import last_day, names_somebody
from auditor.network.endpoints import plain_name
from auditor.requirements.kinds import KINDS, also_seen_at, is_of
from auditor.requirements.owed import why_none

_YEARS = 2
"""How long a confirmation of a statement that the policy does not ask for is valid."""


_Place: TypeAlias = tuple[str, int]
"""A section of the inventory, and the position of an entry in it, from 1."""


@dataclass(frozen=True)
class Looked:
    """Everything that answers are made from."""

    policy: Policy
    targets: Mapping[TargetKind, tuple[Target | OwedTarget, ...]]
    """Those with findings, by their kinds."""
    unlooked: Mapping[TargetKind, tuple[str, ...]]
    """The names of those without any finding, which nothing connected to."""
    also: Mapping[TargetKind, tuple[Target | OwedTarget, ...]]
    """Those that may show by the way what the kind is asked for."""
    findings: Mapping[tuple[str, str], Finding]
    """By rule and target."""
    by_rule: Mapping[str, tuple[Finding, ...]]
    declared: Deployment | None
    places: Mapping[str, Sequence[_Place]]
    """The regions and sites that a name in DNS is the hostname, or an item 2 or 5, of."""
    today: date


@dataclass(frozen=True)
class _RuleAnswer:
    """The answer of one rule at one target, or of a need without any."""

    answer: AnswerKind
    reason: str = ""
    closes: str = ""
    finding: FindingKey | None = None


def answered(
    policy: Policy,
    targets: Iterable[Target | OwedTarget],
    findings: Iterable[Finding],
    declared: Deployment | None,
    today: date,
) -> tuple[RequirementAnswer, ...]:
    """Answer every requirement of the policy, in the order of its file.

    ``today`` is the day that confirmations are judged as of.
    """
    by_check = {(finding.rule, finding.target): finding for finding in findings}
    names = {target for _, target in by_check}
    by_rule: dict[str, tuple[Finding, ...]] = {}
    for rule in {rule for requirement in policy.requirements for rule in requirement.breaks}:
        by_rule[rule] = tuple(finding for (name, _), finding in by_check.items() if name == rule)
    given = tuple(targets)
    looked = Looked(
        policy=policy,
        targets={
            kind: tuple(target for target in given if is_of(target, kind) and target.name in names)
            for kind in TargetKind
        },
        unlooked={
            kind: tuple(target.name for target in given if is_of(target, kind) and target.name not in names)
            for kind in TargetKind
        },
        also={kind: tuple(target for target in given if also_seen_at(target, kind)) for kind in TargetKind},
        findings=by_check,
        by_rule=by_rule,
        declared=declared,
        places=_places(declared) if declared else {},
        today=today,
    )
    return tuple(_answer(requirement, looked) for requirement in policy.requirements)


def completeness(answers: Sequence[RequirementAnswer], *, required: bool) -> Completeness | None:
    """How many of the requirements that concern the operator are answered; None without requirements."""
    if not answers:
        return None
    concern = [found for found in answers if found.answer not in (AnswerKind.PROVIDER, AnswerKind.NOT_APPLICABLE)]
    still_open = sum(found.answer is AnswerKind.OPEN for found in concern)
    return Completeness(required=required, answered=len(concern) - still_open, open=still_open, total=len(concern))


def _answer(requirement: Requirement, looked: Looked) -> RequirementAnswer:
    said = _said(requirement, looked)
    return RequirementAnswer(
        id=requirement.id,
        statement=requirement.statement,
        severity=requirement.severity,
        sources=tuple(source.citation for source in requirement.sources),
        answer=said.answer,
        reason=said.reason,
        closes=said.closes,
        derived=requirement.derived,
        findings=said.findings,
        confirmations=said.confirmations,
    )


@dataclass(frozen=True)
class _Said:
    answer: AnswerKind
    reason: str
    closes: str = ""
    findings: tuple[FindingKey, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()


def _said(requirement: Requirement, looked: Looked) -> _Said:
    if requirement.provider:
        return _Said(AnswerKind.PROVIDER, requirement.provider)
    concerns = looked.declared is None or applies(requirement.applies, looked.declared)
    if concerns is False:
        return _Said(AnswerKind.NOT_APPLICABLE, why_not(requirement.applies))
    parts = (
        *(part for need in requirement.needs for part in _parts(need, looked)),
        *(part for rule in requirement.breaks for part in _broken(rule, looked)),
    )
    for kind in (AnswerKind.NOT_MET, AnswerKind.OPEN):
        if those := [part for part in parts if part.answer is kind]:
            return _Said(kind, _reasons(those), those[0].closes, _keys(those))
    passed = [part for part in parts if part.answer is AnswerKind.MET]
    if parts and not passed:
        return _idle(requirement, parts, declared=concerns is not None)
    return _confirmed(requirement, passed, looked) if requirement.confirmation else _met(passed)


def _idle(requirement: Requirement, parts: Sequence[_RuleAnswer], *, declared: bool) -> _Said:
    """What no rule had anything to say about; every deployment has calls, so their descriptions are lacking."""
    if not declared:
        closes = "declare the connection type of every link, the services and the sku of the deployment"
        return _Said(AnswerKind.OPEN, "whether it applies is not declared", closes, _keys(parts))
    if any(need.at is TargetKind.SESSION_DESCRIPTION for need in requirement.needs):
        return _Said(AnswerKind.OPEN, _reasons(parts), KINDS[TargetKind.SESSION_DESCRIPTION].closes, _keys(parts))
    return _Said(AnswerKind.NOT_APPLICABLE, _reasons(parts), findings=_keys(parts))


def _met(passed: Sequence[_RuleAnswer]) -> _Said:
    return _Said(AnswerKind.MET, _passed(passed), findings=_keys(passed))


def _confirmed(requirement: Requirement, passed: Sequence[_RuleAnswer], looked: Looked) -> _Said:
    """What no rule proves is open until somebody confirms it."""
    if confirmed := _confirmations(requirement, looked):
        who = "; ".join(_named(one) for one in confirmed)
        return _Said(AnswerKind.CONFIRMED, f"confirmed by {who}", findings=_keys(passed), confirmations=confirmed)
    what = requirement.not_proved or "no rule proves it"
    statement = requirement.confirmation
    closes = f"add an attestation to the inventory: {{statement: {statement}, by: …, date: …}}"
    if looked.declared is None:
        closes = f"{KINDS[TargetKind.DEPLOYMENT].closes}, with an attestation of the statement {statement}"
    return _Said(AnswerKind.OPEN, f"nobody has confirmed {statement}: {what}", closes)


def _parts(need: Need, looked: Looked) -> Iterator[_RuleAnswer]:
    """The answer of every rule of the need at every target that it concerns, or those of the other proof."""
    first = tuple(_proof(need, looked))
    other = tuple(_parts(need.otherwise, looked)) if need.otherwise else ()
    answers = {part.answer for part in other}
    if AnswerKind.NOT_MET in answers:
        yield from other
    open_only = AnswerKind.NOT_MET not in {part.answer for part in first}
    if need.otherwise is None or not open_only:
        yield from first
        return
    closes = KINDS[need.otherwise.at].closes
    if answers != {AnswerKind.MET}:
        for part in first:
            is_open = part.answer is AnswerKind.OPEN
            yield replace(part, closes=f"{part.closes}, or {closes}") if is_open else part
        return
    there, here = _open_places(need.at, first, looked), len(looked.targets[need.otherwise.at])
    if there <= here:
        yield from other
        return
    words = KINDS[need.otherwise.at].words
    reason = f"{here} {words}{'s' if here > 1 else ''} for {there} places ({KINDS[need.at].words})"
    yield _RuleAnswer(AnswerKind.OPEN, reason, f"audit the {words} of each: {closes}")
    yield from first


def _open_places(kind: TargetKind, parts: Sequence[_RuleAnswer], looked: Looked) -> int:
    """How many places the parts leave open: sites where targets name theirs, hosts where not; at least one."""
    still_open = {part.finding.target for part in parts if part.finding and part.answer is AnswerKind.OPEN}
    places = {_place(target) for target in looked.targets[kind] if target.name in still_open}
    return max(1, len(places) + len(looked.unlooked[kind]))


def _place(target: Target | OwedTarget) -> str:
    if isinstance(target, ServerTarget):
        return f"site {target.site}" if target.site else target.host
    return f"site {target.site}" if isinstance(target, OwedTarget) and target.site else target.name


def _proof(need: Need, looked: Looked) -> Iterator[_RuleAnswer]:
    """The answer of every rule of the need at every target that it concerns."""
    policy = {setting.rule.id for setting in looked.policy.settings}
    targets, unlooked = looked.targets[need.at], looked.unlooked[need.at]
    for rule in need.rules:
        if rule not in policy:
            reason = f"the policy {looked.policy.id} does not have the rule {rule}"
            yield _RuleAnswer(AnswerKind.OPEN, reason, f"judge by a policy that has {rule}")
            continue
        yield from (_part(rule, target, need, looked) for target in targets)
        seen_at = (target for target in looked.also[need.at] if (rule, target.name) in looked.findings)
        elsewhere = (_part(rule, target, need, looked) for target in seen_at)
        yield from (part for part in elsewhere if part.answer is AnswerKind.NOT_MET)
    if unlooked:  # endpoints alone are listed and not audited
        were = "was" if len(unlooked) == 1 else "were"
        yield _RuleAnswer(AnswerKind.OPEN, f"{listed(unlooked)} {were} not audited", "audit without --offline")
    if not (targets or unlooked):
        yield _nobody(need, looked)


def _broken(rule: str, looked: Looked) -> Iterator[_RuleAnswer]:
    """The violations of a rule, wherever it was asked."""
    for finding in looked.by_rule.get(rule, ()):
        if finding.violations:
            key = FindingKey(rule=rule, target=finding.target)
            yield _RuleAnswer(AnswerKind.NOT_MET, f"{rule} at {finding.target}", finding=key)


def _nobody(need: Need, looked: Looked) -> _RuleAnswer:
    """There is no target of the kind: either the deployment has none, or nobody looked."""
    kind = KINDS[need.at]
    if looked.declared is not None and (reason := why_none(need.at, looked.declared)):
        return _RuleAnswer(AnswerKind.NOT_APPLICABLE, reason)
    return _RuleAnswer(AnswerKind.OPEN, f"no {kind.words} was audited", kind.closes)


def _part(rule: str, target: Target | OwedTarget, need: Need, looked: Looked) -> _RuleAnswer:
    key = FindingKey(rule=rule, target=target.name)
    finding = looked.findings.get((rule, target.name))
    if finding is None:
        return _RuleAnswer(AnswerKind.OPEN, f"{rule} was not planned at {target.name}", "audit again by this policy")
    if isinstance(target, OwedTarget):
        return _RuleAnswer(AnswerKind.OPEN, f"{target.name}: nobody looked", target.closes, key)
    at = "" if isinstance(target, DeploymentTarget) else f" at {target.name}"
    mine = [remark for remark in _remarks(finding) if _concerns(remark, need.about, looked)]
    if any(_is_wrong(remark) for remark in mine):
        accepted = f" ({_accepted(finding.waiver)})" if finding.waiver else ""
        return _RuleAnswer(AnswerKind.NOT_MET, f"{rule}{at}{accepted}", finding=key)
    if mine or (finding.outcome is Outcome.NOT_TESTED and not finding.not_tested):
        return _RuleAnswer(AnswerKind.OPEN, f"{rule}{at}: {_why_open(mine)}", _closing(mine), key)
    if finding.outcome is Outcome.NOT_APPLICABLE:
        return _RuleAnswer(AnswerKind.NOT_APPLICABLE, finding.not_applicable, finding=key)
    return _RuleAnswer(AnswerKind.MET, finding=key)


_Remark: TypeAlias = Violation | Warning | Doubt | NotTested


def _remarks(finding: Finding) -> tuple[_Remark, ...]:
    return (*finding.violations, *finding.warnings, *finding.doubts, *finding.not_tested)


def _is_wrong(remark: _Remark) -> bool:
    """Whether it deviates from what is required, be it as advice; what is unproven is open instead."""
    return isinstance(remark, Violation) or (isinstance(remark, Warning) and not remark.unproven)


def _concerns(remark: _Remark, about: About, looked: Looked) -> bool:
    """Whether the remark is about that part of the finding, or about more than a part."""
    subject = remark.subject
    if not about.advice and isinstance(remark, Warning) and not remark.unproven:
        return False
    if isinstance(subject, CertificateCaseSubject):
        whole = isinstance(remark, NotTested) and remark.whole
        return whole or not about.cases or subject.case in about.cases
    if isinstance(subject, DnsNameSubject):
        return _is_name_at(looked.places.get(plain_name(subject.name), ()), about)
    if not isinstance(subject, DeclaredSubject):
        return True
    return (
        (not about.fields or not subject.field or not {*about.fields}.isdisjoint(_fields(subject)))
        and (not about.statements or not subject.names or bool({*subject.names} & {*about.statements}))
        and _is_at(subject, "sites", about.site, looked.declared)
        and _is_at(subject, "regions", about.region, looked.declared)
    )


def _is_at(subject: DeclaredSubject, section: str, position: int | None, declared: Deployment | None) -> bool:
    """Whether the subject is the entry at that position of the section, or none of its entries."""
    if position is None or subject.part != section or declared is None:
        return True
    entries = declared.sites if section == "sites" else declared.regions
    if not subject.names:  # the section as a whole; items are those of the entries that it lacks
        return not subject.items or position > len(entries)
    return any(entry.name in subject.names for entry in (entries[:1] if position == 1 else entries[1:]))


def _is_name_at(places: Iterable[_Place], about: About) -> bool:
    """Whether a name in DNS that is at these places is one of the region or the site, or of none."""
    found = [*places]
    for section, position in (("regions", about.region), ("sites", about.site)):
        here = {1 if number == 1 else 2 for part, number in found if part == section}
        if position is not None and here and position not in here:
            return False
    return True


def _places(declared: Deployment) -> dict[str, list[_Place]]:
    """Where the names in DNS stand."""
    found: dict[str, list[_Place]] = {}
    for number, region in enumerate(declared.regions, start=1):
        found.setdefault(plain_name(region.hostname or ""), []).append(("regions", number))
    for number, site in enumerate(declared.sites, start=1):
        for text in site.signaling_destination:
            found.setdefault(plain_name(text), []).append(("sites", number))
    return found


def _fields(subject: DeclaredSubject) -> tuple[str, str]:
    """The field, and the field of its entry."""
    return subject.field, f"{subject.field}.{subject.entry_field}"


def _why_open(remarks: Sequence[_Remark]) -> str:
    reasons = [remark.observed if isinstance(remark, Violation | Warning) else remark.reason for remark in remarks]
    return listed(dict.fromkeys(reasons)) or "not tested"


def _closing(remarks: Sequence[_Remark]) -> str:
    """The one thing that settles the first of them."""
    first = next((remark for remark in remarks if isinstance(remark, NotTested)), None)
    if first is not None:
        return first.closes or f"test it: {first.reason}"
    subject = next((remark.subject for remark in remarks if isinstance(remark.subject, DeclaredSubject)), None)
    if subject is not None:
        return f"declare it in the inventory, or prove it by an export: {subject_text(subject)}"
    return "audit again once nothing keeps it from being observed"


def _reasons(parts: Sequence[_RuleAnswer]) -> str:
    return listed(dict.fromkeys(part.reason for part in parts))


def _keys(parts: Sequence[_RuleAnswer]) -> tuple[FindingKey, ...]:
    return tuple(dict.fromkeys(part.finding for part in parts if part.finding is not None))


def _passed(parts: Sequence[_RuleAnswer]) -> str:
    rules = dict.fromkeys(part.finding.rule for part in parts if part.finding)
    targets = dict.fromkeys(part.finding.target for part in parts if part.finding)
    return f"{listed(rules)} passed at {listed(targets)}"


def _accepted(waiver: Waiver) -> str:
    return f"waived until {waiver.expires} by {waiver.approved_by}"


def _confirmations(requirement: Requirement, looked: Looked) -> tuple[Confirmation, ...]:
    """The valid confirmations of the requirement's statement."""
    if not requirement.confirmation or looked.declared is None:
        return ()
    past = [
        one
        for one in looked.declared.attestations
        if one.statement == requirement.confirmation and one.date <= looked.today and names_somebody(one.by)
    ]
    valid = [one for one in past if looked.today <= last_day(one.date, _YEARS)]
    if not valid and past and any(requirement.confirmation in need.about.statements for need in requirement.needs):
        # The rule that asks for the statement has passed: the policy lets a confirmation be older.
        valid = [max(past, key=lambda one: one.date)]
    return tuple(
        Confirmation(statement=one.statement, by=one.by, date=one.date, document=one.document, sha256=one.sha256)
        for one in valid
    )


def _named(confirmation: Confirmation) -> str:
    document = f", {confirmation.document}" if confirmation.document else ""
    return f"{confirmation.by} on {confirmation.date}{document}"
