"""One finding for every promised check, whatever was or was not seen; and nothing passes that was not seen."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.evaluate import evaluate, verdict
from auditor.lab import start
from auditor.model.answer import AnswerKind
from auditor.model.finding import (
    Doubt,
    Finding,
    NotApplicable,
    NotTested,
    Outcome,
    Remark,
    Violation,
    Warning,
    reason_text,
)
from auditor.model.observation import (
    OBSERVATION,
    AcceptedSuite,
    CipherSuitesSeen,
    NotAttempted,
    NotObserved,
    Observation,
    PlaintextSeen,
    RootTrustSeen,
    Seen,
    Undetermined,
    WeaknessSeen,
)
from auditor.model.policy import Policy
from auditor.model.report import Report, Verdict
from auditor.model.rule import Evidence, Params
from auditor.model.severity import Severity
from auditor.model.subject import TARGET, Named
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.model.trust_anchor import TrustAnchor
from auditor.plan import Plan, make_plan
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_policies
from auditor.probes.budget import Limits
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.endpoint import observe
from tests.render import example

AT = datetime(2040, 3, 1, 12, 30, tzinfo=UTC)
LATER = AT + timedelta(days=3)
NAMES = ("sip-compliant", "sip-old-version", "sip-client-certificate-optional", "sip-plaintext")
KINDS = (
    "cipher-suites",
    "certificate-chain",
    "client-certificate",
    "plaintext",
    "groups",
    "signature-schemes",
    "weakness",
)

ABOUT_VERSIONS = {
    "protocol-not-allowed",
    "cipher-suite-not-allowed",
    "protocol-required-missing",
    "protocol-preferred-missing",
}


@pytest.fixture(scope="module")
def audit() -> tuple[Plan, tuple[Observation, ...]]:
    """The strictest policy on four endpoints, and what was seen of them; sslyze's part and port 5060 are made up."""
    with start(AT) as lab:
        chosen = [endpoint for endpoint in lab.endpoints if endpoint.name in NAMES]
        targets = tuple(
            ServerTarget(
                name=e.name, host=e.host, port=e.port, service=e.service, address=e.host, server_name=e.server_name
            )
            for e in chosen
        )
        root = x509.load_pem_x509_certificate(lab.root_pem.read_bytes()).public_bytes(Encoding.DER)
        plan = make_plan(load_policy("acg-strict", [TrustAnchor("root", root, declared=True)]), targets)
        asks = plan.asks.model_copy(
            update={"kinds": plan.asks.kinds - {"weakness"}, "plaintext_ports": frozenset[int]()}
        )
        limits = Limits(connection_seconds=2, settle_seconds=0.02, answer_seconds=0.1)
        role = ClientRole(anchors=plan.policy.anchors)
        seen = [found for target in targets for found in observe(target, asks, limits, AT, role)]
    seen += [
        WeaknessSeen(target=target.name, at=AT, weakness=weakness, vulnerable=False)
        for target in targets[:3]
        for weakness in plan.asks.weaknesses
    ]
    # Port 5060 belongs to the machine the tests run on, so nobody looks at it.
    seen += [
        PlaintextSeen(target=target.name, at=AT, transport=transport, port=5060, answered=False, evidence="closed")
        for target in targets
        for transport in ("tcp", "udp")
    ]
    return plan, tuple(seen)


def outcomes(report: Report) -> dict[tuple[str, str], Outcome]:
    return {(finding.target, finding.rule): finding.outcome for finding in report.findings}


def assert_complete(plan: Plan, report: Report) -> None:
    assert [(f.target, f.rule) for f in report.findings] == [(c.target.name, c.setting.rule.id) for c in plan.checks]
    assert sum(report.counts.values()) == len(plan.checks)
    assert [endpoint.target for endpoint in report.endpoints] == [target.name for target in plan.targets]


