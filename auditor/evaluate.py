"""Evaluation: plan and observations to a report.  Pure; no network, no clock.

Every planned check yields exactly one finding.  A check without an observation, or whose rule failed on one, is
inconclusive with its reason; it is never a pass.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from auditor import __version__
from auditor.model.answer import AnswerKind, RequirementAnswer
from auditor.model.finding import Doubt, Finding, NotApplicable, NotTested, Outcome, Remark, Violation, Warning, listed
from auditor.model.observation import DeploymentSeen, NotAttempted, NotObserved, Observation, RootTrustSeen, Seen
from auditor.model.policy import Policy, RuleSetting
from auditor.model.report import CertificateFacts, PolicyReference, Report, RuleSummary, Verdict
from auditor.model.rule import Evidence
from auditor.model.severity import Severity
from auditor.model.subject import TARGET
from auditor.model.target import OwedTarget, Target
from auditor.model.waiver import Waiver
from auditor.network.basis import basis
from auditor.plan import Check, Plan
from auditor.requirements import answered, completeness
from auditor.summary import owed_summary, summarise
from auditor.waivers import apply_waivers

_FRESH = timedelta(days=366)
"""The greatest age of a policy without a warning, from the first day of the month in its version."""


def evaluate(
    plan: Plan,
    observations: Iterable[Observation],
    at: datetime,
    generated_at: datetime,
    fail_on: Severity | None = None,
    waivers: Sequence[Waiver] = (),
    *,
    complete: bool | None = None,
) -> Report:
    """Judge what was seen at ``at`` by the plan's policy; ``fail_on`` and ``complete`` override the policy's own.

    Waivers and confirmations are judged as of the day of ``at`` too, as everything is that has a date.
    """
    at = _in_utc(at)
    threshold = fail_on or plan.policy.fail_on
    required = plan.policy.complete if complete is None else complete
    by_target: dict[str, list[Observation]] = defaultdict(list)
    observed = list(observations)
    for observation in observed:
        by_target[observation.target].append(observation)
    judged = tuple(
        _finding(check, plan.policy, by_target.get(check.target.name, []), at, threshold) for check in plan.checks
    )
    findings, statuses = apply_waivers(judged, waivers, at.date())
    counts = Counter(finding.outcome for finding in findings)
    rules = _rules(plan)
    certificates: dict[str, CertificateFacts] = {}
    declared = next((seen.declared for seen in observed if isinstance(seen, DeploymentSeen)), None)
    answers = answered(plan.policy, (*plan.targets, *plan.owed), findings, declared, at.date())
    return Report(
        verdict=verdict(findings, rules, threshold, answers if required else ()),
        policy=PolicyReference(
            id=plan.policy.id, version=plan.policy.version, title=plan.policy.title, sha256=plan.policy.sha256
        ),
        auditor_version=__version__,
        generated_at=generated_at,
        observed_at=at,
        fail_on=threshold,
        counts={outcome: counts[outcome] for outcome in Outcome if counts[outcome]},
        rules=rules,
        findings=findings,
        requirements=answers,
        completeness=completeness(answers, required=required),
        endpoints=(
            *(summarise(target, by_target.get(target.name, []), plan.policy, certificates) for target in plan.targets),
            *map(owed_summary, plan.owed),
        ),
        certificates=certificates,
        deployment=declared,
        waivers=statuses,
        notes=(
            *_disabled(plan.policy),
            *_age(plan.policy, max(at, _in_utc(generated_at))),
            *_opt_ins(by_target),
            *_unjudged(plan),
        ),
    )


def _in_utc(at: datetime) -> datetime:
    """The moment with the date that certificates and dated facts mean; one without a zone is taken for UTC."""
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:  # the first or the last day of the calendar
        return at.replace(tzinfo=UTC)


def verdict(
    findings: Iterable[Finding],
    rules: Mapping[str, RuleSummary],
    fail_on: Severity,
    required: Iterable[RequirementAnswer] = (),
) -> Verdict:
    """One failure decides, then a doubt as severe as ``fail_on``; a pass needs at least one passed check.

    A waived finding decides nothing: the audit neither fails nor passes because of it.  Of the ``required`` answers
    none that is as severe as ``fail_on`` may be open.
    """
    outcomes = {finding.outcome for finding in findings}
    doubts = {finding.outcome for finding in findings if rules[finding.rule].severity.rank >= fail_on.rank}
    if Outcome.FAIL in outcomes:
        return Verdict.FAIL
    if Outcome.INCONCLUSIVE in doubts or not outcomes & {Outcome.PASS, Outcome.WARN}:
        return Verdict.INCONCLUSIVE
    if any(found.answer is AnswerKind.OPEN and found.severity.rank >= fail_on.rank for found in required):
        return Verdict.INCONCLUSIVE
    return Verdict.PASS


def _opt_ins(by_target: Mapping[str, Sequence[Observation]]) -> tuple[str, ...]:
    """Name the targets that received forged certificates, so an operator can explain their logs."""
    probed = [name for name, seen in by_target.items() if any(isinstance(found, RootTrustSeen) for found in seen)]
    if not probed:
        return ()
    names = listed(sorted(probed))
    return (f"Trust probe (--trust-probe): forged issuers of the required roots were presented to {names}.",)


def _unjudged(plan: Plan) -> Iterator[str]:
    """Name what this report does not cover."""
    if names := [target.name for target in plan.unconnected]:
        were = "endpoint was" if len(names) == 1 else "endpoints were"
        yield f"{len(names)} {were} not audited, because --offline was used: {listed(names)}."
    if names := [target.name for target in plan.unasked]:
        yield f"The policy {plan.policy.id} has no rule for {listed(names)}."


def _disabled(policy: Policy) -> tuple[str, ...]:
    """Name the rules that the policy switches off."""
    if not policy.disabled:
        return ()
    left_out = "; ".join(f"{rule} ({reason.rstrip('.')})" for rule, reason in policy.disabled)
    return (f"The policy {policy.id} {policy.version} disables rules of the one it extends: {left_out}.",)


def _age(policy: Policy, moment: datetime) -> tuple[str, ...]:
    """Warn about an old policy, whose dated limits may be out of date."""
    written = re.fullmatch(r"(20\d\d)[.-](0[1-9]|1[0-2])([.-](0[1-9]|[12]\d|3[01]))?", policy.version)
    if written is None or moment - datetime(int(written[1]), int(written[2]), 1, tzinfo=UTC) <= _FRESH:
        return ()
    age = f"The policy {policy.id} {policy.version} is more than a year old"
    return (f"{age}: check its dated limits, or use a newer release of the auditor.",)


def _finding(check: Check, policy: Policy, observations: list[Observation], at: datetime, fail_on: Severity) -> Finding:
    setting = check.setting
    if isinstance(check.target, OwedTarget):
        reason = f"nobody looked: {check.target.closes}"
        untested = NotTested(subject=TARGET, reason=reason, whole=True, closes=check.target.closes)
        return Finding(
            rule=setting.rule.id, target=check.target.name, outcome=Outcome.NOT_TESTED, not_tested=(untested,)
        )
    remarks = _remarks(setting, check.target, policy, observations, at)
    outcome = _outcome(remarks, failing=setting.severity.rank >= fail_on.rank)
    whole = any(isinstance(remark, NotTested) and remark.whole for remark in remarks)
    if outcome is Outcome.PASS and (whole or not any(isinstance(seen, setting.rule.observes) for seen in observations)):
        outcome = Outcome.NOT_TESTED
    excuse = next((remark.reason for remark in remarks if isinstance(remark, NotApplicable)), "")
    return Finding(
        rule=setting.rule.id,
        target=check.target.name,
        outcome=outcome,
        violations=_each(remarks, Violation),
        warnings=_each(remarks, Warning),
        doubts=_each(remarks, Doubt),
        not_tested=_each(remarks, NotTested),
        not_applicable=excuse if outcome is Outcome.NOT_APPLICABLE else "",
        basis=basis(observations, setting.rule.rests_on) if setting.rule.observes is DeploymentSeen else (),
    )


R = TypeVar("R", Violation, Warning, Doubt, NotTested)


def _each(remarks: list[Remark], kind: type[R]) -> tuple[R, ...]:
    """The remarks of one kind, each once."""
    return tuple(dict.fromkeys(remark for remark in remarks if isinstance(remark, kind)))


def _outcome(remarks: list[Remark], *, failing: bool) -> Outcome:
    """The worst remark decides; what was not tested because an option is missing does not count."""
    for kind, outcome in (
        (Violation, Outcome.FAIL if failing else Outcome.WARN),
        (Doubt, Outcome.INCONCLUSIVE),
        (Warning, Outcome.WARN),
        (NotApplicable, Outcome.NOT_APPLICABLE),
    ):
        if any(isinstance(remark, kind) for remark in remarks):
            return outcome
    return Outcome.PASS


def _remarks(
    setting: RuleSetting, target: Target, policy: Policy, observations: list[Observation], at: datetime
) -> list[Remark]:
    seen = tuple(found for found in observations if isinstance(found, setting.rule.observes))
    missing = [
        Doubt(subject=TARGET, reason=gap.reason)
        for gap in observations
        if isinstance(gap, NotObserved) and gap.wanted == setting.rule.observation_kind
    ]
    if not seen:
        untested = [
            NotTested(subject=TARGET, reason=gap.reason, closes=gap.closes)
            for gap in observations
            if isinstance(gap, NotAttempted) and gap.wanted == setting.rule.observation_kind
        ]
        return [*missing, *untested] or [Doubt(subject=TARGET, reason="not observed")]
    return [*_judge(setting, Evidence(target, at, seen, policy.anchors)), *missing]


def _judge(setting: RuleSetting, evidence: Evidence[Seen]) -> list[Remark]:
    try:
        remarks: list[object] = list(setting.rule.check(evidence, setting.params))  # a plug-in may yield anything
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a rule that breaks spoils its own finding, never another one
        return [_broken(f"failed with {type(error).__name__}")]
    return [
        remark if isinstance(remark, Remark) else _broken(f"returned {type(remark).__name__}, which is no remark")
        for remark in remarks
    ]


def _broken(problem: str) -> Doubt:
    return Doubt(subject=TARGET, reason=f"the rule {problem}; please report this as a bug")


def _rules(plan: Plan) -> dict[str, RuleSummary]:
    """What is true of every rule that the plan asks, under the parameters and for the policy of this audit."""
    asked = {check.setting.rule.id: check.setting for check in plan.checks}
    return {
        rule_id: RuleSummary(
            title=setting.rule.title,
            group=setting.rule.group,
            severity=setting.severity,
            remedy=setting.rule.remedy_for(setting.params),
            citations=plan.policy.all_citations(setting.rule),
            requirements=plan.policy.requirement_ids(rule_id),
        )
        for rule_id, setting in sorted(asked.items())
    }
