"""The report as a comment on a pull request (GitHub Flavored Markdown): the verdict, what fails, the evidence folded.

A comment holds 65,536 characters; the report stays under it, counted in bytes, and says what it leaves out.
"""

from collections.abc import Iterator, Mapping, Sequence

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
    VERDICT_WORDS,
    WAIVER_WORDS,
    counted,
    number,
    scanned,
    waived,
    waiver_named,
)
from auditor.render.wording import summary as in_words

SHOWN = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN, Outcome.WAIVED)
"""The outcomes that a reviewer must read; untested checks are counted."""
MOST_BYTES = 60_000
MOST_BYTES_OF_ENDPOINT = 16_000
MOST_ROWS = 30
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
        f"### auditor: {VERDICT_WORDS[report.verdict]}",
        f"{prose(in_words(report))}  \n{prose(counted(report))}. Policy {policy}, {ends}",
        *(f"**Note:** {prose(note)}" for note in report.notes),
        *_table(rows),
        *_waivers(report),
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
