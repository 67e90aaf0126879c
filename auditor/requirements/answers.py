"""One answer for each requirement of a policy, from the findings of a report.

A requirement is met only when every rule that it needs has passed at every target that it concerns.  What nobody
looked at, what was not tested and what is inconclusive leave it open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from auditor.model.answer import AnswerKind, Completeness, Confirmation, FindingKey, RequirementAnswer
from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Finding, NotTested, Outcome, Violation, Warning, listed
from auditor.model.policy import Policy
from auditor.model.requirement import Condition, Need, Requirement, TargetKind
from auditor.model.subject import DeclaredSubject, DnsNameSubject, subject_text
from auditor.model.target import DeploymentTarget, OwedTarget, ServerTarget, Target
from auditor.model.waiver import Waiver
from auditor.network.conditions import applies, why_not
from auditor.network.confirmations import last_day, names_somebody
from auditor.requirements.about import Decisive, Places, concerning, places_of
from auditor.requirements.kinds import KINDS, also_seen_at, is_of
from auditor.requirements.owed import why_none

_ATTESTATIONS = "attestation-missing"
"""The rule whose parameters say how long a confirmation is valid."""
_YEARS = 2
"""How long it is in a policy without that rule."""
_HTTPS = (TargetKind.HTTPS_SERVER, TargetKind.HTTPS_CLIENT)
_AGAIN = "audit again, once what the reason names no longer stands in the way"
_MOST = 3
"""The most things that an answer names of those that would close it."""


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
    places: Places
    today: date


@dataclass(frozen=True)
class _RuleAnswer:
    """The answer of one rule at one target, or of a need without any."""

    answer: AnswerKind
    reason: str = ""
    """The rule, or what is said of the requirement as a whole."""
    place: str = ""
    """The target it is said of; empty for the deployment, of which there is one."""
    why: str = ""
    closes: tuple[str, ...] = ()
    finding: FindingKey | None = None
    lacking: bool = False
    """Whether the policy does not have the rule, so that only a person can answer for it."""


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
        places=places_of(declared) if declared else {},
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
    concerns = looked.declared is None or _applies(requirement.applies, looked.declared, looked)
    if concerns is False:
        return _Said(AnswerKind.NOT_APPLICABLE, why_not(requirement.applies))
    parts = (
        *(part for need in requirement.needs for part in _parts(need, looked)),
        *(part for rule in requirement.breaks for part in _broken(rule, looked)),
    )
    return _together_said(requirement, parts, looked, concerns=concerns)


def _together_said(
    requirement: Requirement, parts: Sequence[_RuleAnswer], looked: Looked, *, concerns: bool | None
) -> _Said:
    """The answer that the parts give; ``concerns`` is None where the inventory does not say whether it applies."""
    passed = [part for part in parts if part.answer is AnswerKind.MET]
    if those := [part for part in parts if part.answer is AnswerKind.NOT_MET]:
        return _Said(AnswerKind.NOT_MET, _reasons(those), findings=_keys(those))
    if those := [part for part in parts if part.answer is AnswerKind.OPEN]:
        return _open(requirement, those, passed, looked)
    if parts and not passed:
        return _idle(requirement, parts, declared=concerns is not None)
    return _confirmed(requirement, passed, looked) if requirement.confirmation else _met(passed)


def _idle(requirement: Requirement, parts: Sequence[_RuleAnswer], *, declared: bool) -> _Said:
    """What no rule had anything to say about; every deployment has calls, so their descriptions are lacking."""
    if not declared:
        closes = (
            "declare the connection type of every link, the carrier (over) of those that use vnet_injection, and the "
            "services and the sku of the deployment"
        )
        return _Said(AnswerKind.OPEN, "whether it applies is not declared", closes, _keys(parts))
    if any(need.at is TargetKind.SESSION_DESCRIPTION for need in requirement.needs):
        return _Said(AnswerKind.OPEN, _reasons(parts), KINDS[TargetKind.SESSION_DESCRIPTION].closes, _keys(parts))
    return _Said(AnswerKind.NOT_APPLICABLE, _reasons(parts), findings=_keys(parts))


def _applies(condition: Condition, declared: Deployment, looked: Looked) -> bool | None:
    """Whether the requirement applies; an endpoint or client of HTTPS that is audited outweighs the declaration."""
    if condition is Condition.HTTPS and any(looked.targets[kind] or looked.unlooked[kind] for kind in _HTTPS):
        return True
    return applies(condition, declared)


def _met(passed: Sequence[_RuleAnswer]) -> _Said:
    return _Said(AnswerKind.MET, _passed(passed), findings=_keys(passed))


def _open(
    requirement: Requirement, still: Sequence[_RuleAnswer], passed: Sequence[_RuleAnswer], looked: Looked
) -> _Said:
    """Open, unless all that is missing is a rule that the policy does not have, and somebody answers for that."""
    closes = list(dict.fromkeys(one for part in still for one in part.closes))
    if all(part.lacking for part in still) and looked.declared is not None:
        if confirmed := _confirmations(requirement, looked):
            return _by_person(confirmed, passed)
        closes[-1] += f", or {_attest(_statement(requirement))}"
    elif requirement.confirmation and not _confirmations(requirement, looked):
        closes.append(_attest_in(requirement.confirmation, looked))
        closes = list(dict.fromkeys(closes))
    return _Said(AnswerKind.OPEN, _reasons(still), _together(closes), _keys(still))


def _confirmed(requirement: Requirement, passed: Sequence[_RuleAnswer], looked: Looked) -> _Said:
    """What no rule proves is open until somebody confirms it."""
    if confirmed := _confirmations(requirement, looked):
        return _by_person(confirmed, passed)
    what = requirement.not_proved or "no rule proves it"
    statement = requirement.confirmation
    closes = _attest_in(statement, looked)
    return _Said(AnswerKind.OPEN, f"nobody has confirmed {statement}: {what}", closes)


def _by_person(confirmed: tuple[Confirmation, ...], passed: Sequence[_RuleAnswer]) -> _Said:
    who = "; ".join(_named(one) for one in confirmed)
    return _Said(AnswerKind.CONFIRMED, f"confirmed by {who}", findings=_keys(passed), confirmations=confirmed)


def _parts(need: Need, looked: Looked) -> Iterator[_RuleAnswer]:
    """The answer of every rule of the need at every target that it concerns, or those of the other proof."""
    first = tuple(_proof(need, looked))
    still = {part.answer for part in first}
    if need.otherwise is None:
        yield from first
        return
    other = tuple(_parts(need.otherwise, looked))
    answers = {part.answer for part in other}
    if AnswerKind.NOT_MET in answers:
        yield from other
    if AnswerKind.NOT_MET in still or AnswerKind.OPEN not in still:
        yield from first
    elif answers != {AnswerKind.MET}:
        yield from (_or_by(part, KINDS[need.otherwise.at].closes) for part in first)
    elif few := _too_few(need, first, need.otherwise, looked):
        yield few
    else:
        yield from other


def _or_by(part: _RuleAnswer, closes: str) -> _RuleAnswer:
    """The same, with the other proof that would close it."""
    if part.answer is not AnswerKind.OPEN or not part.closes:
        return part
    *others, last = part.closes
    return replace(part, closes=(*others, f"{last}, or {closes}"))


def _too_few(need: Need, first: Sequence[_RuleAnswer], other: Need, looked: Looked) -> _RuleAnswer | None:
    """The other proof is that of one place, so each place where the first is open needs one of its own."""
    there, here = _open_places(need.at, first, looked), len(looked.targets[other.at])
    if there <= here:
        return None
    words = KINDS[other.at].words
    reason = f"{here} {words}{'s' if here > 1 else ''} for {there} places ({KINDS[need.at].words})"
    return _RuleAnswer(AnswerKind.OPEN, reason, closes=(f"audit the {words} of each: {KINDS[other.at].closes}",))


def _open_places(kind: TargetKind, parts: Sequence[_RuleAnswer], looked: Looked) -> int:
    """How many places the parts leave open: sites where targets name theirs, hosts where not.

    Where nobody looked at any target, these are all sites of the deployment.
    """
    still_open = {part.finding.target for part in parts if part.finding and part.answer is AnswerKind.OPEN}
    places = {_standing(target) for target in looked.targets[kind] if target.name in still_open}
    sites = len(looked.declared.sites) if looked.declared and not places else 1
    return max(sites, len(places) + len(looked.unlooked[kind]))


def _standing(target: Target | OwedTarget) -> str:
    if isinstance(target, ServerTarget):
        return f"site {target.site}" if target.site else target.host
    return f"site {target.site}" if isinstance(target, OwedTarget) and target.site else target.name


def _proof(need: Need, looked: Looked) -> Iterator[_RuleAnswer]:
    """The answer of every rule of the need at every target that it concerns."""
    policy = {setting.rule.id for setting in looked.policy.settings}
    targets, unlooked = looked.targets[need.at], looked.unlooked[need.at]
    for rule in need.rules:
        if rule not in policy:
            yield _lacking(rule, looked.policy)
            continue
        yield from (_part(rule, target, need, looked) for target in targets)
        seen_at = (target for target in looked.also[need.at] if (rule, target.name) in looked.findings)
        elsewhere = (_part(rule, target, need, looked) for target in seen_at)
        yield from (part for part in elsewhere if part.answer is AnswerKind.NOT_MET)
    if unlooked:  # endpoints alone are listed and not audited
        were = "was" if len(unlooked) == 1 else "were"
        reason = f"{listed(unlooked)} {were} not audited"
        yield _RuleAnswer(AnswerKind.OPEN, reason, closes=("audit without --offline",))
    if not (targets or unlooked):
        yield _nobody(need, looked)


def _lacking(rule: str, policy: Policy) -> _RuleAnswer:
    """What a rule that the policy does not have leaves open; a person answers for it unless the policy disables it."""
    if rule in dict(policy.disabled):
        reason = f"the policy {policy.id} disables the rule {rule}"
        return _RuleAnswer(AnswerKind.OPEN, reason, closes=(f"judge by a policy that does not disable {rule}",))
    reason = f"the policy {policy.id} does not have the rule {rule}"
    closes = f"judge by a policy that has {rule}, such as one that extends {policy.id} by it"
    return _RuleAnswer(AnswerKind.OPEN, reason, closes=(closes,), lacking=True)


def _broken(rule: str, looked: Looked) -> Iterator[_RuleAnswer]:
    """The violations of a rule, wherever it was asked."""
    for finding in looked.by_rule.get(rule, ()):
        if finding.violations:
            key = FindingKey(rule=rule, target=finding.target)
            yield _RuleAnswer(AnswerKind.NOT_MET, rule, finding.target, _accepted(finding.waiver), finding=key)


def _nobody(need: Need, looked: Looked) -> _RuleAnswer:
    """There is no target of the kind: either the deployment has none, or nobody looked."""
    kind = KINDS[need.at]
    if looked.declared is not None and (reason := why_none(need.at, looked.declared)):
        return _RuleAnswer(AnswerKind.NOT_APPLICABLE, reason)
    return _RuleAnswer(AnswerKind.OPEN, f"no {kind.words} was audited", closes=(kind.closes,))


def _part(rule: str, target: Target | OwedTarget, need: Need, looked: Looked) -> _RuleAnswer:
    key = FindingKey(rule=rule, target=target.name)
    finding = looked.findings.get((rule, target.name))
    if finding is None:
        reason, closes = f"{rule} was not planned", ("audit again by this policy",)
        return _RuleAnswer(AnswerKind.OPEN, reason, target.name, closes=closes)
    if isinstance(target, OwedTarget):
        return _RuleAnswer(AnswerKind.OPEN, "nobody looked", target.name, closes=(target.closes,), finding=key)
    place = "" if isinstance(target, DeploymentTarget) else target.name
    mine = concerning(finding, need.about, looked.declared, looked.places)
    if any(_is_wrong(remark) for remark in mine):
        return _RuleAnswer(AnswerKind.NOT_MET, rule, place, _accepted(finding.waiver), finding=key)
    if mine or (finding.outcome is Outcome.NOT_TESTED and not finding.not_tested):
        return _RuleAnswer(AnswerKind.OPEN, rule, place, f": {_why_open(mine)}", _closing(mine), key)
    if finding.outcome is Outcome.NOT_APPLICABLE:
        return _RuleAnswer(AnswerKind.NOT_APPLICABLE, finding.not_applicable, finding=key)
    return _RuleAnswer(AnswerKind.MET, finding=key)


def _is_wrong(remark: Decisive) -> bool:
    """Whether it deviates from what is required, be it as advice; what is unproven is open instead."""
    return isinstance(remark, Violation) or (isinstance(remark, Warning) and not remark.unproven)


def _why_open(remarks: Sequence[Decisive]) -> str:
    reasons = [remark.observed if isinstance(remark, Violation | Warning) else remark.reason for remark in remarks]
    return listed(dict.fromkeys(reasons)) or "not tested"


def _together(closing: Iterable[str]) -> str:
    """What settles them, each once; all of it is needed."""
    everything = list(dict.fromkeys(closing))
    more = len(everything) - _MOST
    return "; ".join([*everything[:_MOST], *([f"and {more} more"] if more > 0 else [])])


def _closing(remarks: Sequence[Decisive]) -> tuple[str, ...]:
    """What settles all of them, of which none is a violation."""
    return tuple(_closes(remark) for remark in remarks if not isinstance(remark, Violation)) or (_AGAIN,)


def _closes(remark: Warning | Doubt | NotTested) -> str:
    """What settles one: what its rule says, else what its subject suggests."""
    if remark.closes:
        return remark.closes
    if isinstance(remark, NotTested):
        return f"test it: {remark.reason}"
    match remark.subject:
        case DeclaredSubject(part="attestations", names=(statement, *_)):
            return _attest(statement)
        case DeclaredSubject() as subject:
            return f"declare {subject_text(subject)} in the inventory, or prove it by an export (evidence)"
        case DnsNameSubject(name=name):
            return f"--dns, once the resolver answers for {name}"
    return _AGAIN


def _attest_in(statement: str, looked: Looked) -> str:
    if looked.declared is None:
        return f"{KINDS[TargetKind.DEPLOYMENT].closes}, with an attestation of the statement {statement}"
    return _attest(statement)


def _attest(statement: str) -> str:
    return f"add an attestation to the inventory: {{statement: {statement}, by: …, date: …}}"


def _reasons(parts: Sequence[_RuleAnswer]) -> str:
    """Every reason once: with the targets that it holds at, and with the rules that give it there."""
    places: dict[tuple[str, str], dict[str, None]] = {}
    for part in parts:
        places.setdefault((part.reason, part.why), {})[part.place] = None
    rules: dict[tuple[str, str], list[str]] = {}
    for (reason, why), names in places.items():
        at = listed(filter(None, names))
        rules.setdefault((f" at {at}" if at else "", why), []).append(reason)
    return listed(f"{listed(reasons)}{at}{why}" for (at, why), reasons in rules.items())


def _keys(parts: Sequence[_RuleAnswer]) -> tuple[FindingKey, ...]:
    return tuple(dict.fromkeys(part.finding for part in parts if part.finding is not None))


def _passed(parts: Sequence[_RuleAnswer]) -> str:
    rules = dict.fromkeys(part.finding.rule for part in parts if part.finding)
    targets = dict.fromkeys(part.finding.target for part in parts if part.finding)
    return f"{listed(rules)} passed at {listed(targets)}"


def _accepted(waiver: Waiver | None) -> str:
    return f" (waived until {waiver.expires} by {waiver.approved_by})" if waiver else ""


def _statement(requirement: Requirement) -> str:
    """What a person confirms of the requirement, be it because the policy lacks a rule for it."""
    return requirement.confirmation or requirement.id.lower()


def _confirmations(requirement: Requirement, looked: Looked) -> tuple[Confirmation, ...]:
    """The valid confirmations of the requirement's statement."""
    if looked.declared is None:
        return ()
    return tuple(
        Confirmation(statement=one.statement, by=one.by, date=one.date, document=one.document, sha256=one.sha256)
        for one in looked.declared.attestations
        if one.statement == _statement(requirement)
        and names_somebody(one.by)
        and one.date <= looked.today <= last_day(one.date, _years(looked.policy, one.statement))
    )


def _years(policy: Policy, statement: str) -> int:
    """How many years a confirmation is valid, as the policy's rule about attestations says."""
    setting = next((setting for setting in policy.settings if setting.rule.id == _ATTESTATIONS), None)
    if setting is None:
        return _YEARS
    given = setting.params.model_dump()
    own = {row["statement"]: row["years"] for row in given["statements"]}
    return own.get(statement) or int(given["years"])


def _named(confirmation: Confirmation) -> str:
    document = f", {confirmation.document}" if confirmation.document else ""
    return f"{confirmation.by} on {confirmation.date}{document}"
