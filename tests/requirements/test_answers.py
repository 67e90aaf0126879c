"""One answer for each requirement: met only when every rule it needs passed at every target it concerns."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from auditor.model.answer import AnswerKind, RequirementAnswer
from auditor.model.deployment import (
    Attestation,
    CommunicationsService,
    Deployment,
    Link,
    Provisioning,
    Region,
    Resource,
    Site,
    Sku,
)
from auditor.model.finding import Doubt, Finding, NotTested, Outcome, Violation, Warning
from auditor.model.policy import Policy
from auditor.model.requirement import (
    About,
    Condition,
    Need,
    Requirement,
    Requirements,
    RequirementSource,
    SourceDocument,
    TargetKind,
)
from auditor.model.severity import Severity
from auditor.model.subject import TARGET, CertificateCaseSubject, DeclaredSubject, DnsNameSubject
from auditor.model.target import (
    CertificateFileTarget,
    ClientTarget,
    DeploymentTarget,
    OwedTarget,
    ServerTarget,
    Service,
    SessionDescriptionTarget,
    Target,
    TrustStoreTarget,
)
from auditor.model.waiver import Waiver
from auditor.policy.read import load_policy
from auditor.requirements import answered, completeness, owed_targets

TODAY = date(2040, 3, 1)
SERVER_RULE, OTHER_RULE = "protocol-not-allowed", "protocol-required-missing"
DECLARED_RULE = "address-missing"
ATTESTATIONS = "attestation-missing"
SITES = DeclaredSubject(part="sites")
A = ServerTarget(name="a", host="a", port=5061, service=Service.SIP, site="A")
B = ServerTarget(name="b", host="b", port=5061, service=Service.SIP, site="B")
WEB = ServerTarget(name="web", host="web", port=443, service=Service.HTTPS)
DEPLOYMENT = DeploymentTarget(name="deployment")
BASE = Requirement(
    "X-1", "s", (RequirementSource(SourceDocument("d", "A document")),), ("live_tls_scan",), Severity.HIGH
)
AT_SERVERS = (Need(TargetKind.SERVER, (SERVER_RULE,)),)
AT_DEPLOYMENT = (Need(TargetKind.DEPLOYMENT, (DECLARED_RULE,)),)
VIOLATION = Violation(subject=TARGET, expected="e", observed="o")
WAIVER = Waiver(rule="r", target="t", reason="known", approved_by="A. Other", ticket="T-1", expires=TODAY)
OWED = OwedTarget(name="site B: SIP server", stands_for=A.perspective, service=Service.SIP, closes="list it")


def passed(rule: str, target: Target | OwedTarget, **changes: object) -> Finding:
    return Finding(rule=rule, target=target.name, outcome=Outcome.PASS).model_copy(update=changes)


def policy(*requirements: Requirement) -> Policy:
    return replace(load_policy("acg"), requirements_file=Requirements(entries=requirements))


def answer(
    requirement: Requirement,
    targets: Iterable[Target | OwedTarget],
    *findings: Finding,
    declared: Deployment | None = None,
) -> RequirementAnswer:
    (found,) = answered(policy(requirement), targets, findings, declared, TODAY)
    return found


def test_it_is_met_when_every_rule_passed_at_every_target() -> None:
    wanted = replace(BASE, needs=(Need(TargetKind.SERVER, (SERVER_RULE, OTHER_RULE)),))
    findings = [passed(rule, target) for rule in (SERVER_RULE, OTHER_RULE) for target in (A, B)]
    found = answer(wanted, (A, B), *findings)
    assert (found.answer, found.reason) == (AnswerKind.MET, f"{SERVER_RULE}, {OTHER_RULE} passed at a, b")
    assert [(key.rule, key.target) for key in found.findings] == [(one.rule, one.target) for one in findings]


@pytest.mark.parametrize(
    ("changes", "expected", "reason", "closes"),
    [
        ({"outcome": Outcome.FAIL, "violations": (VIOLATION,)}, "not-met", f"{SERVER_RULE} at b", ""),
        (
            {"outcome": Outcome.WARN, "warnings": (Warning(subject=TARGET, expected="e", observed="o"),)},
            "not-met",
            f"{SERVER_RULE} at b",
            "",
        ),
        (
            {
                "outcome": Outcome.WARN,
                "warnings": (Warning(subject=TARGET, expected="e", observed="likely", unproven=True),),
            },
            "open",
            f"{SERVER_RULE} at b: likely",
            "audit again, once what the reason names no longer stands in the way",
        ),
        (
            {"outcome": Outcome.INCONCLUSIVE, "doubts": (Doubt(subject=TARGET, reason="timed out"),)},
            "open",
            f"{SERVER_RULE} at b: timed out",
            "audit again, once what the reason names no longer stands in the way",
        ),
        (
            {"outcome": Outcome.PASS, "not_tested": (NotTested(subject=TARGET, reason="no CA", closes="--client-ca"),)},
            "open",
            f"{SERVER_RULE} at b: no CA",
            "--client-ca",
        ),
        (
            {"outcome": Outcome.PASS, "not_tested": (NotTested(subject=TARGET, reason="no CA"),)},
            "open",
            f"{SERVER_RULE} at b: no CA",
            "test it: no CA",
        ),
        ({"outcome": Outcome.NOT_TESTED}, "open", f"{SERVER_RULE} at b: not tested", None),
        (
            {"outcome": Outcome.WAIVED, "violations": (VIOLATION,), "waiver": WAIVER},
            "not-met",
            f"{SERVER_RULE} at b (waived until 2040-03-01 by A. Other)",
            "",
        ),
    ],
)
def test_one_target_where_it_did_not_pass_decides(
    changes: dict[str, object], expected: str, reason: str, closes: str | None
) -> None:
    found = answer(replace(BASE, needs=AT_SERVERS), (A, B), passed(SERVER_RULE, A), passed(SERVER_RULE, B, **changes))
    assert (found.answer, found.reason) == (expected, reason)
    assert closes is None or found.closes == closes


def test_a_violation_decides_before_what_is_open() -> None:
    found = answer(
        replace(BASE, needs=AT_SERVERS),
        (A, B),
        passed(SERVER_RULE, A, outcome=Outcome.INCONCLUSIVE, doubts=(Doubt(subject=TARGET, reason="x"),)),
        passed(SERVER_RULE, B, outcome=Outcome.FAIL, violations=(VIOLATION,)),
    )
    assert found.answer is AnswerKind.NOT_MET


def test_nothing_to_look_at_leaves_it_open_and_says_what_would_answer_it() -> None:
    found = answer(replace(BASE, needs=AT_SERVERS), (DEPLOYMENT,), passed(DECLARED_RULE, DEPLOYMENT))
    assert (found.answer, found.reason) == (AnswerKind.OPEN, "no endpoint was audited")
    assert found.closes == "name the endpoint as a TARGET or in an inventory"


def test_an_endpoint_that_nobody_listed_leaves_it_open() -> None:
    owed = passed(SERVER_RULE, OWED, outcome=Outcome.NOT_TESTED)
    found = answer(replace(BASE, needs=AT_SERVERS), (A, OWED), passed(SERVER_RULE, A), owed)
    assert (found.answer, found.reason) == (AnswerKind.OPEN, "nobody looked at site B: SIP server")
    assert found.closes == "list it"


def test_endpoints_that_were_listed_and_not_audited_leave_it_open() -> None:
    one = answer(replace(BASE, needs=AT_SERVERS), (A, B), passed(SERVER_RULE, A))
    assert (one.answer, one.reason, one.closes) == ("open", "b was not audited", "audit without --offline")
    both = answer(replace(BASE, needs=AT_SERVERS), (A, B))
    assert both.reason == "a, b were not audited"


def test_a_rule_that_the_policy_or_the_plan_does_not_have_leaves_it_open() -> None:
    lacking = replace(BASE, needs=(Need(TargetKind.SERVER, ("signature-scheme-weak",)),))
    found = answer(lacking, (A,), passed(SERVER_RULE, A))
    assert found.reason == "the policy acg does not have the rule signature-scheme-weak"
    unplanned = answer(replace(BASE, needs=AT_SERVERS), (A,), passed(OTHER_RULE, A))
    assert unplanned.reason == f"{SERVER_RULE} was not planned at a"


def attested(by: str = "Head of Networks", day: date = TODAY) -> Deployment:
    return TWO_SITES.model_copy(update={"attestations": (Attestation(statement="x-1", by=by, date=day),)})


def test_a_person_may_answer_for_a_rule_that_the_policy_does_not_have_and_for_nothing_else() -> None:
    lacking = replace(BASE, needs=(*AT_SERVERS, Need(TargetKind.SERVER, ("signature-scheme-weak",))))
    found = answer(lacking, (A,), passed(SERVER_RULE, A), declared=attested())
    assert (found.answer, found.reason) == (AnswerKind.CONFIRMED, f"confirmed by Head of Networks on {TODAY}")
    nobody = answer(lacking, (A,), passed(SERVER_RULE, A), declared=TWO_SITES)
    assert nobody.closes.endswith(", or add an attestation to the inventory: {statement: x-1, by: …, date: …}")
    untested = passed(SERVER_RULE, A, outcome=Outcome.NOT_TESTED)
    assert answer(lacking, (A,), untested, declared=attested()).answer is AnswerKind.OPEN
    fails = passed(SERVER_RULE, A, outcome=Outcome.FAIL, violations=(VIOLATION,))
    assert answer(lacking, (A,), fails, declared=attested()).answer is AnswerKind.NOT_MET
    met = answer(replace(BASE, needs=AT_SERVERS), (A,), untested, declared=attested())
    assert met.answer is AnswerKind.OPEN


def test_only_targets_of_the_service_count() -> None:
    needs = (Need(TargetKind.HTTPS_SERVER, (SERVER_RULE,)),)
    assert answer(replace(BASE, needs=needs), (A,), passed(SERVER_RULE, A)).reason == "no HTTPS endpoint was audited"
    both = answer(replace(BASE, needs=needs), (A, WEB), passed(SERVER_RULE, A), passed(SERVER_RULE, WEB))
    assert both.reason == f"{SERVER_RULE} passed at web"


def test_session_descriptions_seen_in_a_call_can_break_it_and_do_not_meet_it() -> None:
    wanted = replace(BASE, needs=(Need(TargetKind.SESSION_DESCRIPTION, ("srtp-not-required",)),))
    good, bad = (
        answer(wanted, (A,), passed("srtp-not-required", A)),
        answer(wanted, (A,), passed("srtp-not-required", A, outcome=Outcome.FAIL, violations=(VIOLATION,))),
    )
    assert (good.answer, bad.answer) == (AnswerKind.OPEN, AnswerKind.NOT_MET)


def test_a_certificate_in_a_file_can_break_it_and_does_not_meet_it() -> None:
    file = CertificateFileTarget(name="new.pem", service=Service.SIP)
    wanted = replace(BASE, needs=(Need(TargetKind.SIP_SERVER, ("certificate-expired",)),))
    bad = passed("certificate-expired", file, outcome=Outcome.FAIL, violations=(VIOLATION,))
    assert answer(wanted, (file,), bad).answer is AnswerKind.NOT_MET
    assert answer(wanted, (file,), passed("certificate-expired", file)).answer is AnswerKind.OPEN
    web = replace(BASE, needs=(Need(TargetKind.HTTPS_SERVER, ("certificate-expired",)),))
    assert answer(web, (file,), bad).answer is AnswerKind.OPEN


def test_a_rule_that_breaks_it_need_not_pass() -> None:
    wanted = replace(BASE, needs=AT_SERVERS, breaks=("srtp-not-required",))
    seen = passed("srtp-not-required", B, outcome=Outcome.FAIL, violations=(VIOLATION,))
    assert answer(wanted, (A,), passed(SERVER_RULE, A)).answer is AnswerKind.MET
    assert answer(wanted, (A,), passed(SERVER_RULE, A), passed("srtp-not-required", B)).answer is AnswerKind.MET
    broken = answer(wanted, (A,), passed(SERVER_RULE, A), seen)
    assert (broken.answer, broken.reason) == (AnswerKind.NOT_MET, "srtp-not-required at b")
    waived = seen.model_copy(update={"outcome": Outcome.WAIVED, "waiver": WAIVER})
    accepted = answer(wanted, (A,), passed(SERVER_RULE, A), waived)
    assert accepted.reason == "srtp-not-required at b (waived until 2040-03-01 by A. Other)"


STORE = TrustStoreTarget(name="store.pem")
STORE_RULE = "trust-store-root-missing"


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        ("pass", None, "met"),
        ("not-tested", None, "open"),
        ("not-tested", "pass", "met"),
        ("not-tested", "fail", "not-met"),
        ("pass", "fail", "not-met"),
        ("fail", "pass", "not-met"),
        ("pass", "not-tested", "met"),
    ],
)
def test_another_proof_of_the_same_closes_what_is_open_and_a_violation_of_either_counts(
    first: str, other: str | None, expected: str
) -> None:
    need = Need(TargetKind.SERVER, (SERVER_RULE,), otherwise=Need(TargetKind.TRUST_STORE, (STORE_RULE,)))

    def finding(rule: str, target: Target, outcome: str) -> Finding:
        remarks = {"violations": (VIOLATION,)} if outcome == "fail" else {}
        return passed(rule, target, outcome=Outcome(outcome), **remarks)

    findings = [finding(SERVER_RULE, A, first), *([finding(STORE_RULE, STORE, other)] if other else [])]
    assert answer(replace(BASE, needs=(need,)), (A, STORE), *findings).answer == expected


def test_what_is_open_names_the_other_proof_as_well() -> None:
    need = Need(TargetKind.SERVER, (SERVER_RULE, OTHER_RULE), otherwise=Need(TargetKind.TRUST_STORE, (STORE_RULE,)))
    doubtful = passed(SERVER_RULE, A, outcome=Outcome.INCONCLUSIVE, doubts=(Doubt(subject=TARGET, reason="no alert"),))
    found = answer(replace(BASE, needs=(need,)), (A,), doubtful, passed(OTHER_RULE, A))
    assert found.answer is AnswerKind.OPEN
    assert found.closes.endswith(", or audit the roots that the SBC trusts with auditor certificate --trust-store FILE")


def test_another_proof_stands_for_one_site_or_host_and_not_for_all() -> None:
    need = Need(TargetKind.SERVER, (SERVER_RULE,), otherwise=Need(TargetKind.TRUST_STORE, (STORE_RULE,)))
    wanted = replace(BASE, needs=(need,))
    second, same = STORE.model_copy(update={"name": "second.pem"}), A.model_copy(update={"name": "a@192.0.2.2"})
    bare = WEB.model_copy(update={"name": "bare"})
    stores = (passed(STORE_RULE, STORE), passed(STORE_RULE, second))

    def untested(*targets: Target | OwedTarget) -> list[Finding]:
        return [passed(SERVER_RULE, target, outcome=Outcome.NOT_TESTED) for target in targets]

    one = answer(wanted, (A, B, STORE), *untested(A, B), stores[0])
    assert (one.answer, one.reason.split(", ")[0]) == ("open", "1 trust store for 2 places (endpoint)")
    assert one.closes.startswith("audit the trust store of each: ")
    assert answer(wanted, (A, OWED, STORE), *untested(A, OWED), stores[0]).answer == "open"
    assert answer(wanted, (A, bare, STORE), *untested(A, bare), stores[0]).answer == "open"
    three = answer(wanted, (A, B, bare, STORE, second), *untested(A, B, bare), *stores)
    assert (three.answer, three.reason.split(", ")[0]) == ("open", "2 trust stores for 3 places (endpoint)")
    assert answer(wanted, (A, B, STORE, second), *untested(A, B), *stores).answer == "met"
    assert answer(wanted, (A, same, STORE), *untested(A, same), stores[0]).answer == "met"
    assert answer(wanted, (A, B, STORE), *untested(A), passed(SERVER_RULE, B), stores[0]).answer == "met"
    owed = OWED.model_copy(update={"site": None})
    assert answer(wanted, (owed, STORE), *untested(owed), stores[0]).answer == "met"


def test_a_trust_store_is_that_of_one_place_where_the_endpoints_leave_it_open() -> None:
    need = Need(TargetKind.SERVER, (SERVER_RULE,), otherwise=Need(TargetKind.TRUST_STORE, (STORE_RULE,)))
    second = TrustStoreTarget(name="second.pem")
    untested = {"outcome": Outcome.NOT_TESTED}
    wanted = replace(BASE, needs=(need,))
    both = [passed(SERVER_RULE, A, **untested), passed(SERVER_RULE, B, **untested), passed(STORE_RULE, STORE)]
    one = answer(wanted, (A, B, STORE), *both, declared=TWO_SITES)
    assert (one.answer, one.reason) == ("open", "1 trust store for 2 places (endpoint)")
    assert one.closes.endswith("--trust-store FILE")
    two = answer(wanted, (A, B, STORE, second), *both, passed(STORE_RULE, second), declared=TWO_SITES)
    assert two.answer is AnswerKind.MET
    unlisted = answer(wanted, (A, STORE), passed(STORE_RULE, STORE), declared=TWO_SITES)
    assert unlisted.answer is AnswerKind.OPEN
    half = answer(wanted, (A, B, STORE), passed(SERVER_RULE, A), *both[1:], declared=TWO_SITES)
    assert half.answer is AnswerKind.MET
    assert answer(wanted, (A, B, STORE), *both).answer is AnswerKind.OPEN, "their sites are known without a deployment"
    same = B.model_copy(update={"site": None, "host": A.host}), A.model_copy(update={"site": None})
    assert answer(wanted, (*same, STORE), *both).answer is AnswerKind.MET


def test_what_is_open_says_everything_that_closes_it_up_to_a_few() -> None:
    untested = tuple(NotTested(subject=TARGET, reason="r", closes=f"--{name}") for name in ("a", "b", "a", "c", "d"))
    finding = passed(SERVER_RULE, A, not_tested=untested)
    assert answer(replace(BASE, needs=AT_SERVERS), (A,), finding).closes == "--a; --b; --c; and 1 more"


@pytest.mark.parametrize(
    ("remark", "closes"),
    [
        (Doubt(subject=TARGET, reason="r", closes="--dns"), "--dns"),
        (Warning(subject=TARGET, expected="e", observed="o", unproven=True, closes="--client-cert"), "--client-cert"),
        (Doubt(subject=DnsNameSubject(name="a.example"), reason="r"), "--dns, once the resolver answers for a.example"),
        (
            Warning(
                subject=DeclaredSubject(part="attestations", names=("x",)), expected="e", observed="o", unproven=True
            ),
            "add an attestation to the inventory: {statement: x, by: …, date: …}",
        ),
    ],
)
def test_what_closes_it_follows_from_the_remark(remark: Doubt | Warning, closes: str) -> None:
    remarks = {"doubts": (remark,)} if isinstance(remark, Doubt) else {"warnings": (remark,)}
    found = answer(replace(BASE, needs=AT_DEPLOYMENT), (DEPLOYMENT,), passed(DECLARED_RULE, DEPLOYMENT, **remarks))
    assert (found.answer, found.closes) == (AnswerKind.OPEN, closes)


# What a requirement is about


def case(name: str) -> NotTested:
    return NotTested(subject=CertificateCaseSubject(case=name), reason=f"{name} not shown")


def test_a_certificate_case_counts_for_the_requirement_about_it_alone() -> None:
    finding = passed(SERVER_RULE, A, not_tested=(case("wrong-name"),))
    wrong, others = (
        replace(BASE, needs=(Need(TargetKind.SERVER, (SERVER_RULE,), About(cases=cases)),))
        for cases in (("wrong-name",), ("expired", "self-signed"))
    )
    assert answer(wrong, (A,), finding).answer is AnswerKind.OPEN
    assert answer(others, (A,), finding).answer is AnswerKind.MET
    whole = passed(SERVER_RULE, A, not_tested=(case("wrong-name").model_copy(update={"whole": True}),))
    assert answer(others, (A,), whole).answer is AnswerKind.OPEN


MAPS_BFD = DeclaredSubject(part="maps", names=("Zurich",), field="connections", entry="edge-1", entry_field="bfd")
SITE_A, SITE_B = SITES.named("A"), SITES.named("B")
TWO_SITES = Deployment(deployment=Resource(), sites=(Site(name="A"), Site(name="B")), regions=(Region(name="one"),))
THREE_SITES = TWO_SITES.model_copy(update={"sites": (*TWO_SITES.sites, Site(name="C"))})


@pytest.mark.parametrize(
    ("subject", "about", "counts"),
    [
        (SITE_A.at("media"), About(fields=("media",), site=1), True),
        (SITE_A.at("media"), About(fields=("media",), site=2), False),
        (SITE_B.at("media"), About(fields=("media",), site=2), True),
        (SITE_A.at("signaling_source"), About(fields=("media",), site=1), False),
        (SITE_A, About(fields=("media",), site=1), True),
        (SITES, About(fields=("media",), site=2), True),
        (SITES.at("", items="items 4 to 6"), About(fields=("media",), site=2), False),
        (DeclaredSubject(part="regions", items="items 11 and 12"), About(region=2), True),
        (DeclaredSubject(part="regions", items="items 11 and 12"), About(region=1), False),
        (DeclaredSubject(part="regions", names=("one",)), About(region=1), True),
        (DeclaredSubject(part="regions", names=("one",)), About(region=2), False),
        (DeclaredSubject(part="regions", names=("one",)), About(site=1), True),
        (SITES.named("C").at("media"), About(fields=("media",), site=2), True),
        (SITES.named("C").at("media"), About(fields=("media",), site=1), False),
        (MAPS_BFD, About(fields=("connections.bfd",)), True),
        (MAPS_BFD, About(fields=("connections",)), True),
        (MAPS_BFD, About(fields=("connections.lacp",)), False),
        (DeclaredSubject(part="endpoints", names=("api",), field="site"), About(fields=("media",), site=1), False),
        (DeclaredSubject(part="attestations", names=("x",)), About(statements=("x",)), True),
        (DeclaredSubject(part="attestations", names=("x",)), About(statements=("y",)), False),
        (TARGET, About(fields=("media",), site=2, statements=("y",)), True),
    ],
)
def test_a_declared_part_counts_for_the_requirement_about_it(
    subject: DeclaredSubject, about: About, *, counts: bool
) -> None:
    wanted = replace(BASE, needs=(Need(TargetKind.DEPLOYMENT, (DECLARED_RULE,), about),))
    violation = Violation(subject=subject, expected="e", observed="o")
    finding = passed(DECLARED_RULE, DEPLOYMENT, outcome=Outcome.FAIL, violations=(violation,))
    found = answer(wanted, (DEPLOYMENT,), finding, declared=THREE_SITES)
    assert found.answer is (AnswerKind.NOT_MET if counts else AnswerKind.MET)
    assert found.reason == (DECLARED_RULE if counts else f"{DECLARED_RULE} passed at deployment")


@pytest.mark.parametrize(
    ("unproven", "advice", "expected"),
    [
        (False, False, AnswerKind.MET), (False, True, AnswerKind.NOT_MET),
        (True, False, AnswerKind.OPEN), (True, True, AnswerKind.OPEN),
    ],
)  # fmt: skip
def test_a_warning_that_says_more_than_the_requirement_does_not_break_it(
    *, unproven: bool, advice: bool, expected: AnswerKind
) -> None:
    wanted = replace(BASE, needs=(Need(TargetKind.DEPLOYMENT, (DECLARED_RULE,), About(advice=advice)),))
    warning = Warning(subject=SITE_A, expected="e", observed="o", unproven=unproven)
    finding = passed(DECLARED_RULE, DEPLOYMENT, outcome=Outcome.WARN, warnings=(warning,))
    assert answer(wanted, (DEPLOYMENT,), finding, declared=TWO_SITES).answer is expected


@pytest.mark.parametrize(
    ("sku", "services", "expected"),
    [
        ("standard", ("zoom_phone_cloud_peering",), "met"),
        ("lab", ("zoom_phone_cloud_peering",), "not-applicable"),
        ("lab", (), "not-applicable"),
        ("standard", ("operator_connect",), "not-applicable"),
    ],
)
def test_zoom_has_items_of_a_second_region_in_production_alone(
    sku: Sku, services: tuple[CommunicationsService, ...], expected: str
) -> None:
    wanted = replace(BASE, applies=Condition.ZOOM_IN_PRODUCTION, needs=AT_DEPLOYMENT)
    declared = Deployment(deployment=Resource(sku=sku, services=services))
    assert answer(wanted, (DEPLOYMENT,), passed(DECLARED_RULE, DEPLOYMENT), declared=declared).answer == expected


NAMED = Deployment(
    deployment=Resource(),
    regions=(Region(name="one", hostname="r1.a.example"), Region(name="two", hostname="R2.a.example.")),
    sites=(
        Site(name="A", signaling_destination=("a.example.net", "any.example.net")),
        Site(name="B", signaling_destination=("193.5.123.1", "B.example.net", "any.example.net")),
    ),
)


@pytest.mark.parametrize(
    ("name", "about", "counts"),
    [
        ("R1.a.example.", About(region=1), True),
        ("r1.a.example", About(region=2), False),
        ("r2.a.example", About(region=2), True),
        ("r2.a.example", About(region=1), False),
        ("r2.a.example", About(site=1), True),
        ("a.example.net", About(site=1), True),
        ("a.example.net", About(site=2), False),
        ("b.example.net", About(site=2), True),
        ("b.example.net", About(site=1), False),
        ("any.example.net", About(site=1), True),
        ("any.example.net", About(site=2), True),
        ("other.example.net", About(site=2), True),
        ("b.example.net", About(), True),
    ],
)
def test_a_name_in_dns_counts_for_the_site_or_region_that_has_it(name: str, about: About, *, counts: bool) -> None:
    wanted = replace(BASE, needs=(Need(TargetKind.DEPLOYMENT, (DECLARED_RULE,), about),))
    violation = Violation(subject=DnsNameSubject(name=name), expected="e", observed="o")
    finding = passed(DECLARED_RULE, DEPLOYMENT, outcome=Outcome.FAIL, violations=(violation,))
    found = answer(wanted, (DEPLOYMENT,), finding, declared=NAMED)
    assert found.answer is (AnswerKind.NOT_MET if counts else AnswerKind.MET)


def test_what_is_undeclared_says_where_to_declare_it() -> None:
    doubt = Doubt(subject=SITE_A.at("media"), reason="not declared")
    finding = passed(DECLARED_RULE, DEPLOYMENT, outcome=Outcome.INCONCLUSIVE, doubts=(doubt,))
    found = answer(replace(BASE, needs=AT_DEPLOYMENT), (DEPLOYMENT,), finding)
    assert found.closes == "declare sites[A].media in the inventory, or prove it by an export (evidence)"


# When it applies, who confirmed it, and what is the provider's


def test_it_does_not_apply_where_the_condition_does_not_hold() -> None:
    links = (Link(site="A", region="one", connection_type="maps_voice"),)
    wanted = replace(BASE, applies=Condition.EXPRESSROUTE, needs=AT_DEPLOYMENT)
    declared = TWO_SITES.model_copy(update={"links": links})
    found = answer(wanted, (DEPLOYMENT,), passed(DECLARED_RULE, DEPLOYMENT), declared=declared)
    assert (found.answer, found.reason) == ("not-applicable", "the deployment does not use ExpressRoute")


def test_it_stays_open_where_the_inventory_does_not_say_whether_it_applies() -> None:
    wanted = replace(BASE, applies=Condition.EXPRESSROUTE, needs=AT_DEPLOYMENT)
    inapplicable = passed(DECLARED_RULE, DEPLOYMENT, outcome=Outcome.NOT_APPLICABLE, not_applicable="no circuit")
    found = answer(wanted, (DEPLOYMENT,), inapplicable, declared=TWO_SITES)
    assert (found.answer, found.reason) == ("open", "whether it applies is not declared")
    always = answer(replace(wanted, applies=Condition.ALWAYS), (DEPLOYMENT,), inapplicable, declared=TWO_SITES)
    assert (always.answer, always.reason) == ("not-applicable", "no circuit")


def test_a_role_that_the_network_does_not_have_is_not_looked_for() -> None:
    wanted = replace(BASE, needs=(Need(TargetKind.HTTPS_SERVER, (SERVER_RULE,)),))
    declared = Deployment(deployment=Resource(https_roles=("client",)))
    found = answer(wanted, (A,), passed(SERVER_RULE, A), declared=declared)
    assert (found.answer, found.reason) == (
        "not-applicable",
        "the inventory declares that the network is no HTTPS server",
    )


def test_what_is_audited_outweighs_the_declaration_that_there_is_none() -> None:
    wanted = replace(BASE, applies=Condition.HTTPS, needs=(Need(TargetKind.HTTPS_SERVER, (SERVER_RULE,)),))
    declared = Deployment(deployment=Resource(https_roles=()))
    bad = passed(SERVER_RULE, WEB, outcome=Outcome.FAIL, violations=(VIOLATION,))
    assert answer(wanted, (WEB,), bad, declared=declared).answer is AnswerKind.NOT_MET
    assert answer(wanted, (A, WEB), passed(SERVER_RULE, A), declared=declared).answer is AnswerKind.OPEN
    assert answer(wanted, (A,), passed(SERVER_RULE, A), declared=declared).answer is AnswerKind.NOT_APPLICABLE


def test_the_provider_answers_what_nobody_else_can_see() -> None:
    found = answer(replace(BASE, provider="It says so."), (A,))
    assert (found.answer, found.reason) == (AnswerKind.PROVIDER, "It says so.")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2040, 3, 1), AnswerKind.CONFIRMED),
        (date(2038, 3, 1), AnswerKind.CONFIRMED),
        (date(2038, 2, 28), AnswerKind.OPEN),
        (date(2038, 2, 20), AnswerKind.OPEN),
        (date(2040, 3, 2), AnswerKind.OPEN),
    ],
)
def test_a_confirmation_closes_what_no_rule_proves_while_it_is_valid(day: date, expected: AnswerKind) -> None:
    wanted = replace(BASE, needs=AT_DEPLOYMENT, not_proved="The rest.", confirmation="x-1")
    attestation = Attestation(statement="x-1", by="Head of Networks", date=day, document="review.pdf")
    declared = TWO_SITES.model_copy(update={"attestations": (attestation,)})
    found = answer(wanted, (DEPLOYMENT,), passed(DECLARED_RULE, DEPLOYMENT), declared=declared)
    assert found.answer is expected
    if expected is AnswerKind.CONFIRMED:
        assert found.reason == f"confirmed by Head of Networks on {day}, review.pdf"
        assert [one.statement for one in found.confirmations] == ["x-1"]
    else:
        assert found.reason == "nobody has confirmed x-1: The rest."
        assert "statement: x-1" in found.closes


EXPRESSROUTE_LINK = {"connection_type": "vnet_injection", "over": "expressroute_private"}
ZOOM, TEAMS = "zoom_phone_cloud_peering", "teams_direct_routing"


@pytest.mark.parametrize(
    ("condition", "link", "services", "expected"),
    [
        (Condition.EXPRESSROUTE, EXPRESSROUTE_LINK, (), "met"),
        (Condition.EXPRESSROUTE, {"connection_type": "vnet_injection"}, (), "open"),
        (Condition.EXPRESSROUTE, {"connection_type": "vnet_injection", "over": "vpn"}, (), "not-applicable"),
        (Condition.MICROSOFT_PEERING, EXPRESSROUTE_LINK, (), "not-applicable"),
        (Condition.MICROSOFT_365_OVER_EXPRESSROUTE, EXPRESSROUTE_LINK, (TEAMS,), "met"),
        (Condition.MICROSOFT_365_OVER_EXPRESSROUTE, EXPRESSROUTE_LINK, (), "open"),
        (Condition.MICROSOFT_365_OVER_EXPRESSROUTE, {}, (ZOOM,), "not-applicable"),
        (Condition.MICROSOFT_365_OVER_EXPRESSROUTE, {"connection_type": "maps_voice"}, (), "not-applicable"),
    ],
)
def test_a_condition_holds_by_what_is_declared(
    condition: Condition, link: dict[str, str], services: tuple[str, ...], expected: str
) -> None:
    resource = Resource.model_validate({"services": services})
    links = (Link.model_validate({"site": "A", "region": "one", **link}),)
    declared = Deployment(deployment=resource, links=links)
    outcome = Outcome.PASS if expected == "met" else Outcome.NOT_APPLICABLE
    finding = passed(DECLARED_RULE, DEPLOYMENT, outcome=outcome, not_applicable="" if expected == "met" else "none")
    wanted = replace(BASE, applies=condition, needs=AT_DEPLOYMENT)
    assert answer(wanted, (DEPLOYMENT,), finding, declared=declared).answer == expected


@pytest.mark.parametrize("by", ["x", "n/a", "TBD"])
def test_a_confirmation_by_nobody_closes_nothing(by: str) -> None:
    wanted = replace(BASE, not_proved="The rest.", confirmation="x-1")
    assert answer(wanted, (DEPLOYMENT,), declared=attested(by)).answer is AnswerKind.OPEN


def test_the_policy_says_how_long_a_confirmation_is_valid(tmp_path: Path) -> None:
    wanted = Requirements(entries=(replace(BASE, not_proved="The rest.", confirmation="x-1"),))
    row = "{statement: %s, meaning: m, years: %s}"
    for number, (rule, expected) in enumerate(
        {
            "rules: {attestation-missing: {years: 1, statements: [%s]}}" % (row % ("y", 9)): "open",
            "rules: {attestation-missing: {years: 1, statements: [%s]}}" % (row % ("x-1", 2)): "confirmed",
            "rules: {attestation-missing: {years: 3, statements: [%s]}}" % (row % ("x-1", 1)): "open",
            "disable: [{rule: attestation-missing, reason: r}]": "confirmed",
        }.items()
    ):
        path = tmp_path / f"{number}.yaml"
        path.write_text(f"id: own\nversion: '1'\ntitle: Own\nextends: acg\n{rule}\n", encoding="utf-8")
        own = replace(load_policy(str(path)), requirements_file=wanted)
        (found,) = answered(own, (DEPLOYMENT,), (), attested(day=date(2038, 9, 1)), TODAY)
        assert found.answer == expected, rule


def test_a_confirmation_does_not_stand_for_a_rule_that_did_not_pass() -> None:
    wanted = replace(BASE, needs=AT_DEPLOYMENT, not_proved="The rest.", confirmation="x-1")
    attestation = Attestation(statement="x-1", by="Head of Networks", date=TODAY)
    declared = TWO_SITES.model_copy(update={"attestations": (attestation,)})
    finding = passed(DECLARED_RULE, DEPLOYMENT, outcome=Outcome.FAIL, violations=(VIOLATION,))
    assert answer(wanted, (DEPLOYMENT,), finding, declared=declared).answer is AnswerKind.NOT_MET


def test_without_an_inventory_a_confirmation_needs_one() -> None:
    found = answer(replace(BASE, not_proved="The rest.", confirmation="x-1"), (A,))
    assert found.answer is AnswerKind.OPEN
    assert "auditor inventory init" in found.closes


def test_completeness_counts_what_concerns_the_operator() -> None:
    requirements = (
        replace(BASE, needs=AT_SERVERS),
        replace(BASE, id="X-2", needs=AT_DEPLOYMENT),
        replace(BASE, id="X-3", provider="p"),
    )
    answers = answered(policy(*requirements), (A,), (passed(SERVER_RULE, A),), None, TODAY)
    found = completeness(answers, required=True)
    assert found is not None
    assert (found.answered, found.open, found.total, found.required) == (1, 1, 2, True)
    assert completeness((), required=False) is None


# What a deployment owes


def client(address: str, service: Service = Service.SIP) -> ClientTarget:
    return ClientTarget(name=address, address=address, port=5061, service=service)


ACG = load_policy("acg")


def names(*targets: Target, declared: Deployment = TWO_SITES) -> set[str]:
    return {owed.name for owed in owed_targets(ACG, targets, declared)}


def test_each_site_owes_an_endpoint_and_a_client_and_the_deployment_https_and_media() -> None:
    everything = {"HTTPS server", "HTTPS client", "session descriptions"}
    for site in "AB":
        everything |= {f"site {site}: SIP server", f"site {site}: SIP client"}
    assert names() == everything
    assert names(A, WEB) == everything - {"site A: SIP server", "HTTPS server"}
    assert names(A, B) == everything - {"site A: SIP server", "site B: SIP server"}


def test_a_client_is_that_of_the_site_whose_address_it_connects_from() -> None:
    site = Site(name="A", signaling_source=("192.0.2.0/29",), signaling_destination=("sbc.example.net",))
    declared = TWO_SITES.model_copy(update={"sites": (site, Site(name="B"))})
    assert "site A: SIP client" not in names(client("192.0.2.1"), declared=declared)
    assert {"site A: SIP client", "site B: SIP client"} <= names(client("198.51.100.1"), declared=declared)
    one = declared.model_copy(update={"sites": (site,)})
    assert "site A: SIP client" not in names(client("198.51.100.1"), declared=one)
    assert "HTTPS client" not in names(client("192.0.2.1", Service.HTTPS), declared=declared)


def test_an_endpoint_that_names_no_site_is_that_of_the_site_at_whose_item_it_stands() -> None:
    site = Site(name="A", signaling_destination=("SBC.example.net.", "192.0.2.0/29"))
    declared = TWO_SITES.model_copy(update={"sites": (site, Site(name="B"))})
    lost = A.model_copy(update={"site": None})
    assert "site A: SIP server" in names(lost, declared=declared)
    asked = {"host": "sbc.example.net", "server_name": "other.example.net"}
    assert "site A: SIP server" in names(lost.model_copy(update=asked), declared=declared)
    for changes in ({"host": "sbc.example.net"}, {"server_name": "sbc.example.net"}, {"address": "192.0.2.1"}):
        assert "site A: SIP server" not in names(lost.model_copy(update=changes), declared=declared)
    assert "site A: SIP server" in names(lost.model_copy(update={"address": "192.0.2.9"}), declared=declared)


def test_a_file_of_session_descriptions_is_what_was_owed() -> None:
    assert "session descriptions" not in names(SessionDescriptionTarget(name="trace.txt"))


def test_nothing_is_owed_without_a_declared_deployment_or_where_it_declares_no_https() -> None:
    assert owed_targets(ACG, (A,), None) == ()
    silent = TWO_SITES.model_copy(update={"deployment": Resource(https_roles=())})
    assert not {"HTTPS server", "HTTPS client"} & names(declared=silent)
    assert owed_targets(load_policy("mozilla-modern"), (A,), TWO_SITES) == ()


def test_a_client_of_the_provisioning_api_is_a_client_of_https() -> None:
    client_of_api = Provisioning(url="https://provapi.x.example/v1")
    declared = TWO_SITES.model_copy(update={"deployment": Resource(https_roles=(), provisioning=client_of_api)})
    owed = {one.name: one.closes for one in owed_targets(ACG, (), declared)}
    assert owed["HTTPS client"] == "have the HTTPS client connect to auditor listen on an HTTPS port"
    assert "HTTPS server" not in owed
    wanted = replace(
        BASE, applies=Condition.HTTPS, needs=(Need(TargetKind.HTTPS_CLIENT, ("client-protocol-not-allowed",)),)
    )
    assert answer(wanted, (A,), passed(SERVER_RULE, A), declared=declared).answer is AnswerKind.OPEN


def test_what_is_owed_never_has_the_name_of_a_target() -> None:
    assert "HTTPS client (owed)" in names(A.model_copy(update={"name": "HTTPS client"}))


def test_descriptions_of_no_call_leave_it_open_and_it_applies_all_the_same() -> None:
    sdp = SessionDescriptionTarget(name="options.txt")
    wanted = replace(BASE, needs=(Need(TargetKind.SESSION_DESCRIPTION, (OTHER_RULE,)),))
    nothing = passed(OTHER_RULE, sdp, outcome=Outcome.NOT_APPLICABLE, not_applicable="no media section carries RTP")
    found = answer(wanted, (sdp,), nothing)
    assert (found.answer, found.reason) == ("open", "no media section carries RTP")
    assert found.closes.startswith("audit an offer and an answer")

    taken = [A.model_copy(update={"name": name}) for name in ("HTTPS client", "HTTPS client (owed)")]
    assert "HTTPS client (owed) (owed)" in names(*taken)


def test_a_client_at_an_address_of_both_sites_is_that_of_one() -> None:
    sites = tuple(Site(name=name, internal_ranges=("10.0.0.0/8",)) for name in "AB")
    shared = TWO_SITES.model_copy(update={"sites": sites})
    both = {"site A: SIP client", "site B: SIP client"}
    assert both & names(client("10.0.0.1"), declared=shared) == {"site B: SIP client"}
    assert not both & names(client("10.0.0.1"), client("10.0.0.2"), declared=shared)
    own = sites[0].model_copy(update={"signaling_source": ("192.0.2.1",)})
    mixed = TWO_SITES.model_copy(update={"sites": (own, sites[1])})
    assert not both & names(client("10.0.0.1"), client("192.0.2.1"), declared=mixed)


def test_what_stands_at_no_site_says_how_it_would() -> None:
    stray = A.model_copy(update={"name": "stray", "site": None})
    owed = {one.name: one.closes for one in owed_targets(ACG, (stray, client("198.51.100.1")), TWO_SITES)}
    assert owed["site A: SIP server"].endswith(", or set site: A at the endpoint stray if it is there")
    assert "declare 198.51.100.1, which 198.51.100.1 connected from" in owed["site B: SIP client"]


def test_a_reason_is_said_once_for_the_rules_and_the_targets_that_it_holds_for() -> None:
    untested = NotTested(subject=TARGET, reason="no CA")
    findings = [passed(rule, at, not_tested=(untested,)) for rule in (SERVER_RULE, OTHER_RULE) for at in (A, B)]
    wanted = replace(BASE, needs=(Need(TargetKind.SERVER, (SERVER_RULE, OTHER_RULE)),))
    assert answer(wanted, (A, B), *findings).reason == f"{SERVER_RULE}, {OTHER_RULE} at a, b: no CA"
    owed = [passed(rule, OWED, outcome=Outcome.NOT_TESTED) for rule in (SERVER_RULE, OTHER_RULE)]
    both = answer(wanted, (A, B, OWED), *findings, *owed)
    assert both.reason == f"{SERVER_RULE}, {OTHER_RULE} at a, b: no CA, nobody looked at site B: SIP server"


def test_what_a_person_must_confirm_as_well_is_said_at_once() -> None:
    wanted = replace(BASE, needs=AT_DEPLOYMENT, not_proved="The rest.", confirmation="x-1")
    finding = passed(DECLARED_RULE, DEPLOYMENT, not_tested=(NotTested(subject=TARGET, reason="r", closes="--dns"),))
    found = answer(wanted, (DEPLOYMENT,), finding, declared=TWO_SITES)
    assert found.closes == "--dns; add an attestation to the inventory: {statement: x-1, by: …, date: …}"
    assert answer(wanted, (DEPLOYMENT,), finding, declared=attested()).closes == "--dns"


def test_nobody_answers_for_a_rule_that_the_policy_disables() -> None:
    own = replace(
        policy(replace(BASE, needs=(Need(TargetKind.SERVER, ("signature-scheme-weak",)),))),
        disabled=(("signature-scheme-weak", "known"),),
    )
    (found,) = answered(own, (A,), (passed(SERVER_RULE, A),), attested(), TODAY)
    assert (found.answer, found.reason) == ("open", "the policy acg disables the rule signature-scheme-weak")
    assert found.closes == "judge by a policy that does not disable signature-scheme-weak"
