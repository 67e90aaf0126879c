"""Two reports compared: every step of an outcome, what is noise, and what is new."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.diff import Change, Difference, Direction, compare
from auditor.model.answer import AnswerKind
from auditor.model.finding import Doubt, Finding, NotTested, Outcome, Violation, Warning
from auditor.model.report import Report, Verdict
from auditor.model.severity import Severity
from auditor.model.subject import (
    TARGET,
    CertificateSubject,
    CertificationRequestSubject,
    CipherSuiteSubject,
    Named,
    PrivateKeySubject,
    RootSubject,
    Subject,
    subject_text,
)
from tests.render import example

F, I, W, N, V, P, A = (
    Outcome.FAIL,
    Outcome.INCONCLUSIVE,
    Outcome.WARN,
    Outcome.NOT_TESTED,
    Outcome.WAIVED,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)


def finding(outcome: Outcome, *subjects: str, rule: str = "a", target: str = "x:1", reason: str = "") -> Finding:
    return Finding(
        rule=rule,
        target=target,
        outcome=outcome,
        violations=tuple(violation(Named(name=subject)) for subject in subjects),
        doubts=(Doubt(subject=TARGET, reason=reason),) if reason else (),
    )


def violation(subject: Subject) -> Violation:
    return Violation(subject=subject, expected="e", observed="o")


def of(*subjects: Subject) -> Finding:
    return finding(F).model_copy(update={"violations": tuple(map(violation, subjects))})


def report(*findings: Finding, severity: Severity = Severity.HIGH) -> Report:
    rules = {one.rule: example.summary(severity=severity) for one in findings}
    return example.report(findings, (), Verdict.FAIL, rules=rules)


def difference(old: Finding | None, new: Finding | None) -> Difference:
    return compare(report(*((old,) if old else ())), report(*((new,) if new else ())))


def change(old: Finding | None, new: Finding | None) -> Change:
    (only,) = difference(old, new).changes
    return only


# Row: before; column: after, in the order F I W N V P A.  w worse, b better, c changed, . the same.
STEPS = {
    F: ".ccccbc",
    I: "w.cccbc",
    W: "ww.ccbc",
    N: "wcw.cbc",
    V: "wwwc.bc",
    P: "wwwww.c",
    A: "wwwcwc.",
}


@pytest.mark.parametrize("before", STEPS)
def test_every_step_has_its_direction_and_only_a_proof_is_better(before: Outcome) -> None:
    letters = {Direction.WORSE: "w", Direction.BETTER: "b", Direction.CHANGED: "c"}
    found = ""
    for after in (F, I, W, N, V, P, A):
        changes = difference(finding(before), finding(after)).changes
        found += letters[changes[0].direction] if changes else "."
    assert found == STEPS[before]


def test_every_failure_that_was_none_is_new_and_no_other() -> None:
    for before in Outcome:
        for after in Outcome:
            expected = after is F and before is not F
            assert bool(difference(finding(before), finding(after)).new_failures) == expected


def test_one_more_subject_of_a_failure_is_a_new_failure() -> None:
    found = change(finding(F, "s1"), finding(F, "s1", "s2"))
    assert (found.direction, found.new_failure) == (Direction.WORSE, True)
    assert [seen.subject for seen in found.added] == [Named(name="s2")]
    assert found.removed == ()


def test_a_subject_less_is_better_and_an_exchange_is_worse() -> None:
    assert change(finding(F, "s1", "s2"), finding(F, "s1")).direction is Direction.BETTER
    swapped = change(finding(F, "s1"), finding(F, "s2"))
    assert (swapped.direction, swapped.new_failure) == (Direction.WORSE, True)
    assert [subject_text(seen.subject) for seen in (*swapped.added, *swapped.removed)] == ["s2", "s1"]


def test_a_subject_less_is_not_better_where_something_was_left_open() -> None:
    found = change(finding(F, "s1", "s2"), finding(F, "s1", reason="no answer"))
    assert (found.direction, found.reason) == (Direction.CHANGED, "Inconclusive: no answer")
    untested = (NotTested(subject=TARGET, reason="no option"),)
    found = change(finding(F, "s1", "s2"), finding(F, "s1").model_copy(update={"not_tested": untested}))
    assert (found.direction, found.reason) == (Direction.CHANGED, "Not tested: no option")


def test_a_failure_that_became_a_warning_is_better_only_if_something_was_fixed() -> None:
    assert change(finding(F, "s1"), finding(W, "s1")).direction is Direction.CHANGED
    assert change(finding(F, "s1", "s2"), finding(W, "s1")).direction is Direction.BETTER


def test_more_subjects_of_what_is_waived_are_shown_and_are_no_new_failure() -> None:
    found = change(finding(V, "s1"), finding(V, "s1", "s2"))
    assert (found.direction, found.new_failure) == (Direction.CHANGED, False)


@pytest.mark.parametrize("after", [I, N, A])
def test_violations_are_not_gone_where_nobody_could_look(after: Outcome) -> None:
    assert change(finding(F, "s1"), finding(after)).removed == ()


def test_the_same_subject_twice_is_one_more() -> None:
    assert len(change(finding(F, "s1"), finding(F, "s1", "s1")).added) == 1


def test_checks_that_came_or_went_say_so_and_a_failure_among_them_is_new() -> None:
    came, went = change(None, finding(F, "s")), change(finding(F, "s"), None)
    assert (came.direction, came.before, came.after, came.new_failure) == (Direction.APPEARED, None, F, True)
    assert (went.direction, went.before, went.after, went.new_failure) == (Direction.DISAPPEARED, F, None, False)
    assert change(None, finding(P)).new_failure is False


def test_a_renewed_certificate_counted_days_and_later_times_are_no_difference() -> None:
    old, new = (
        of(CertificateSubject(name="sbc", sha256=digest, position=1, chain="x", chain_sha256=digest))
        for digest in ("0123456789ab", "ba9876543210")
    )
    later = report(
        new.model_copy(update={"violations": (new.violations[0].model_copy(update={"observed": "in 9 days"}),)})
    )
    later = later.model_copy(
        update={
            "observed_at": later.observed_at + timedelta(days=5),
            "generated_at": later.generated_at + timedelta(days=5),
        }
    )
    found = compare(report(old), later)
    assert (found.changes, found.unchanged) == ((), 1)


def test_the_root_of_a_renewed_certificate_is_the_same_subject() -> None:
    old, new = (
        of(RootSubject(root="root", chain="sbc", chain_sha256=digest)) for digest in ("0123456789ab", "ba9876543210")
    )
    assert difference(old, new).changes == ()
    assert difference(finding(F, "root, root of sbc"), new).changes == ()
    assert change(old, of(RootSubject(root="other", chain="sbc", chain_sha256="0123456789ab"))).new_failure


def test_a_new_certification_request_is_no_difference_and_a_new_private_key_is_one() -> None:
    requests = [of(CertificationRequestSubject(name="sbc", sha256=digest)) for digest in ("00", "11")]
    assert difference(*requests).changes == ()
    keys = [of(PrivateKeySubject(sha256=digest)) for digest in ("00", "11")]
    assert change(*keys).new_failure


def test_the_same_suite_in_another_version_is_another_subject() -> None:
    old, new = (of(CipherSuiteSubject(version=version, suite="S")) for version in ("TLSv1.1", "TLSv1.2"))
    assert change(old, new).new_failure


def test_a_subject_that_is_a_text_alone_is_compared_with_the_text_of_another() -> None:
    certificate = CertificateSubject(name="CN=sbc", sha256="0123456789ab", position=2)
    assert difference(finding(F, "CN=sbc, certificate 2"), of(certificate)).changes == ()
    assert change(finding(F, "CN=sbc, certificate 1"), of(certificate)).new_failure


def test_a_warning_is_compared_as_a_violation_is() -> None:
    warning = Warning(subject=Named(name="s"), expected="e", observed="o")
    warned = finding(W).model_copy(update={"warnings": (warning,)})
    assert difference(finding(W, "s"), warned).changes == ()
    assert [seen.observed for seen in change(finding(W), warned).added] == ["o"]


def test_connections_and_seconds_are_no_difference() -> None:
    endpoints = tuple(
        endpoint.model_copy(update={"connections": 99, "seconds": 99.9}) for endpoint in example.ENDPOINTS
    )
    found = compare(example.REPORT, example.REPORT.model_copy(update={"endpoints": endpoints}))
    assert found.changes == ()
    assert (found.endpoints_appeared, found.endpoints_disappeared, found.judged_differently) == ((), (), ())


def test_endpoints_that_came_and_went_are_named() -> None:
    found = compare(example.REPORT, example.COMPLIANT)
    assert found.endpoints_disappeared == example.TARGETS[1:]
    assert compare(example.COMPLIANT, example.REPORT).endpoints_appeared == example.TARGETS[1:]


def test_a_change_of_policy_threshold_or_auditor_is_named() -> None:
    def judged(**update: object) -> tuple[str, ...]:
        policy = example.REPORT.policy.model_copy(update=update)
        return compare(example.REPORT, example.REPORT.model_copy(update={"policy": policy})).judged_differently

    assert judged(id="mine") == ("the policy changed: acg 2026.11, now mine 2026.11",)
    assert judged(version="2026.12") == ("the version of the policy acg changed: 2026.11, now 2026.12",)
    (said,) = judged(sha256="0" * 64)
    assert said.startswith("the policy's requirements changed: SHA-256 5f70bf")
    other = example.REPORT.model_copy(update={"fail_on": Severity.LOW, "auditor_version": "9"})
    assert compare(example.REPORT, other).judged_differently == (
        "violations failed at severity medium or above, now at low or above",
        "the version of the auditor changed: 0.1.0, now 9",
    )


def test_a_doubt_is_new_where_it_matters_and_was_none() -> None:
    assert difference(finding(P), finding(I)).new_doubts
    assert difference(None, finding(I)).new_doubts
    assert not difference(finding(F), finding(I)).new_doubts
    assert not difference(finding(I), finding(I)).new_doubts
    low = compare(report(finding(P)), report(finding(I), severity=Severity.LOW))
    assert low.changes
    assert not low.new_doubts


FINDINGS = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["x:1", "y:2"])),
    st.tuples(st.sampled_from(Outcome), st.lists(st.sampled_from(["s1", "s2", "s3"]), max_size=4)),
).map(
    lambda found: report(
        *(finding(outcome, *subjects, rule=rule, target=at) for (rule, at), (outcome, subjects) in found.items())
    )
)


@given(FINDINGS)
def test_a_report_does_not_differ_from_itself(one: Report) -> None:
    found = compare(one, one)
    assert (found.changes, found.unchanged, found.compared) == ((), len(one.findings), len(one.findings))


@given(FINDINGS, FINDINGS)
def test_every_check_of_either_report_is_accounted_for_once(old: Report, new: Report) -> None:
    found = compare(old, new)
    keys = [(change.rule, change.target) for change in found.changes]
    assert len(keys) == len(set(keys))
    every = {(one.rule, one.target) for one in (*old.findings, *new.findings)}
    assert set(keys) <= every
    assert len(keys) + found.unchanged == len(every)


@given(FINDINGS, FINDINGS)
def test_what_fails_now_and_did_not_is_always_found(old: Report, new: Report) -> None:
    failed = {(one.rule, one.target) for one in old.findings if one.outcome is F}
    now = {(one.rule, one.target) for one in new.findings if one.outcome is F}
    assert now - failed <= {(change.rule, change.target) for change in compare(old, new).new_failures} <= now


def test_every_step_of_an_answer_has_its_direction_and_only_a_proof_is_better() -> None:
    letters = {Direction.WORSE: "w", Direction.BETTER: "b", Direction.CHANGED: "c"}
    kinds = tuple(AnswerKind)
    found = {}
    for before in kinds:
        old, new = (
            [example.answered(report(), example.answer("R", kind)) for kind in these]
            for these in ((before,) * len(kinds), kinds)
        )
        steps = [compare(one, other).requirements for one, other in zip(old, new, strict=True)]
        found[before.value] = "".join(letters[step[0].direction] if step else "." for step in steps)
    assert found == {  # after: not met, open, confirmed, met, provider, not applicable
        "not-met": ".cbbcc",
        "open": "w.bbcc",
        "confirmed": "ww.ccc",
        "met": "wwc.cc",
        "provider": "wwcc.c",
        "not-applicable": "wwccc.",
    }


def test_requirements_that_only_one_report_has_are_not_compared() -> None:
    old = example.answered(report(), example.answer("gone", AnswerKind.MET), example.answer("R", AnswerKind.MET))
    new = example.answered(report(), example.answer("came", AnswerKind.OPEN), example.answer("R", AnswerKind.MET))
    assert compare(old, new).requirements == ()
    assert compare(report(), new).requirements == compare(old, report()).requirements == ()


@pytest.mark.parametrize(
    ("required", "severity", "kind", "count"),
    [
        (True, Severity.HIGH, AnswerKind.OPEN, 1),
        (False, Severity.HIGH, AnswerKind.OPEN, 0),
        (True, Severity.LOW, AnswerKind.OPEN, 0),
        (True, Severity.HIGH, AnswerKind.NOT_MET, 0),
    ],
)
def test_an_important_requirement_that_is_newly_open_counts_where_every_one_must_be_answered(
    required: bool,  # noqa: FBT001 - a parameter of the test
    severity: Severity,
    kind: AnswerKind,
    count: int,
) -> None:
    old = example.answered(report(), example.answer("R", AnswerKind.MET, severity))
    new = example.answered(report(), example.answer("R", kind, severity), required=required)
    assert len(compare(old, new).new_open) == count
    assert compare(old, report()).new_open == ()
    unmet = example.answered(report(), example.answer("R", AnswerKind.NOT_MET, severity))
    assert compare(unmet, new).new_open == ()
