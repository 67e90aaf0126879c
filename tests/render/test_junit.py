"""The report as JUnit XML, read back by the library that CI systems' tools are tested against."""

from xml.etree import ElementTree as ET

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from auditor.model.finding import Finding, Outcome, observed_text
from auditor.model.report import Verdict
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
    }  # fmt: skip
    assert len(root.findall(".//testcase")) == len(HOSTILE.findings)


def test_a_waiver_that_has_expired_or_that_nothing_needs_is_a_property_of_every_suite() -> None:
    for suite in ET.fromstring(junit.render(example.REPORT)).iter("testsuite"):
        said = [found.get("value", "") for found in suite.iter("property") if found.get("name") == "waiver"]
        assert [words.partition(" ")[0] for words in said] == ["Expired", "Unused"]