def test_the_compliant_endpoint_passes_and_the_faulty_ones_fail(audit: tuple[Plan, tuple[Observation, ...]]) -> None:
    plan, seen = audit
    report = evaluate(plan, seen, AT, AT)
    assert_complete(plan, report)
    found = outcomes(report)
    assert found["sip-old-version", "protocol-not-allowed"] is Outcome.FAIL
    assert found["sip-client-certificate-optional", "client-certificate-not-required"] is Outcome.FAIL
    assert found["sip-plaintext", "plaintext-accepted"] is Outcome.FAIL
    live = {check.setting.rule.id for check in plan.checks if check.setting.rule.observation_kind in KINDS}
    live -= {"required-root-not-announced"}  # has to be asked for
    compliant = {outcome for (target, rule), outcome in found.items() if target == "sip-compliant" and rule in live}
    assert compliant <= {Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.WARN}
    assert report.verdict is Verdict.FAIL


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_part_of_what_was_seen_gives_one_finding_a_check(
    audit: tuple[Plan, tuple[Observation, ...]], data: st.DataObject
) -> None:
    plan, seen = audit
    keep = data.draw(st.lists(st.booleans(), min_size=len(seen), max_size=len(seen)))
    kept = [found for found, kept_too in zip(seen, keep, strict=True) if kept_too]
    order = data.draw(st.permutations(kept))
    report = evaluate(plan, order, AT, LATER)
    assert_complete(plan, report)
    assert not any("please report this as a bug" in reason_text(finding) for finding in report.findings)
    for finding in report.findings:
        assert bool(reason_text(finding)) or finding.outcome not in (Outcome.INCONCLUSIVE, Outcome.NOT_APPLICABLE)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_kind_of_observation_its_rules_are_inconclusive(
    audit: tuple[Plan, tuple[Observation, ...]], kind: str
) -> None:
    plan, seen = audit
    report = evaluate(plan, [found for found in seen if found.kind not in (kind, "not-seen")], AT, AT)
    rules = {c.setting.rule.id for c in plan.checks if c.setting.rule.observation_kind == kind}
    assert rules
    assert {f.outcome for f in report.findings if f.rule in rules} == {Outcome.INCONCLUSIVE}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_losing_suites_of_a_version_never_makes_a_rule_about_versions_pass(
    audit: tuple[Plan, tuple[Observation, ...]], data: st.DataObject
) -> None:
    plan, seen = audit
    suites = [found for found in seen if isinstance(found, CipherSuitesSeen)]
    lost = data.draw(st.lists(st.sampled_from(suites), unique_by=id))
    before = outcomes(evaluate(plan, seen, AT, AT))
    after = outcomes(evaluate(plan, [found for found in seen if found not in lost], AT, AT))
    for key, outcome in after.items():
        if key[1] in ABOUT_VERSIONS:
            assert outcome is not Outcome.PASS or before[key] is Outcome.PASS, key


@pytest.mark.parametrize("kind", KINDS)
def test_a_gap_keeps_its_rules_from_passing(audit: tuple[Plan, tuple[Observation, ...]], kind: str) -> None:
    plan, seen = audit
    gaps = [NotObserved(target=target.name, at=AT, wanted=kind, reason="the wire was cut") for target in plan.targets]
    report = evaluate(plan, [*seen, *gaps], AT, AT)
    rules = {check.setting.rule.id for check in plan.checks if check.setting.rule.observation_kind == kind}
    concerned = [finding for finding in report.findings if finding.rule in rules]
    assert {finding.outcome for finding in concerned} <= {Outcome.FAIL, Outcome.WARN, Outcome.INCONCLUSIVE}
    assert all("the wire was cut" in reason_text(finding) for finding in concerned)


