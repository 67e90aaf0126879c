"""The report as a comment on a pull request (GitHub Flavored Markdown): the verdict, what fails, the evidence folded.

A comment holds 65,536 characters; the report stays under it, counted in bytes, and says what it leaves out.
"""

from collections.abc import Iterator, Mapping, Sequence

from auditor.model.answer import AnswerKind, RequirementAnswer
from auditor.model.finding import Finding, Outcome, observed_text, reason_text
from auditor.model.report import Report, RuleSummary
from auditor.model.waiver import WaiverState
from auditor.render.cleaned import cleaned
from auditor.render.commonmark import code, prose, summary, table
from auditor.render.fitting import fitting
from auditor.render.grouped import FindingGroup, grouped
from auditor.render.wording import (
    EXIT_CODES,
    NO_REASON,
    OUTCOME_WORDS,
    WAIVER_WORDS,
    closing_owed,
    counted,
    headline,
    number,
    scanned,
    waived,
    waiver_named,
    worst_answers_first,
)
from auditor.render.wording import summary as in_words

SHOWN = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN, Outcome.WAIVED)
"""The outcomes that a reviewer must read; untested checks are counted."""
MOST_BYTES = 60_000
MOST_BYTES_OF_ENDPOINT = 16_000
MOST_BYTES_OF_ANSWERS = 9_000
"""Of those that are not met, and of those that are open."""
MOST_ROWS = 30
MOST_OWED = 10
MOST_VIOLATIONS = 5
MOST_WAIVERS = 10


def render(report: Report) -> str:
    """The report as Markdown, under 65,536 bytes, with a newline at the end."""
    report = cleaned(report)
    rows = [row for row in grouped(report.findings, report.rules) if row.outcome in SHOWN]
    policy = code(f"{report.policy.id} {report.policy.version}")
    ends = f"exit code {EXIT_CODES[report.verdict]}, observed {report.observed_at:%Y-%m-%d %H:%M} UTC."
    ends += f" {prose(scanned(report.scanner))}" if report.scanner else ""
    head = [
        f"### auditor: {headline(report)}",
        f"{prose(in_words(report))}  \n{prose(counted(report))}. Policy {policy}, {ends}",
        *(f"**Note:** {prose(note)}" for note in report.notes),
        *_table(rows),
        *_owed(report),
        *_waivers(report),
        *_requirements(report, AnswerKind.NOT_MET, "not met", "Why"),
        *_requirements(report, AnswerKind.OPEN, "open", "Closed by"),
    ]
    endpoints, left = fitting(_endpoints(rows, report.rules), MOST_BYTES - len("\n\n".join(head).encode()))
    if left:
        endpoints.append(f"The evidence on {number(left, 'endpoint')} does not fit here; the JSON report has it.")
    return "\n\n".join((*head, *endpoints)) + "\n"


def _table(rows: Sequence[FindingGroup]) -> list[str]:
    urgent = [row for row in rows if row.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN)]
    if not urgent:
        return []
    cells = [
        (OUTCOME_WORDS[row.outcome], row.severity.value, code(row.target, 120), _rules(row))
        for row in urgent[:MOST_ROWS]
    ]
    more = len(urgent) - MOST_ROWS
    return [
        table(("Outcome", "Severity", "Target", "Rule"), cells),
        *([f"And {number(more, 'more row', 'more rows')}."] if more > 0 else []),
    ]


def _owed(report: Report) -> list[str]:
    """What nobody looked at, and what would put that right."""
    closing = closing_owed(report)
    lines = [f"- {code(name, 120)}: {code(closes, 300)}" for name, closes in list(closing.items())[:MOST_OWED]]
    more = len(closing) - MOST_OWED
    lines += [f"- and {more} more"] if more > 0 else []
    return ["**Nobody looked at**", "\n".join(lines)] if lines else []


