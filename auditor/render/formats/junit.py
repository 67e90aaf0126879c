"""The report as JUnit XML, the form every CI system reads: an endpoint is a suite, a finding is a test case.

A failed check is a failure, an inconclusive one an error, and a warning passes with its text as output.  What is
waived, was not tested or does not apply is skipped and says why.  The exit code gives the verdict: a CI system that
counts errors as failures is stricter than the policy where an inconclusive check is less severe than ``fail_on``.

A suite of their own holds the requirements of the documents behind the policy.  An open one is skipped and says what
closes it, or is an error where it keeps the verdict from being a pass.  One that is not met is a failure only if a
check of it failed; otherwise the violation is waived or a warning, and the case passes with its text as output.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final
from xml.etree import ElementTree as ET

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from auditor.model.answer import AnswerKind, RequirementAnswer
from auditor.model.finding import Finding, Outcome, observed_text, reason_text
from auditor.model.report import Report, RuleSummary
from auditor.render.cleaned import cleaned
from auditor.render.wording import (
    ANSWER_WORDS,
    COUNTED_AS,
    NO_REASON,
    blocks,
    cited,
    confirmed,
    idle_waivers,
    standing,
    verdict_words,
    waived,
)

_NAME: Final = "auditor"
_REQUIREMENTS: Final = "requirements"


def render(report: Report) -> str:
    """The report as an XML 1.0 document, indented by two spaces."""
    report = cleaned(report)
    document = JUnitXml(name=f"{_NAME} {report.policy.id} {report.policy.version}")
    by_target: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_target.setdefault(finding.target, []).append(finding)
    for target, findings in by_target.items():
        cases = [_case(finding, report.rules[finding.rule]) for finding in findings]
        document.add_testsuite(_suite(report, target, cases))
    if report.requirements:
        failed = {(finding.rule, finding.target) for finding in report.findings if finding.outcome is Outcome.FAIL}
        answers = [_answer(found, report, failed) for found in report.requirements]
        document.add_testsuite(_suite(report, _REQUIREMENTS, answers))
    # Written by the standard library even if lxml is installed, so the same report gives the same bytes.
    root = ET.fromstring(document.tostring())  # type: ignore[no-untyped-call]  # noqa: S314 - partly typed; our own document
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(report: Report, name: str, cases: Sequence[TestCase]) -> TestSuite:
    suite = TestSuite(name)
    suite.timestamp = report.observed_at.strftime("%Y-%m-%dT%H:%M:%S")
    for key, value in (
        ("policy", f"{report.policy.id} {report.policy.version}"),
        ("policy.sha256", report.policy.sha256),
        ("verdict", verdict_words(report)),
        *([("completeness", standing(report))] if standing(report) else []),
    ):
        suite.add_property(key, value)
    for note in report.notes:
        suite.add_property("note", note)
    for said in idle_waivers(report):
        suite.add_property("waiver", said)
    suite.add_testcases(list(cases))
    return suite


def _case(finding: Finding, rule: RuleSummary) -> TestCase:
    case = TestCase(finding.rule, classname=finding.target, time=0)
    text = "\n".join(_lines(finding, rule))
    match finding.outcome:
        case Outcome.FAIL:
            case.result = [_with_text(Failure(rule.title, rule.severity.value), text)]
        case Outcome.INCONCLUSIVE:
            why = f"Inconclusive: {reason_text(finding) or NO_REASON}"
            case.result = [_with_text(Error(why, finding.outcome.value), text)]
        case Outcome.WARN:
            case.system_out = f"Warning: {text}"
        case Outcome.WAIVED | Outcome.NOT_TESTED | Outcome.NOT_APPLICABLE:
            case.result = [_with_text(Skipped(_why_skipped(finding), finding.outcome.value), text)]
    return case


def _answer(found: RequirementAnswer, report: Report, failed: AbstractSet[tuple[str, str]]) -> TestCase:
    """A requirement as a test case; ``failed`` are the rules and targets of the checks that failed."""
    case = TestCase(found.id, classname=_REQUIREMENTS, time=0)
    text = "\n".join(_lines_of(found))
    why = f"{ANSWER_WORDS[found.answer]}: {found.closes or found.reason or NO_REASON}"
    match found.answer:
        case AnswerKind.NOT_MET if any((key.rule, key.target) in failed for key in found.findings):
            case.result = [_with_text(Failure(found.statement, found.severity.value), text)]
        case AnswerKind.NOT_MET:
            case.system_out = f"Not met: {text}"
        case AnswerKind.OPEN if blocks(found, report):
            case.result = [_with_text(Error(why, found.answer.value), text)]
        case AnswerKind.OPEN | AnswerKind.PROVIDER | AnswerKind.NOT_APPLICABLE:
            case.result = [_with_text(Skipped(why, found.answer.value), text)]
        case AnswerKind.CONFIRMED:
            case.system_out = f"Confirmed: {text}"
    return case


def _lines_of(found: RequirementAnswer) -> Iterator[str]:
    yield found.statement
    if found.reason:
        yield found.reason[0].upper() + found.reason[1:]
    if found.closes:
        yield f"Closed by: {found.closes}"
    yield from map(confirmed, found.confirmations)
    if found.sources:
        yield f"See {'; '.join(cited(citation) for citation in found.sources)}"


def _with_text(result: Failure | Error | Skipped, text: str) -> Failure | Error | Skipped:
    result.text = text
    return result


def _why_skipped(finding: Finding) -> str:
    said = waived(finding.waiver) if finding.waiver else reason_text(finding)
    return f"{COUNTED_AS[finding.outcome].capitalize()}: {said or NO_REASON}"


def _lines(finding: Finding, rule: RuleSummary) -> Iterator[str]:
    yield rule.title
    for remark in finding.evidence:
        yield f"{observed_text(remark)}; required: {remark.expected}"
    if reason := reason_text(finding):
        yield reason[0].upper() + reason[1:]
    if finding.evidence and rule.remedy:
        yield f"Fix: {rule.remedy}"
    if finding.evidence and rule.citations:
        yield f"See {'; '.join(cited(citation) for citation in rule.citations)}"