@pytest.mark.parametrize("policy", shipped_policies())
def test_nothing_at_all_was_seen_and_nothing_passes(policy: str) -> None:
    target = ServerTarget(name="one", host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")
    report = evaluate(make_plan(load_policy(policy), (target,)), [], AT, AT)
    assert {finding.outcome for finding in report.findings} == {Outcome.INCONCLUSIVE}
    assert {reason_text(finding) for finding in report.findings} == {"not observed"}
    assert report.verdict is Verdict.INCONCLUSIVE


def test_what_was_seen_of_another_target_counts_for_nothing(audit: tuple[Plan, tuple[Observation, ...]]) -> None:
    plan, seen = audit
    moved = [found.model_copy(update={"target": "elsewhere"}) for found in seen]
    assert {finding.outcome for finding in evaluate(plan, moved, AT, AT).findings} == {Outcome.INCONCLUSIVE}


def test_a_plan_without_targets_is_no_pass() -> None:
    report = evaluate(make_plan(load_policy("acg"), ()), [], AT, AT)
    assert (report.findings, report.verdict) == ((), Verdict.INCONCLUSIVE)


def test_the_same_observations_give_the_same_bytes_but_for_the_time(
    audit: tuple[Plan, tuple[Observation, ...]],
) -> None:
    plan, seen = audit
    first, second = evaluate(plan, seen, AT, AT), evaluate(plan, seen, AT, LATER)
    assert first.model_dump_json() != second.model_dump_json()
    assert first.model_dump_json() == second.model_copy(update={"generated_at": AT}).model_dump_json()
    assert first.model_dump_json() == evaluate(plan, seen, AT, AT).model_dump_json()


def test_observations_survive_being_written_down(audit: tuple[Plan, tuple[Observation, ...]]) -> None:
    plan, seen = audit
    read = [OBSERVATION.validate_json(found.model_dump_json()) for found in seen]
    assert read == list(seen)
    assert json.loads(evaluate(plan, read, AT, AT).model_dump_json()) == json.loads(
        evaluate(plan, seen, AT, AT).model_dump_json()
    )


def one_rule(
    check: Callable[..., Iterator[Remark]], severity: Severity = Severity.MEDIUM, fail_on: Severity = Severity.MEDIUM
) -> Plan:
    """A plan with one check, whose rule does ``check``."""
    policy = load_policy("acg")
    (setting,) = [setting for setting in policy.settings if setting.rule.id == "plaintext-accepted"]
    rule = replace(setting.rule, check=check)
    policy = replace(policy, settings=(replace(setting, rule=rule, severity=severity),), fail_on=fail_on)
    target = ServerTarget(name="one", host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")
    return make_plan(policy, (target,))


SEEN = PlaintextSeen(target="one", at=AT, transport="tcp", port=5061, answered=False)
WRONG = Violation(subject=Named(name="port"), expected="silence", observed="an answer")
OPEN = Doubt(subject=Named(name="port"), reason="nobody knows")
NOTHING = NotApplicable(reason="it is an HTTPS endpoint")


def judged(*remarks: Remark, severity: Severity = Severity.MEDIUM) -> Report:
    return evaluate(one_rule(lambda _evidence, _params: iter(remarks), severity), [SEEN], AT, AT)


@pytest.mark.parametrize(
    ("remarks", "outcome"),
    [
        ((), Outcome.PASS),
        ((NOTHING,), Outcome.NOT_APPLICABLE),
        ((NOTHING, OPEN), Outcome.INCONCLUSIVE),
        ((OPEN,), Outcome.INCONCLUSIVE),
        ((WRONG,), Outcome.FAIL),
        ((OPEN, WRONG, NOTHING), Outcome.FAIL),
    ],
)
def test_a_violation_outranks_a_doubt_and_a_doubt_outranks_an_excuse(
    remarks: tuple[Remark, ...], outcome: Outcome
) -> None:
    (finding,) = judged(*remarks).findings
    assert finding.outcome is outcome
    assert finding.violations == ((WRONG,) if WRONG in remarks else ())
    assert ("nobody knows" in reason_text(finding)) is (OPEN in remarks)
    assert (finding.not_applicable == NOTHING.reason) is (outcome is Outcome.NOT_APPLICABLE)


def test_a_finding_holds_its_remarks_by_their_kind_and_each_once() -> None:
    warning = Warning(subject=TARGET, expected="proof", observed="none")
    untested = NotTested(subject=TARGET, reason="no option")
    (finding,) = judged(warning, OPEN, untested, WRONG, OPEN, untested, warning).findings
    assert (finding.violations, finding.warnings, finding.doubts) == ((WRONG,), (warning,), (OPEN,))
    assert finding.not_tested == (untested,)
    assert finding.evidence == (WRONG, warning)
    assert reason_text(finding) == "Inconclusive: port: nobody knows; Not tested: no option"


@pytest.mark.parametrize(
    ("whole", "outcome", "reason"),
    [(True, Outcome.NOT_TESTED, "no option"), (False, Outcome.PASS, "Not tested: no option")],
)
def test_what_was_not_tested_is_no_pass_where_there_is_nothing_else_to_judge(
    outcome: Outcome, reason: str, *, whole: bool
) -> None:
    (finding,) = judged(NotTested(subject=TARGET, reason="no option", whole=whole)).findings
    assert (finding.outcome, reason_text(finding)) == (outcome, reason)


def test_a_check_whose_observation_needs_an_option_is_not_tested() -> None:
    gap = NotAttempted(target="one", at=AT, wanted="plaintext", reason="it needs an option")
    (finding,) = evaluate(one_rule(lambda _evidence, _params: iter(())), [gap], AT, AT).findings
    assert (finding.outcome, reason_text(finding)) == (Outcome.NOT_TESTED, "it needs an option")


def test_what_is_true_of_a_rule_stands_once_in_the_report() -> None:
    plan = one_rule(lambda _evidence, _params: iter([WRONG]), Severity.LOW)
    report = evaluate(plan, [SEEN], AT, AT)
    (setting,) = plan.policy.settings
    (summary,) = report.rules.values()
    assert list(report.rules) == ["plaintext-accepted"]
    assert (summary.title, summary.group) == (setting.rule.title, setting.rule.group)
    assert summary.severity is Severity.LOW
    assert summary.remedy == " ".join(setting.rule.remedy_for(setting.params).split())


def test_what_the_policy_does_not_judge_is_named() -> None:
    target = ServerTarget(name="it", host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")
    report = evaluate(make_plan(replace(load_policy("acg"), settings=()), (target,)), [], AT, AT)
    assert "The policy acg has no rule for it." in report.notes


@pytest.mark.parametrize(("severity", "outcome"), [(Severity.LOW, Outcome.WARN), (Severity.MEDIUM, Outcome.FAIL)])
def test_a_violation_below_the_threshold_is_a_warning(severity: Severity, outcome: Outcome) -> None:
    (finding,) = judged(WRONG, severity=severity).findings
    assert finding.outcome is outcome


def test_the_threshold_can_be_overridden() -> None:
    plan = one_rule(lambda _evidence, _params: iter([WRONG]), Severity.LOW)
    assert evaluate(plan, [SEEN], AT, AT).verdict is Verdict.PASS
    report = evaluate(plan, [SEEN], AT, AT, Severity.LOW)
    assert (report.verdict, report.fail_on) == (Verdict.FAIL, Severity.LOW)


@pytest.mark.parametrize("error", [ValueError("secret"), KeyError("x"), RecursionError(), SystemExit(0)])
@pytest.mark.parametrize("late", [False, True])
def test_a_rule_that_breaks_is_inconclusive_and_shows_no_data(error: BaseException, *, late: bool) -> None:
    def check(_evidence: Evidence[Seen], _params: Params) -> Iterator[Remark]:
        if late:
            yield WRONG
        raise error

    (finding,) = evaluate(one_rule(check), [SEEN], AT, AT).findings
    assert finding.outcome is Outcome.INCONCLUSIVE
    assert reason_text(finding) == f"the rule failed with {type(error).__name__}; please report this as a bug"


@pytest.mark.parametrize("remark", ["wrong", None, Violation, ("subject", "expected", "observed")])
def test_what_is_no_remark_is_inconclusive(remark: Any) -> None:
    (finding,) = evaluate(one_rule(lambda _evidence, _params: iter([remark])), [SEEN], AT, AT).findings
    assert finding.outcome is Outcome.INCONCLUSIVE
    assert "which is no remark" in reason_text(finding)


def test_a_kind_of_violation_is_a_violation() -> None:
    class Own(Violation):
        """As a package of somebody else might have."""

    own = Own(subject=TARGET, expected="e", observed="o")
    (finding,) = evaluate(one_rule(lambda _evidence, _params: iter([own])), [SEEN], AT, AT).findings
    assert finding.outcome is Outcome.FAIL


def test_a_check_is_shown_only_its_own_kind_and_never_nothing() -> None:
    got: list[tuple[Seen, ...]] = []

    def check(evidence: Evidence[Seen], _params: Params) -> Iterator[Remark]:
        got.append(evidence.seen)
        return iter(())

    suites = CipherSuitesSeen(target="one", at=AT, version=ProtocolVersion.TLS_1_2)
    evaluate(one_rule(check), [suites, SEEN, SEEN.model_copy(update={"target": "two"})], AT, AT)
    evaluate(one_rule(check), [suites], AT, AT)
    assert got == [(SEEN,)]


def test_a_reason_names_its_subjects_and_counts_those_it_leaves_out() -> None:
    doubts = [Doubt(subject=Named(name=f"suite {number}"), reason="silence") for number in range(5)]
    (finding,) = judged(*doubts, OPEN).findings
    assert reason_text(finding) == "suite 0, suite 1, suite 2 and 2 more: silence; port: nobody knows"


def test_a_reason_names_a_subject_once_and_the_target_of_the_finding_not_at_all() -> None:
    twice = [Doubt(subject=Named(name="TLSv1.3"), reason="silence")] * 2
    (finding,) = judged(*twice, Doubt(subject=TARGET, reason="not tested for")).findings
    assert finding.doubts == (twice[0], Doubt(subject=TARGET, reason="not tested for"))
    assert reason_text(finding) == "TLSv1.3: silence; not tested for"


def finding(outcome: Outcome, severity: Severity) -> Finding:
    return Finding(rule=severity.value, target="one", outcome=outcome)


RULES = {severity.value: example.summary(severity=severity) for severity in Severity}


@pytest.mark.parametrize("fail_on", Severity)
def test_the_verdict_of_any_two_findings(fail_on: Severity) -> None:
    for pair in product(product(Outcome, (Severity.LOW, Severity.HIGH)), repeat=2):
        findings = [finding(outcome, severity) for outcome, severity in pair]
        outcomes_ = {outcome for outcome, _ in pair}
        decisive = {outcome for outcome, severity in pair if severity.rank >= fail_on.rank}
        if Outcome.FAIL in outcomes_:
            expected = Verdict.FAIL
        elif Outcome.INCONCLUSIVE in decisive or not outcomes_ & {Outcome.PASS, Outcome.WARN}:
            expected = Verdict.INCONCLUSIVE
        else:
            expected = Verdict.PASS
        assert verdict(findings, RULES, fail_on) is expected, pair


@pytest.mark.parametrize(
    ("answer", "severity", "expected"),
    [
        (AnswerKind.OPEN, Severity.MEDIUM, Verdict.INCONCLUSIVE),
        (AnswerKind.OPEN, Severity.LOW, Verdict.PASS),
        (AnswerKind.MET, Severity.HIGH, Verdict.PASS),
        (AnswerKind.NOT_MET, Severity.HIGH, Verdict.PASS),
    ],
)
def test_an_open_requirement_that_must_be_answered_keeps_the_verdict_open(
    answer: AnswerKind, severity: Severity, expected: Verdict
) -> None:
    required = example.answer("X-1", answer).model_copy(update={"severity": severity})
    passed = finding(Outcome.PASS, Severity.HIGH)
    assert verdict([passed], RULES, Severity.MEDIUM, [required]) is expected
    failed = finding(Outcome.FAIL, Severity.HIGH)
    assert verdict([passed, failed], RULES, Severity.MEDIUM, [required]) is Verdict.FAIL


@pytest.mark.parametrize(
    ("outcomes_", "expected"),
    [
        ((), Verdict.INCONCLUSIVE),
        ((Outcome.PASS,), Verdict.PASS),
        ((Outcome.WARN,), Verdict.PASS),
        ((Outcome.WAIVED,), Verdict.INCONCLUSIVE),
        ((Outcome.WAIVED, Outcome.PASS), Verdict.PASS),
        ((Outcome.NOT_APPLICABLE,), Verdict.INCONCLUSIVE),
        ((Outcome.NOT_TESTED,), Verdict.INCONCLUSIVE),
        ((Outcome.PASS, Outcome.INCONCLUSIVE), Verdict.INCONCLUSIVE),
        ((Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL), Verdict.FAIL),
    ],
)
def test_the_verdict_table(outcomes_: tuple[Outcome, ...], expected: Verdict) -> None:
    assert verdict([finding(outcome, Severity.HIGH) for outcome in outcomes_], RULES, Severity.MEDIUM) is expected


@pytest.fixture
def sip() -> ServerTarget:
    return ServerTarget(name="one", host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")


def test_a_port_the_policy_names_and_nobody_looked_at_is_open(sip: ServerTarget) -> None:
    """The observations were made for another policy, with other ports."""
    report = evaluate(make_plan(load_policy("acg"), (sip,)), [SEEN], AT, AT)
    (found,) = [finding for finding in report.findings if finding.rule == "plaintext-accepted"]
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "5060" in reason_text(found)


def test_suites_seen_twice_count_with_the_worse_answer(sip: ServerTarget) -> None:
    def suites(version: ProtocolVersion, *accepted: str) -> CipherSuitesSeen:
        return CipherSuitesSeen(
            target="one", at=AT, version=version, accepted=tuple(AcceptedSuite(name=name) for name in accepted)
        )

    old = suites(ProtocolVersion.TLS_1_0, "TLS_RSA_WITH_AES_128_CBC_SHA")
    rest = [suites(version) for version in ProtocolVersion]
    plan = make_plan(load_policy("acg"), (sip,))
    for order in ([old, *rest], [*rest, old]):
        found = outcomes(evaluate(plan, order, AT, AT))
        assert found["one", "protocol-not-allowed"] is Outcome.FAIL


def test_an_undetermined_suite_that_is_allowed_does_not_matter(sip: ServerTarget) -> None:
    policy: Policy = load_policy("acg")
    allowed = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    seen = [
        CipherSuitesSeen(
            target="one",
            at=AT,
            version=version,
            refused=("TLS_RSA_WITH_NULL_SHA",),
            undetermined=(Undetermined(subject=allowed, reason="silence"),) if version == "TLSv1.2" else (),
        )
        for version in ProtocolVersion
    ]
    found = outcomes(evaluate(make_plan(policy, (sip,)), seen, AT, AT))
    assert found["one", "cipher-suite-not-allowed"] is Outcome.PASS


def test_a_version_that_refuses_every_usable_suite_and_leaves_others_open_is_no_pass(sip: ServerTarget) -> None:
    policy = load_policy("acg")
    (setting,) = [setting for setting in policy.settings if setting.rule.id == "cipher-suite-none-usable"]
    usable = setting.params.lists()  # type: ignore[attr-defined]  # SuiteLists
    seen = [
        CipherSuitesSeen(
            target="one",
            at=AT,
            version=version,
            refused=usable.get(version, ()),
            undetermined=(Undetermined(subject="TLS_RSA_WITH_AES_128_CBC_SHA", reason="silence"),),
        )
        for version in ProtocolVersion
    ]
    found = outcomes(evaluate(make_plan(policy, (sip,)), seen, AT, AT))
    assert found["one", "cipher-suite-none-usable"] is not Outcome.PASS


@pytest.mark.parametrize(
    ("version", "judged", "noted"),
    [
        ("2039.02", datetime(2040, 2, 1, tzinfo=UTC), False),
        ("2039.02", datetime(2040, 2, 2, 0, 0, 1, tzinfo=UTC), True),
        ("2026.11", AT, True),
        ("2040.03", AT, False),
        ("1", AT, False),
        ("2039.13", AT, False),
        ("2026-11-21", AT, True),
        ("2040-03-01", AT, False),
        ("2026-11-21-rc1", AT, False),
    ],
)
def test_a_policy_older_than_a_year_says_so(sip: ServerTarget, version: str, judged: datetime, *, noted: bool) -> None:
    policy = replace(load_policy("acg"), version=version)
    (note,) = evaluate(make_plan(policy, (sip,)), [], judged, judged).notes or (None,)
    assert bool(note) == noted
    assert note is None or f"acg {version} is more than a year old" in note


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-10-19T23:00:00-12:00", "2026-10-20T11:00:00+00:00"),
        ("2026-10-20T00:30:00+14:00", "2026-10-19T10:30:00+00:00"),
        ("2026-10-20T00:30:00", "2026-10-20T00:30:00+00:00"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_dates_are_those_of_utc(sip: ServerTarget, given: str, meant: str) -> None:
    moment = datetime.fromisoformat(given)
    assert evaluate(make_plan(load_policy("acg"), (sip,)), [], moment, moment).observed_at.isoformat() == meant


def test_what_the_policy_disables_is_said(sip: ServerTarget, tmp_path: Path) -> None:
    path = tmp_path / "acg.yaml"
    path.write_text(
        "id: acg\nversion: '1'\ntitle: t\nextends: acg\n"
        "disable: [{rule: client-certificate-not-required, reason: the trunk is private}]\n",
        encoding="utf-8",
    )
    (note,) = evaluate(make_plan(load_policy(str(path)), (sip,)), [], AT, AT).notes
    assert "client-certificate-not-required (the trunk is private)" in note


def test_the_age_of_a_policy_is_that_of_the_day_the_report_is_written(sip: ServerTarget) -> None:
    plan = make_plan(replace(load_policy("acg"), version="2026.11"), (sip,))
    seen = datetime(2026, 12, 1, tzinfo=UTC)
    assert evaluate(plan, [], seen, seen).notes == ()
    assert len(evaluate(plan, [], seen, seen + timedelta(days=400)).notes) == 1


def test_a_trust_probe_is_logged_in_the_report(sip: ServerTarget) -> None:
    plan = make_plan(load_policy("acg"), (sip,))
    probed = RootTrustSeen(
        target=sip.name, at=AT, version=ProtocolVersion.TLS_1_3, root="digicert-global-root-g2", trusted=None
    )
    assert any("--trust-probe" in note and sip.name in note for note in evaluate(plan, [probed], AT, AT).notes)
    assert not any("--trust-probe" in note for note in evaluate(plan, [], AT, AT).notes)


def test_what_is_not_promised_of_an_endpoint_is_said_and_is_no_pass() -> None:
    targets = tuple(
        ServerTarget(name=name, host="192.0.2.1", port=5061, service=Service.SIP, address="192.0.2.1")
        for name in "abcd"
    )
    plan = make_plan(load_policy("acg"), targets, offline=True)
    report = evaluate(plan, [], AT, AT)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.notes[-1] == "4 endpoints were not audited, because --offline was used: a, b, c and 1 more."
