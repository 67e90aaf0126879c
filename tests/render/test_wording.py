import pytest

from auditor.model.finding import Outcome
from auditor.model.report import Verdict
from auditor.model.rule import Citation
from auditor.render.wording import SUBJECTS, cited, subject_of, summary
from auditor.rules import all_rules
from tests.render import example


@pytest.mark.parametrize(
    ("rule", "subject"),
    [
        ("protocol-not-allowed", "Protocol versions"),
        ("cbc-without-encrypt-then-mac", "Cipher suites"),
        ("group-not-allowed", "Cipher suites"),
        ("signature-scheme-weak", "Cipher suites"),
        ("certificate-chain-invalid", "Certificate"),
        ("client-certificate-not-required", "Mutual TLS"),
        ("client-certificate-usage-strictness", "Mutual TLS"),
        ("plaintext-accepted", "Weaknesses and plaintext"),
        ("client-certificate-not-presented", "As a client"),
        ("srtp-key-reused", "SRTP"),
        ("something-from-another-release", "Other"),
    ],
)
def test_a_rule_belongs_to_a_subject(rule: str, subject: str) -> None:
    assert subject_of(rule) == subject


def test_every_rule_there_is_belongs_to_a_subject_with_a_name() -> None:
    assert {subject_of(rule) for rule in all_rules()} <= set(SUBJECTS)


@pytest.mark.parametrize(
    ("section", "text"),
    [("", "RFC 9325"), ("3.1.1", "RFC 9325, section 3.1.1"), ("Mutual TLS", "RFC 9325, Mutual TLS")],
)
def test_a_citation_names_document_and_section(section: str, text: str) -> None:
    assert cited(Citation(document="RFC 9325", section=section)) == text


def test_the_summary_counts_endpoints_that_fail_and_checks_that_do() -> None:
    assert summary(example.REPORT) == (
        "3 of 5 endpoints do not meet the policy: 10 checks fail. 16 checks remain undecided, on 2 endpoints; "
        "that is not a pass. 2 warnings should be looked at before they become a failure."
    )


def test_the_summary_of_a_pass_says_so() -> None:
    assert summary(example.COMPLIANT) == "The endpoint meets the policy."


def test_the_summary_of_doubt_never_sounds_like_a_pass() -> None:
    text = summary(example.UNREACHABLE)
    assert text.startswith("No check failed, but too little could be established")
    assert "15 checks remain undecided, on 1 endpoint; that is not a pass." in text


@pytest.mark.parametrize(
    ("outcomes", "verdict", "said"),
    [
        ({"deployment": Outcome.PASS}, Verdict.PASS, "The deployment meets the policy."),
        (
            {"deployment": Outcome.PASS, "a": Outcome.PASS},
            Verdict.PASS,
            "The deployment and the endpoint meet the policy.",
        ),
        (
            {"deployment": Outcome.PASS, "a": Outcome.PASS, "b": Outcome.PASS},
            Verdict.PASS,
            "The deployment and all 2 endpoints meet the policy.",
        ),
        (
            {"deployment": Outcome.FAIL, "a": Outcome.PASS},
            Verdict.FAIL,
            "The deployment does not meet the policy: 1 check fails.",
        ),
        (
            {"deployment": Outcome.FAIL, "a": Outcome.FAIL, "b": Outcome.PASS},
            Verdict.FAIL,
            "The deployment and 1 of 2 endpoints do not meet the policy: 2 checks fail.",
        ),
        (
            {"deployment": Outcome.INCONCLUSIVE, "a": Outcome.PASS},
            Verdict.INCONCLUSIVE,
            (
                "No check failed, but too little could be established to call this compliant. 1 check remains "
                "undecided, on the deployment; that is not a pass."
            ),
        ),
    ],
)
def test_the_summary_knows_the_deployment_from_an_endpoint(
    outcomes: dict[str, Outcome], verdict: Verdict, said: str
) -> None:
    one, endpoint = example.REPORT.findings[0], example.REPORT.endpoints[0]
    findings = tuple(one.model_copy(update={"target": name, "outcome": found}) for name, found in outcomes.items())
    endpoints = tuple(
        endpoint.model_copy(update={"target": name, "perspective": "deployment" if name == "deployment" else "server"})
        for name in (*outcomes, "unconnected")
    )
    report = example.REPORT.model_copy(update={"verdict": verdict, "findings": findings, "endpoints": endpoints})
    assert summary(report) == said


def test_the_summary_speaks_of_one_thing_in_the_singular() -> None:
    findings = {(f.target, f.rule): f for f in example.REPORT.findings}
    failed = findings[example.HOSTILE, "certificate-root-not-allowed"]
    unclear = findings[example.SBC_6, "protocol-preferred-missing"]
    warned = findings[example.SBC_6, "certificate-wildcard"]
    assert (failed.outcome, unclear.outcome, warned.outcome) == (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN)
    assert summary(example.report((failed, unclear, warned), (), Verdict.FAIL)) == (
        "1 of 2 endpoints does not meet the policy: 1 check fails. 1 check remains undecided, on 1 endpoint; "
        "that is not a pass. 1 warning should be looked at before it becomes a failure."
    )


def test_several_endpoints_that_all_pass_are_counted() -> None:
    passing = example.COMPLIANT.findings[0]
    both = (passing, passing.model_copy(update={"target": "another:5061"}))
    assert summary(example.report(both, (), Verdict.PASS)) == "All 2 endpoints meet the policy."


def test_a_pass_that_rests_on_waivers_says_so() -> None:
    passed, waived = (
        next(finding for finding in example.REPORT.findings if finding.outcome is outcome)
        for outcome in (Outcome.PASS, Outcome.WAIVED)
    )
    assert summary(example.report((passed, waived), (), Verdict.PASS)) == (
        "All 2 endpoints meet the policy but for 1 check waived in writing."
    )
