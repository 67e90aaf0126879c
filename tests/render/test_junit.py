"""The report as JUnit XML, read back by the library that CI systems' tools are tested against."""

from xml.etree import ElementTree as ET

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from auditor.model.answer import AnswerKind
from auditor.model.finding import Finding, Outcome, observed_text
from auditor.model.report import Report, Verdict
from auditor.render.formats import junit
from tests.render import example
from tests.render.test_hostile import REPORT as HOSTILE


def cases(text: str) -> dict[tuple[str, str], TestCase]:
    return {(case.classname, case.name): case for suite in JUnitXml.fromstring(text) for case in suite}


CASES = cases(junit.render(example.REPORT))


def outcome_of(case: TestCase) -> str:
    results = [type(result) for result in case.result]
    if case.system_out:
        assert not results
        return "passed with output"
    return results[0].__name__ if results else "passed"


def found(outcome: Outcome) -> Finding:
    return next(finding for finding in example.REPORT.findings if finding.outcome is outcome)


def case_of(outcome: Outcome) -> TestCase:
    finding = found(outcome)
    return CASES[finding.target, finding.rule]


def test_every_finding_is_one_test_case_in_the_suite_of_its_target() -> None:
    assert list(CASES) == [(finding.target, finding.rule) for finding in example.REPORT.findings]
    suites = list(JUnitXml.fromstring(junit.render(example.REPORT)))
    assert [suite.name for suite in suites] == list(example.TARGETS)
    assert all(case.classname == suite.name for suite in suites for case in suite)


def test_each_outcome_is_what_a_ci_system_makes_of_it() -> None:
    expected = {
        Outcome.FAIL: Failure.__name__,
        Outcome.INCONCLUSIVE: Error.__name__,
        Outcome.WARN: "passed with output",
        Outcome.NOT_TESTED: Skipped.__name__,
        Outcome.WAIVED: Skipped.__name__,
        Outcome.NOT_APPLICABLE: Skipped.__name__,
        Outcome.PASS: "passed",
    }
    assert {
        (finding.outcome, outcome_of(CASES[finding.target, finding.rule])) for finding in example.REPORT.findings
    } == set(expected.items())


def test_the_totals_are_those_of_the_report() -> None:
    suites = list(JUnitXml.fromstring(junit.render(example.REPORT)))
    counts = example.REPORT.counts
    assert sum(suite.tests for suite in suites) == len(example.REPORT.findings)
    assert sum(suite.failures for suite in suites) == counts[Outcome.FAIL]
    assert sum(suite.errors for suite in suites) == counts[Outcome.INCONCLUSIVE]
    assert sum(suite.skipped for suite in suites) == sum(
        counts[outcome] for outcome in (Outcome.WAIVED, Outcome.NOT_TESTED, Outcome.NOT_APPLICABLE)
    )


def test_a_failure_says_what_was_observed_what_is_required_and_how_to_fix_it() -> None:
    case = case_of(Outcome.FAIL)
    (failure,) = case.result
    finding = found(Outcome.FAIL)
    rule = example.RULES[finding.rule]
    assert failure.message == rule.title
    assert failure.type == rule.severity.value
    seen = finding.violations[0]
    assert failure.text is not None
    assert f"{observed_text(seen)}; required: {seen.expected}" in failure.text.splitlines()
    assert f"Fix: {rule.remedy}" in failure.text.replace(". ", ".  ").splitlines() + failure.text.splitlines()


def test_a_doubt_and_a_skipped_case_say_why() -> None:
    assert case_of(Outcome.INCONCLUSIVE).result[0].message == (
        "Inconclusive: 198.51.100.7 port 443 did not answer within 10 s, twice"
    )
    waived = case_of(Outcome.WAIVED).result[0].message
    assert waived == (
        "Waived: until 2027-01-31, approved by Head of Voice Security, CHG-4711: "
        "The gateway holds the intermediate until the RSA chain is switched off"
    )
    assert case_of(Outcome.NOT_APPLICABLE).result[0].message == "Not applicable: the target is a bare address"


def test_a_warning_passes_and_its_text_is_kept() -> None:
    assert (case_of(Outcome.WARN).system_out or "").startswith("Warning: ")


def test_a_report_without_findings_is_a_document_without_suites() -> None:
    root = ET.fromstring(junit.render(example.report((), (), Verdict.INCONCLUSIVE)))
    assert (root.tag, len(root)) == ("testsuites", 0)


def test_nothing_from_outside_makes_an_element() -> None:
    root = ET.fromstring(junit.render(HOSTILE))
    assert {element.tag for element in root.iter()} == {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped",
        "system-out",
    }  # fmt: skip
    assert len(root.findall(".//testcase")) == len(HOSTILE.findings) + len(HOSTILE.requirements)


def test_a_waiver_that_has_expired_or_that_nothing_needs_is_a_property_of_every_suite() -> None:
    for suite in ET.fromstring(junit.render(example.REPORT)).iter("testsuite"):
        said = [found.get("value", "") for found in suite.iter("property") if found.get("name") == "waiver"]
        assert [words.partition(" ")[0] for words in said] == ["Expired", "Unused"]


def answers(report: Report) -> dict[str, TestCase]:
    *_, suite = JUnitXml.fromstring(junit.render(report))
    assert suite.name == "requirements"
    return {case.name: case for case in suite}


def test_requirements_are_a_suite_of_their_own_and_what_is_open_says_what_closes_it() -> None:
    found = answers(example.ANSWERED)
    assert {name: outcome_of(case) for name, case in found.items()} == {
        "SEC-07": "Skipped",
        "SEC-10": "Failure",
        "SEC-21": "passed",
        "CON-11": "passed with output",
        "CON-20": "passed with output",
        "SEC-01": "Skipped",
        "CON-IP14": "Skipped",
    }
    assert found["SEC-07"].result[0].message == "Open: audit an offer and an answer of the SBC with auditor sdp FILE"
    assert found["SEC-10"].result[0].message == "Versions below TLS 1.2 are not used"
    assert found["SEC-01"].result[0].message == "The provider's: Microsoft encrypts it."
    assert (found["CON-20"].system_out or "").startswith("Not met: The exact name is in the certificate\n")
    assert "SHA-256 " + "ab" * 32 in (found["CON-11"].system_out or "")


def test_an_open_requirement_is_an_error_where_it_keeps_the_verdict_from_being_a_pass() -> None:
    required = example.answered(example.COMPLIANT, *example.UNFINISHED.requirements, required=True)
    found = answers(required)
    assert {name: outcome_of(case) for name, case in found.items()} == {
        "SEC-05": "passed", "SEC-07": "Error", "SEC-16": "Skipped", "SEC-01": "Skipped",
    }  # fmt: skip


def test_an_answer_without_a_reason_and_a_source_still_says_something() -> None:
    bare = example.answered(example.COMPLIANT, example.answer("X-1", AnswerKind.OPEN, reason=""))
    (skipped,) = answers(bare)["X-1"].result
    assert (skipped.message, skipped.text) == ("Open: no reason was recorded", "What X-1 asks for")


def test_every_suite_says_how_complete_the_audit_is() -> None:
    for suite in ET.fromstring(junit.render(example.UNFINISHED)).iter("testsuite"):
        said = {found.get("name"): found.get("value") for found in suite.iter("property")}
        assert said["verdict"] == "Compliant so far"
        assert said["completeness"] == "1 of 3 requirements answered, 2 open"
