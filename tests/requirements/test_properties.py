"""Whatever was found at whatever targets: what is worse, or less, answers no requirement that was open or broken."""

from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.evaluate import evaluate
from auditor.inputs.inventory.read import load_inventory
from auditor.model.answer import AnswerKind
from auditor.model.deployment import Attestation, Deployment
from auditor.model.finding import Doubt, Finding, NotTested, Outcome, Violation, Warning
from auditor.model.policy import Policy
from auditor.model.requirement import Need, Requirement
from auditor.model.subject import TARGET
from auditor.model.target import (
    ClientTarget,
    DeploymentTarget,
    OwedTarget,
    ServerTarget,
    Service,
    SessionDescriptionTarget,
    Target,
    TrustStoreTarget,
)
from auditor.network.conditions import applies
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.requirements import answered
from auditor.requirements.kinds import also_seen_at, is_of
from tests.deployment.test_faults import INVENTORIES

pytestmark = pytest.mark.slow
TODAY = date(2040, 3, 1)
AT = datetime(2040, 3, 1, tzinfo=UTC)
ANSWERED = {AnswerKind.MET, AnswerKind.CONFIRMED}
UNANSWERED = {AnswerKind.OPEN, AnswerKind.NOT_MET}
ALL_TARGETS: tuple[Target, ...] = (
    DeploymentTarget(name="deployment"),
    ServerTarget(name="sbc-a", host="a", port=5061, service=Service.SIP, site="A"),
    ServerTarget(name="sbc-b", host="b", port=5061, service=Service.SIP, site="B"),
    ServerTarget(name="web", host="w", port=443, service=Service.HTTPS),
    ClientTarget(name="client-a", address="193.5.122.1", port=5061, service=Service.SIP),
    ClientTarget(name="client-b", address="193.5.123.1", port=5061, service=Service.SIP),
    ClientTarget(name="bss", address="193.5.122.9", port=443, service=Service.HTTPS),
    SessionDescriptionTarget(name="call.sdp"),
    TrustStoreTarget(name="roots-a.pem"),
)
VIOLATION = Violation(subject=TARGET, expected="e", observed="o")
OUTCOMES: dict[str, dict[str, object]] = {
    "pass": {"outcome": Outcome.PASS},
    "fail": {"outcome": Outcome.FAIL, "violations": (VIOLATION,)},
    "advice": {"outcome": Outcome.WARN, "warnings": (Warning(subject=TARGET, expected="e", observed="o"),)},
    "unproven": {
        "outcome": Outcome.WARN,
        "warnings": (Warning(subject=TARGET, expected="e", observed="o", unproven=True),),
    },
    "doubt": {"outcome": Outcome.INCONCLUSIVE, "doubts": (Doubt(subject=TARGET, reason="r"),)},
    "untested": {"outcome": Outcome.NOT_TESTED, "not_tested": (NotTested(subject=TARGET, reason="r", whole=True),)},
    "in part": {"outcome": Outcome.PASS, "not_tested": (NotTested(subject=TARGET, reason="r"),)},
    "nothing": {"outcome": Outcome.NOT_TESTED},
    "excused": {"outcome": Outcome.NOT_APPLICABLE, "not_applicable": "no need"},
}


@cache
def acg() -> Policy:
    return load_policy("acg")


@cache
def declared() -> Deployment:
    """A deployment in which everything that a person may confirm is confirmed."""
    found = load_inventory(INVENTORIES / "maps.yaml").deployment
    assert found is not None
    statements = dict.fromkeys(entry.confirmation or entry.id.lower() for entry in acg().requirements)
    given = tuple(Attestation(statement=one, by="Head of Voice", date=TODAY) for one in statements)
    return found.model_copy(update={"attestations": given})


def findings_of(targets: tuple[Target, ...], worse: dict[tuple[str, str], str]) -> tuple[Finding, ...]:
    """One finding a check: as ``worse`` says, of what nobody looked at not tested, and a pass otherwise."""
    plan = make_plan(acg(), targets, declared=declared())
    return tuple(
        Finding.model_validate(
            {
                "rule": check.setting.rule.id,
                "target": check.target.name,
                **OUTCOMES[
                    "untested"
                    if isinstance(check.target, OwedTarget)
                    else worse.get((check.setting.rule.id, check.target.name), "pass")
                ],
            }
        )
        for check in plan.checks
    )


