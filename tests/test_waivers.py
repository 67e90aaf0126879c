"""Waivers change what counts, for as long as they say, and nothing else."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.evaluate import evaluate, verdict
from auditor.model.finding import Finding, Outcome
from auditor.model.report import Verdict
from auditor.model.severity import Severity
from auditor.model.target import ServerTarget, Service
from auditor.model.waiver import Waiver, WaiverState
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.waivers import WAIVABLE, apply_waivers, concerns
from tests.render import example

DAY = date(2026, 11, 21)


def waiver(rule: str = "a", target: str = "x:1", expires: date = DAY) -> Waiver:
    return Waiver(rule=rule, target=target, reason="why", approved_by="who", ticket="T-1", expires=expires)


def finding(outcome: Outcome = Outcome.FAIL, rule: str = "a", target: str = "x:1") -> Finding:
    return Finding(rule=rule, target=target, outcome=outcome)


def waived(findings: Sequence[Finding], *waivers: Waiver, day: date = DAY) -> list[Outcome]:
    return [found.outcome for found in apply_waivers(findings, waivers, day)[0]]


SUMMARIES = {rule: example.summary() for rule in "abc"}
RULES = st.sampled_from(["a", "b", "c"])
TARGETS = st.sampled_from(["x:1", "x:2", "[2001:db8::1]:1", "y@192.0.2.1"])
FINDINGS = st.lists(st.builds(finding, st.sampled_from(Outcome), RULES, TARGETS), max_size=12)
WAIVERS = st.lists(
    st.builds(
        waiver,
        RULES,
        st.one_of(TARGETS, st.sampled_from(["*", "x:?", "[2001*", "X:1", "y@*", "x"])),
        st.integers(-2, 2).map(lambda days: DAY + timedelta(days=days)),
    ),
    max_size=6,
)


@given(FINDINGS, WAIVERS, WAIVERS)
def test_more_waivers_never_change_a_finding_that_they_do_not_name(
    findings: list[Finding], waivers: list[Waiver], more: list[Waiver]
) -> None:
    before, _ = apply_waivers(findings, waivers, DAY)
    after, _ = apply_waivers(findings, [*waivers, *more], DAY)
    for original, old, new in zip(findings, before, after, strict=True):
        if not any(concerns(one, original) and one.expires >= DAY for one in more):
            assert new == old
        else:
            assert new.outcome is Outcome.WAIVED


@given(FINDINGS, WAIVERS)
def test_every_finding_stays_in_its_place_with_all_it_says(findings: list[Finding], waivers: list[Waiver]) -> None:
    after, _ = apply_waivers(findings, waivers, DAY)
    assert [found.model_copy(update={"outcome": was.outcome, "waiver": None}) for was, found in
            zip(findings, after, strict=True)] == findings  # fmt: skip
    for was, found in zip(findings, after, strict=True):
        assert (found.waiver is not None) == (found is not was)
        if found is not was:
            assert was.outcome in WAIVABLE
            assert found.waiver
            assert found.waiver.expires >= DAY


@given(FINDINGS, WAIVERS)
def test_every_waiver_has_a_state_and_only_the_used_ones_did_anything(
    findings: list[Finding], waivers: list[Waiver]
) -> None:
    after, statuses = apply_waivers(findings, waivers, DAY)
    assert [status.waiver for status in statuses] == waivers
    used = [status.waiver for status in statuses if status.state is WaiverState.USED]
    assert {found.waiver for found in after if found.waiver} <= set(used)
    for status in statuses:
        assert (status.state is WaiverState.EXPIRED) == (status.waiver.expires < DAY)
        assert status.findings == sum(concerns(status.waiver, found) for found in findings)
        assert (status.state is WaiverState.USED) <= (status.findings > 0)
        assert (status.state is WaiverState.UNUSED) <= (status.findings == 0)


@given(FINDINGS, WAIVERS)
def test_waivers_never_turn_a_verdict_to_fail_nor_make_one_pass_without_something_that_passed(
    findings: list[Finding], waivers: list[Waiver]
) -> None:
    after, _ = apply_waivers(findings, waivers, DAY)
    before_verdict, after_verdict = (
        verdict(findings, SUMMARIES, Severity.MEDIUM),
        verdict(after, SUMMARIES, Severity.MEDIUM),
    )
    if before_verdict is not Verdict.FAIL:
        assert after_verdict is not Verdict.FAIL
    if after_verdict is Verdict.PASS:
        assert any(found.outcome in {Outcome.PASS, Outcome.WARN} for found in after)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_a_failure_a_doubt_or_a_warning_is_waived(outcome: Outcome) -> None:
    expected = Outcome.WAIVED if outcome in {Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN} else outcome
    assert waived([finding(outcome)], waiver()) == [expected]


def test_a_waiver_is_valid_through_its_last_day_and_waives_nothing_after_it() -> None:
    for days, outcome in ((-1, Outcome.WAIVED), (0, Outcome.WAIVED), (1, Outcome.FAIL)):
        assert waived([finding()], waiver(), day=DAY + timedelta(days=days)) == [outcome]
    _, (status,) = apply_waivers([finding()], [waiver()], DAY + timedelta(days=1))
    assert (status.state, status.findings) == (WaiverState.EXPIRED, 1)


def test_a_waiver_for_another_rule_target_or_case_does_nothing() -> None:
    others = [waiver(rule="b"), waiver(target="x:2"), waiver(target="X:1"), waiver(target="x"), waiver(target=":1")]
    findings, statuses = apply_waivers([finding()], others, DAY)
    assert findings == (finding(),)
    assert {status.state for status in statuses} == {WaiverState.UNUSED}


def test_a_star_and_a_question_mark_stand_for_characters_and_brackets_for_themselves() -> None:
    six = finding(target="[2001:db8::1]:5061")
    assert waived([six], waiver(target="[2001:db8::1]:5061")) == [Outcome.WAIVED]
    assert waived([six], waiver(target="[2001:db8::?]:*")) == [Outcome.WAIVED]
    assert waived([finding(target="2:5061")], waiver(target="[2001:db8::1]:5061")) == [Outcome.FAIL]


def test_the_first_valid_waiver_is_shown_and_a_second_one_counts_as_used() -> None:
    expired, first, second = (
        waiver(expires=DAY - timedelta(days=1)),
        waiver(target="*"),
        waiver(expires=DAY + timedelta(days=9)),
    )
    (found,), statuses = apply_waivers([finding()], [expired, first, second], DAY)
    assert found.waiver is first
    assert [status.state for status in statuses] == [WaiverState.EXPIRED, WaiverState.USED, WaiverState.USED]


def test_when_everything_is_waived_nothing_has_passed() -> None:
    findings, _ = apply_waivers([finding(), finding(Outcome.INCONCLUSIVE)], [waiver(target="*")], DAY)
    assert verdict(findings, SUMMARIES, Severity.MEDIUM) is Verdict.INCONCLUSIVE
    assert verdict([*findings, finding(Outcome.PASS)], SUMMARIES, Severity.MEDIUM) is Verdict.PASS


def test_a_report_keeps_one_finding_a_check_and_counts_what_is_waived() -> None:
    target = ServerTarget(name="sbc-1", host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")
    plan = make_plan(load_policy("acg"), (target,))
    at = datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)
    rule = plan.checks[0].setting.rule.id
    accepted = [
        waiver(rule, "sbc-*", DAY),
        waiver(rule, "sbc-*", DAY - timedelta(days=1)),
        waiver("cipher-suite-order"),
    ]
    plain, report = evaluate(plan, [], at, at), evaluate(plan, [], at, at, waivers=accepted)
    assert len(report.findings) == len(plan.checks)
    assert [found.rule for found in report.findings if found.outcome is Outcome.WAIVED] == [rule]
    assert report.counts[Outcome.WAIVED] == 1
    assert report.counts[Outcome.INCONCLUSIVE] == plain.counts[Outcome.INCONCLUSIVE] - 1
    assert [status.state for status in report.waivers] == [WaiverState.USED, WaiverState.EXPIRED, WaiverState.UNUSED]
    assert (plain.waivers, report.verdict) == ((), Verdict.INCONCLUSIVE)