def _requirements(report: Report, kind: AnswerKind, words: str, heading: str) -> Iterator[str]:
    """The requirements with this answer in a folded table, the most severe first, as far as there is room."""
    answers = [found for found in worst_answers_first(report.requirements) if found.answer is kind]
    if not answers:
        return
    rows = ["".join(f" {cell} |" for cell in _cells(found)) for found in answers]
    shown, left = fitting(rows, MOST_BYTES_OF_ANSWERS)
    are = "requirement is" if len(answers) == 1 else "requirements are"
    yield f"<details><summary>{len(answers)} {are} {words}</summary>"
    head = f"| Id | Severity | Requirement | {heading} |\n| --- | --- | --- | --- |"
    yield "\n".join([head, *(f"|{row}" for row in shown)])
    if left:
        yield f"And {left} more: `auditor requirements FILE.json` lists every one."
    yield "</details>"


def _cells(found: RequirementAnswer) -> tuple[str, ...]:
    why = found.closes if found.answer is AnswerKind.OPEN and found.closes else found.reason
    return code(found.id, 40), found.severity.value, prose(found.statement, 200), code(why or NO_REASON, 200)


def _waivers(report: Report) -> list[str]:
    """Expired and unused waivers; those in use stand with their findings."""
    idle = [status for status in report.waivers if status.state is not WaiverState.USED]
    lines = [
        f"- {WAIVER_WORDS[status.state]}: {code(waiver_named(status.waiver), 300)}" for status in idle[:MOST_WAIVERS]
    ]
    more = len(idle) - MOST_WAIVERS
    lines += [f"- and {more} more"] if more > 0 else []
    return ["**Waivers to review**", "\n".join(lines)] if lines else []


def _endpoints(rows: Sequence[FindingGroup], rules: Mapping[str, RuleSummary]) -> list[str]:
    """One folded block an endpoint, the worst first."""
    by_target: dict[str, list[FindingGroup]] = {}
    for row in rows:
        by_target.setdefault(row.target, []).append(row)
    return ["\n\n".join(_endpoint(target, of_target, rules)) for target, of_target in by_target.items()]


def _endpoint(target: str, rows: Sequence[FindingGroup], rules: Mapping[str, RuleSummary]) -> Iterator[str]:
    found = ", ".join(
        f"{sum(len(row.findings) for row in rows if row.outcome is outcome)} {OUTCOME_WORDS[outcome].lower()}"
        for outcome in SHOWN
        if any(row.outcome is outcome for row in rows)
    )
    yield f"<details><summary>{summary(target)}: {found}</summary>"
    shown, left = fitting(["\n".join(_row(row, rules[row.first.rule])) for row in rows], MOST_BYTES_OF_ENDPOINT)
    yield from shown
    if left:
        yield f"{number(left, 'more row')} not shown here."
    yield "</details>"


def _row(row: FindingGroup, rule: RuleSummary) -> Iterator[str]:
    finding = row.first
    title = f": {prose(rule.title)}" if len(row.findings) == 1 else ""
    yield f"**{OUTCOME_WORDS[row.outcome]}** ({row.severity.value}) {_rules(row)}{title}"
    yield ""
    for remark in finding.evidence[:MOST_VIOLATIONS]:
        yield f"- {code(observed_text(remark))}; required: {code(remark.expected)}"
    more = len(finding.evidence) - MOST_VIOLATIONS
    if more > 0:
        yield f"- and {more} more"
    yield from (f"- {line}" for line in _remarks(finding, rule))


def _rules(row: FindingGroup) -> str:
    """The ids in a code span; the words that stand for every one of them as words."""
    return prose(row.rules) if row.everything and len(row.findings) > 1 else code(row.rules, 160)


def _remarks(finding: Finding, rule: RuleSummary) -> Iterator[str]:
    if finding.waiver:
        yield f"Waived: {code(waived(finding.waiver), 600)}"
    reason = reason_text(finding)
    if reason or not finding.evidence:
        yield code(reason or NO_REASON, 600)
    if finding.evidence and rule.remedy and finding.outcome in (Outcome.FAIL, Outcome.WARN):
        yield f"Fix: {prose(rule.remedy)}"
    if finding.basis:
        yield f"Based on: {code('; '.join(finding.basis), 600)}"