def answers(targets: tuple[Target, ...], findings: tuple[Finding, ...]) -> dict[str, AnswerKind]:
    owed = make_plan(acg(), targets, declared=declared()).owed
    return {found.id: found.answer for found in answered(acg(), (*targets, *owed), findings, declared(), TODAY)}


CHECKS = [(finding.rule, finding.target) for finding in findings_of(ALL_TARGETS, {})]
WORSE = st.dictionaries(st.sampled_from(CHECKS), st.sampled_from(sorted(OUTCOMES)), max_size=25)


@given(worse=WORSE, one=st.sampled_from(CHECKS))
@settings(max_examples=25, deadline=None)
def test_a_violation_more_or_a_finding_less_answers_nothing(
    worse: dict[tuple[str, str], str], one: tuple[str, str]
) -> None:
    findings = findings_of(ALL_TARGETS, worse)
    before = answers(ALL_TARGETS, findings)
    broken = answers(ALL_TARGETS, findings_of(ALL_TARGETS, {**worse, one: "fail"}))
    less = answers(ALL_TARGETS, tuple(found for found in findings if (found.rule, found.target) != one))
    for id_, answer in before.items():
        if answer in UNANSWERED:
            assert broken[id_] not in ANSWERED
            assert less[id_] not in ANSWERED


@given(worse=WORSE, gone=st.sampled_from(ALL_TARGETS[1:8]))
@settings(max_examples=20, deadline=None)
def test_a_target_less_answers_nothing(worse: dict[tuple[str, str], str], gone: Target) -> None:
    # A violation that only this target shows is not known without it.
    worse = {check: outcome for check, outcome in worse.items() if check[1] != gone.name}
    before = answers(ALL_TARGETS, findings_of(ALL_TARGETS, worse))
    left = tuple(target for target in ALL_TARGETS if target is not gone)
    after = answers(left, findings_of(left, worse))
    assert not [id_ for id_, answer in before.items() if answer in UNANSWERED and after[id_] in ANSWERED]


def is_proven(need: Need, outcomes: dict[tuple[str, str], Outcome]) -> bool:
    """Whether every rule of the need passed, or was excused, at every target of the kind, of which there is one."""
    rules = {setting.rule.id for setting in acg().settings}
    here = [target for target in ALL_TARGETS if is_of(target, need.at)]
    also = [target for target in ALL_TARGETS if also_seen_at(target, need.at)]
    fine = {Outcome.PASS, Outcome.NOT_APPLICABLE, *(() if need.about.advice else (Outcome.WARN,))}
    return (
        bool(here)
        and all(outcomes[rule, target.name] in fine for rule in need.rules if rule in rules for target in here)
        and not any(outcomes.get((rule, target.name)) is Outcome.FAIL for rule in need.rules for target in also)
    )


def concern(requirement: Requirement) -> bool:
    return not requirement.provider and applies(requirement.applies, declared()) is not False


@given(worse=WORSE)
@settings(max_examples=25, deadline=None)
def test_what_is_met_has_passed_everywhere(worse: dict[tuple[str, str], str]) -> None:
    findings = findings_of(ALL_TARGETS, worse)
    outcomes = {(found.rule, found.target): found.outcome for found in findings}
    found = answers(ALL_TARGETS, findings)
    for requirement in filter(concern, acg().requirements):
        proven = all(
            is_proven(need, outcomes) or (need.otherwise and is_proven(need.otherwise, outcomes))
            for need in requirement.needs
        )
        if found[requirement.id] in ANSWERED:
            assert proven, requirement.id
            assert not any(outcomes[check] is Outcome.FAIL for check in CHECKS if check[0] in requirement.breaks)


def test_everything_can_be_answered() -> None:
    found = answers(ALL_TARGETS, findings_of(ALL_TARGETS, {}))
    assert not {id_: answer for id_, answer in found.items() if answer in UNANSWERED}


def test_a_report_without_any_observation_answers_nothing_that_a_rule_proves() -> None:
    plan = make_plan(acg(), ALL_TARGETS, declared=declared())
    report = evaluate(plan, (), AT, AT)
    assert {found.answer for found in report.requirements} == {AnswerKind.OPEN, AnswerKind.PROVIDER}
