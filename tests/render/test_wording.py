import pytest

from auditor.model.finding import Outcome
from auditor.model.report import Verdict
from auditor.model.rule import Citation
from auditor.render.wording import cited, groups_of, summary, web_address
from tests.render import example


def test_groups_stand_in_the_order_of_the_model_and_others_after_them_by_name() -> None:
    rules = [example.summary(group=group) for group in ("SRTP", "Zones", "Certificate", "Billing", "Protocol versions")]
    assert groups_of(rules) == ("Protocol versions", "Certificate", "SRTP", "Billing", "Zones")


@pytest.mark.parametrize(
    ("section", "text"),
    [("", "RFC 9325"), ("3.1.1", "RFC 9325, section 3.1.1"), ("Mutual TLS", "RFC 9325, Mutual TLS")],
)
def test_a_citation_names_document_and_section(section: str, text: str) -> None:
    assert cited(Citation(document="RFC 9325", section=section)) == text


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//example.org", "https:", "", "http://a b"]
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert web_address(Citation(document="x", url=address)) == ""


def test_the_summary_counts_endpoints_that_fail_and_checks_that_do() -> None:
    assert summary(example.REPORT) == (
        "3 of 5 endpoints do not meet the policy: 10 checks fail. 16 checks on 2 endpoints are inconclusive, "
        "which is not a pass. Review 2 warnings before they become failures."
    )


def test_the_summary_of_a_pass_says_so() -> None:
    assert summary(example.COMPLIANT) == "The endpoint meets the policy."


def test_the_summary_of_doubt_never_sounds_like_a_pass() -> None:
    text = summary(example.UNREACHABLE)
    assert text.startswith("No check failed, but there is not enough evidence to call this compliant.")
    assert "15 checks on 1 endpoint are inconclusive, which is not a pass." in text


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
                "No check failed, but there is not enough evidence to call this compliant. 1 check on the deployment "
                "is inconclusive, which is not a pass."
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
        "1 of 2 endpoints does not meet the policy: 1 check fails. 1 check on 1 endpoint is inconclusive, "
        "which is not a pass. Review 1 warning before it becomes a failure."
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
        "All 2 endpoints meet the policy, except for 1 waived check."
    )
