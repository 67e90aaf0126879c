"""The report as a table for the terminal: worst first, each fix once, the verdict last.

Everything the renderer adds is ASCII.  The table reads the same without colour, and is wrapped, never cut.
"""

from collections.abc import Mapping, Sequence

from auditor.model.finding import Finding, Outcome, observed_text, reason_text
from auditor.model.report import Report, RuleSummary, Verdict
from auditor.render.cleaned import cleaned
from auditor.render.grouped import FindingGroup, grouped
from auditor.render.terminal.grid import grid
from auditor.render.wording import (
    COUNTED_AS,
    EXIT_CODES,
    NEEDS_READING,
    NO_REASON,
    OUTCOME_WORDS,
    WAIVER_WORDS,
    cited,
    counted,
    exit_meaning,
    headline_loud,
    number,
    scanned,
    standing,
    verdict_loud,
    waived,
    waiver_named,
)
from auditor.render.wrapping import wrap

MOST_VIOLATIONS = 5
"""The most violations shown for one finding; the others are counted, and listed in the JSON and HTML reports."""
NARROWEST = 60
SPACIOUS = 150
"""The width from which every fact has a separate column; below it, two facts share one, on two lines."""
READABLE = 110
"""The greatest width of running text."""

_SGR = {  # ECMA-48, 8.3.117: bold, and one of the eight colours every terminal has
    Outcome.FAIL: "1;31",
    Outcome.INCONCLUSIVE: "1;35",
    Outcome.WARN: "33",
    Outcome.NOT_TESTED: "36",
    Outcome.WAIVED: "36",
    Outcome.PASS: "1;32",
}
_SGR_OF_VERDICT = {
    Verdict.FAIL: _SGR[Outcome.FAIL],
    Verdict.INCONCLUSIVE: _SGR[Outcome.INCONCLUSIVE],
    Verdict.PASS: _SGR[Outcome.PASS],
}


def render(report: Report, *, width: int, colour: bool) -> str:
    """The report in ``width`` terminal columns (60 at least), with ANSI colours only if asked; ends with a newline."""
    report = cleaned(report)
    width = max(width, NARROWEST)
    rows = [row for row in grouped(report.findings, report.rules) if row.outcome in NEEDS_READING]
    parts = (
        _findings(rows, width=width, colour=colour) if rows else [],
        _rest(report),
        _waivers(report, width),
        _notes(report, width),
        _fixes([row.first for row in rows if row.outcome in (Outcome.FAIL, Outcome.WARN)], report.rules, width),
        _open(report, width),
        _verdict(report, width=width, colour=colour),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _findings(rows: Sequence[FindingGroup], *, width: int, colour: bool) -> list[str]:
    records = []
    for row in rows:
        word, severity = OUTCOME_WORDS[row.outcome], row.severity.value
        evidence = _evidence(row.first)
        left = [[word], [severity], [row.target], [row.rules]]
        if width < SPACIOUS:
            left = [[word, severity], [row.target, row.rules]]
        records.append([*left, [observed for observed, _ in evidence], [required for _, required in evidence]])
    headers = ("Outcome", "Severity", "Target", "Rule") if width >= SPACIOUS else ("Outcome", "Target, rule")
    lines = grid((*headers, "Observed", "Required"), records, width)
    if colour:
        words = {OUTCOME_WORDS[outcome]: _SGR[outcome] for outcome in NEEDS_READING}
        lines = [*lines[:2], *(_coloured(line, words) for line in lines[2:])]
    return lines


def _coloured(line: str, words: dict[str, str]) -> str:
    """The line with the outcome it begins with in colour; the colour codes take no room and move nothing."""
    for word, sgr in words.items():
        if line.startswith(word):
            return f"\x1b[{sgr}m{word}\x1b[0m{line[len(word) :]}"
    return line


def _evidence(finding: Finding) -> list[tuple[str, str]]:
    """What was observed and what is required, a pair for every violation or warning."""
    pairs = [(observed_text(remark), remark.expected) for remark in finding.evidence[:MOST_VIOLATIONS]]
    more = len(finding.evidence) - MOST_VIOLATIONS
    if more > 0:
        pairs.append((f"and {more} more", ""))
    if reason := reason_text(finding):
        pairs.append((reason, ""))
    if finding.waiver:
        pairs.append((f"waived {waived(finding.waiver)}", ""))
    return pairs or [(NO_REASON, "")]


def _rest(report: Report) -> list[str]:
    """How many findings passed or do not apply, a line each."""
    return [
        f"{report.counts[outcome]} {COUNTED_AS[outcome]}"
        for outcome in Outcome
        if outcome not in NEEDS_READING and report.counts.get(outcome)
    ]


def _waivers(report: Report, width: int) -> list[str]:
    """Every waiver in a paragraph: a forgotten one is a hole in the policy."""
    lines: list[str] = []
    for status in report.waivers:
        found = f", {number(status.findings, 'finding')}" if status.findings else ""
        lines += _indented(f"{WAIVER_WORDS[status.state]}{found}: {waiver_named(status.waiver)}", width, 2)
    return ["Waivers", *lines] if lines else []


def _notes(report: Report, width: int) -> list[str]:
    lines = [line for note in report.notes for line in _indented(note, width, 2)]
    return ["Note", *lines] if lines else []


def _fixes(findings: Sequence[Finding], rules: Mapping[str, RuleSummary], width: int) -> list[str]:
    """A paragraph for every rule, in the order of the table."""
    lines: list[str] = []
    by_rule: dict[str, Finding] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, finding)
    for rule_id, finding in by_rule.items():
        rule = rules[rule_id]
        lines += ["", *_indented(f"{rule_id}: {rule.title}", width, 2)]
        lines += _indented(rule.remedy, width, 6) if rule.remedy else []
        lines += _indented(f"Based on: {'; '.join(finding.basis)}.", width, 6) if finding.basis else []
        sources = "; ".join(cited(citation) for citation in rule.citations)
        lines += _indented(f"See {sources}.", width, 6) if sources else []
    return ["Fix", *lines] if lines else []


def _indented(text: str, width: int, indent: int) -> list[str]:
    return [" " * indent + line for line in wrap(text, min(width, READABLE) - indent)]


def _open(report: Report, width: int) -> list[str]:
    """Where the open requirements are listed, if there are any."""
    if report.completeness is None or not (unanswered := report.completeness.open):
        return []
    are = "requirement is" if unanswered == 1 else "requirements are"
    where = "auditor requirements FILE.json --open lists what would answer each (FILE.json is written by --report)"
    return ["Open requirements", *_indented(f"{unanswered} {are} open: {where}.", width, 2)]


def _verdict(report: Report, *, width: int, colour: bool) -> list[str]:
    """The verdict and how complete the audit is, the counts, and what the exit code means."""
    word = verdict_loud(report)
    probed = f" {scanned(report.scanner)}" if report.scanner else ""
    policy = f"Policy {report.policy.id} {report.policy.version}.{probed}"
    if standing(report):
        lines = [*wrap(f"{headline_loud(report)}.", width), *wrap(f"Checks: {counted(report)}. {policy}", width)]
    else:
        lines = wrap(f"{word}: {counted(report)}. {policy}", width)
    if colour:
        lines[0] = _coloured(lines[0], {word: _SGR_OF_VERDICT[report.verdict]})
    ends = f"Exit code {EXIT_CODES[report.verdict]}: {exit_meaning(report)}."
    return [*lines, *wrap(f"{ends} Violations of severity {report.fail_on} or above are failures.", width)]
