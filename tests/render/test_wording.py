import pytest

from auditor.model.answer import AnswerKind
from auditor.model.finding import Outcome
from auditor.model.report import Verdict
from auditor.model.rule import Citation
from auditor.model.scanner import ScannerVersions
from auditor.render.wording import (
    answers_counted,
    cited,
    exit_meaning,
    groups_of,
    headline,
    headline_loud,
    scanned,
    summary,
    web_address,
)
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
        ({"deployment": Outcome.PASS}, Verdict.PASS, "The deployment meets the policy. 1 endpoint was not audited."),
        (
            {"deployment": Outcome.PASS, "a": Outcome.PASS},
            Verdict.PASS,
            "The deployment and the endpoint meet the policy. 1 endpoint was not audited.",
        ),
        (
            {"deployment": Outcome.PASS, "a": Outcome.PASS, "b": Outcome.PASS},
            Verdict.PASS,
            "The deployment and all 2 endpoints meet the policy. 1 endpoint was not audited.",
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


def test_a_pass_so_far_never_sounds_complete() -> None:
    assert headline(example.UNFINISHED) == "Compliant so far: 1 of 3 requirements answered, 2 open"
    assert headline_loud(example.UNFINISHED).startswith("COMPLIANT so far: ")
    assert exit_meaning(example.UNFINISHED) == "no check failed, but 2 requirements are open and may still not be met"
    assert summary(example.UNFINISHED) == (
        "No check failed on the deployment and 1 endpoint, but the audit is not complete. 2 of 3 requirements are "
        "open. Nobody looked at site A: SIP client, session descriptions, which the deployment must have."
    )


def test_a_pass_with_every_answer_is_one() -> None:
    whole = example.answered(example.COMPLIANT, example.answer("SEC-05", AnswerKind.MET))
    assert headline(whole) == "Compliant: 1 of 1 requirement answered, 0 open"
    assert exit_meaning(whole) == "no check failed, and every requirement is answered"
    assert summary(whole) == "The endpoint meets the policy."


def test_a_pass_with_an_answer_that_is_not_met_says_so() -> None:
    missed = example.answered(
        example.COMPLIANT, example.answer("SEC-05", AnswerKind.MET), example.answer("CON-04", AnswerKind.NOT_MET)
    )
    assert exit_meaning(missed) == "no check failed, and every requirement is answered, 1 of them as not met"
    assert summary(missed) == ("The endpoint meets the policy. 1 requirement is not met, as advice or under a waiver.")


def test_a_pass_with_checks_that_were_not_tested_says_so() -> None:
    (passing, *_) = example.COMPLIANT.findings
    findings = (passing, passing.model_copy(update={"rule": "r", "outcome": Outcome.NOT_TESTED}))
    given = example.COMPLIANT.model_copy(update={"findings": findings})
    assert summary(given) == "The endpoint meets the policy. 1 check was not tested."
    assert exit_meaning(given) == "no check failed, but 1 check was not tested"
    more = given.model_copy(update={"findings": (*findings, findings[1].model_copy(update={"rule": "s"}))})
    assert exit_meaning(more) == "no check failed, but 2 checks were not tested"


def test_a_pass_so_far_that_rests_on_waivers_says_so() -> None:
    waived = next(finding for finding in example.REPORT.findings if finding.outcome is Outcome.WAIVED)
    given = example.report((example.COMPLIANT.findings[0], waived), (), Verdict.PASS)
    assert summary(example.answered(given, example.answer("SEC-05", AnswerKind.OPEN))) == (
        "No check failed on 2 endpoints; 1 check is waived, but the audit is not complete. 1 of 1 requirement is open."
    )


def test_without_requirements_there_is_no_standing() -> None:
    assert headline(example.COMPLIANT) == "Compliant"
    assert exit_meaning(example.COMPLIANT) == "no check failed"
    assert answers_counted(example.COMPLIANT) == "no requirements"


def test_what_is_owed_is_no_endpoint_that_meets_the_policy() -> None:
    owed = example.UNFINISHED.model_copy(update={"requirements": (), "completeness": None})
    assert summary(owed).startswith("No check failed on the deployment and 1 endpoint, but the audit is not complete.")
    failing = owed.findings[1].model_copy(update={"outcome": Outcome.FAIL})
    failed = owed.model_copy(
        update={"verdict": Verdict.FAIL, "findings": (owed.findings[0], failing, *owed.findings[2:])}
    )
    assert summary(failed).startswith("1 of 1 endpoint does not meet the policy: 1 check fails. Nobody looked at ")


def test_inconclusive_for_open_requirements_alone_says_so() -> None:
    answers = example.UNFINISHED.requirements
    given = example.answered(example.UNFINISHED, *answers, required=True, verdict=Verdict.INCONCLUSIVE)
    assert exit_meaning(given) == (
        "no check failed, but every requirement must be answered (complete: required in the policy, or --complete), "
        "and 1 open one is of severity medium or above"
    )
    assert "2 of 3 requirements are open, 1 of them of severity medium or above, which must be answered." in summary(
        given
    )
    more = example.answered(
        given, *answers, example.answer("X-1", AnswerKind.OPEN), required=True, verdict=Verdict.INCONCLUSIVE
    )
    assert "and 2 open ones are of severity medium or above" in exit_meaning(more)


def test_inconclusive_for_another_reason_does_not_blame_the_requirements() -> None:
    answers = example.UNFINISHED.requirements
    doubted = example.answered(example.UNREACHABLE, *answers, required=True)
    assert exit_meaning(doubted) == "no check failed, but compliance is not proven"
    nothing = example.report(example.UNFINISHED.findings[-2:], (), Verdict.INCONCLUSIVE)
    assert exit_meaning(example.answered(nothing, *answers, required=True)) == exit_meaning(doubted)
    assert exit_meaning(example.report((), (), Verdict.INCONCLUSIVE)) == (
        "nothing was checked, so the result is inconclusive"
    )
    assert exit_meaning(example.ANSWERED) == "at least one check failed"


@pytest.mark.parametrize(
    ("scanner", "said"),
    [
        (
            ScannerVersions(sslyze="6.3.1", nassl="5.4.0", openssl=("1.1.1w", "1.0.2e")),
            "Probed with sslyze 6.3.1 (nassl 5.4.0, OpenSSL 1.1.1w and 1.0.2e).",
        ),
        (ScannerVersions(sslyze="6.3.1"), "Judged from a scan of sslyze 6.3.1."),
    ],
)
def test_the_scanner_is_named_with_its_versions(scanner: ScannerVersions, said: str) -> None:
    assert scanned(scanner) == said
