"""The words that all formats share, and the order of outcomes and groups."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from auditor.model.answer import AnswerKind
from auditor.model.finding import Finding, Outcome
from auditor.model.report import Report, RuleSummary, Verdict
from auditor.model.rule import Citation, Group
from auditor.model.target import Perspective
from auditor.model.waiver import Waiver, WaiverState

WORST_FIRST = tuple(Outcome)
"""The order in which outcomes are shown."""

NEEDS_READING = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN, Outcome.NOT_TESTED, Outcome.WAIVED)
"""Outcomes whose findings are listed one by one; the others are counted."""

OUTCOME_WORDS = {
    Outcome.FAIL: "Fail",
    Outcome.INCONCLUSIVE: "Inconclusive",
    Outcome.WARN: "Warning",
    Outcome.NOT_TESTED: "Not tested",
    Outcome.WAIVED: "Waived",
    Outcome.PASS: "Pass",
    Outcome.NOT_APPLICABLE: "Not applicable",
}
OUTCOME_SYMBOLS = {
    Outcome.FAIL: "\u2715",
    Outcome.INCONCLUSIVE: "?",
    Outcome.WARN: "!",
    Outcome.NOT_TESTED: "\u2013",
    Outcome.WAIVED: "\u2248",
    Outcome.PASS: "\u2713",
    Outcome.NOT_APPLICABLE: "\u00b7",
}
"""A sign for each outcome, for readers who cannot see its colour."""
COUNTED_AS = {
    Outcome.FAIL: "failed",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.WARN: "with a warning",
    Outcome.NOT_TESTED: "not tested",
    Outcome.WAIVED: "waived",
    Outcome.PASS: "passed",
    Outcome.NOT_APPLICABLE: "not applicable",
}
VERDICT_WORDS = {Verdict.PASS: "Compliant", Verdict.FAIL: "Not compliant", Verdict.INCONCLUSIVE: "Inconclusive"}
ANSWER_WORDS = {
    AnswerKind.NOT_MET: "Not met",
    AnswerKind.OPEN: "Open",
    AnswerKind.CONFIRMED: "Confirmed",
    AnswerKind.MET: "Met",
    AnswerKind.PROVIDER: "The provider's",
    AnswerKind.NOT_APPLICABLE: "Does not apply",
}
"""The words for answers to requirements, worst first."""
WAIVER_WORDS = {
    WaiverState.USED: "Used",
    WaiverState.UNUSED: "Unused",
    WaiverState.EXPIRED: "Expired",
}
NO_REASON = "no reason was recorded"
"""For a finding with neither evidence nor a reason; its title states a defect, not what was observed."""

EXIT_MEANINGS = {
    Verdict.PASS: "no check failed",
    Verdict.FAIL: "at least one check failed",
    Verdict.INCONCLUSIVE: "no check failed, but compliance is not proven",
}
NOTHING_CHECKED = "nothing was checked, so the result is inconclusive"
EXIT_CODES = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}

_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][^\s\\\"'<>]*)?", re.ASCII)


def groups_of(rules: Iterable[RuleSummary]) -> tuple[str, ...]:
    """The headings of these rules: those of ``Group`` in its order, then any others by name."""
    present = {rule.group for rule in rules}
    known = tuple(group.value for group in Group if group in present)
    return (*known, *sorted(present - set(known)))


def by_weight(findings: Iterable[Finding], rules: Mapping[str, RuleSummary]) -> list[Finding]:
    """Worst first: by outcome, then severity; equals keep their order."""
    return sorted(
        findings, key=lambda finding: (WORST_FIRST.index(finding.outcome), -rules[finding.rule].severity.rank)
    )


def worst(findings: Iterable[Finding]) -> Outcome:
    """The worst outcome; not applicable if there are no findings."""
    return min((finding.outcome for finding in findings), key=WORST_FIRST.index, default=Outcome.NOT_APPLICABLE)


def counted(report: Report) -> str:
    """The counts, such as ``2 failed, 40 passed``."""
    return ", ".join(f"{report.counts[o]} {COUNTED_AS[o]}" for o in WORST_FIRST if report.counts.get(o)) or "no checks"


def verdict_words(report: Report) -> str:
    """The verdict in words; while requirements are open, a pass is one so far."""
    so_far = report.verdict is Verdict.PASS and report.completeness is not None and report.completeness.open
    return VERDICT_WORDS[report.verdict] + (" so far" if so_far else "")


def standing(report: Report) -> str:
    """How complete the audit is, such as ``61 of 118 requirements answered, 57 open``; empty without requirements."""
    if (found := report.completeness) is None:
        return ""
    answered = f"{found.answered} of {number(found.total, 'requirement')} answered"
    missed = sum(answer.answer is AnswerKind.NOT_MET for answer in report.requirements)
    return f"{answered}{f' ({missed} not met)' if missed else ''}, {found.open} open"


def cited(citation: Citation) -> str:
    """The citation, such as ``RFC 9325, section 3.1.1``; a heading is kept as it is."""
    if not citation.section:
        return citation.document
    numbered = citation.section[0].isdigit()
    return f"{citation.document}, {'section ' if numbered else ''}{citation.section}"


def web_address(citation: Citation) -> str:
    """The citation's URL if it is a plain http or https one, else empty: no other scheme is ever linked."""
    return citation.url if _WEB_ADDRESS.fullmatch(citation.url) else ""


def waived(waiver: Waiver) -> str:
    """Who accepted it, why and how long, in one line."""
    return f"until {waiver.expires}, approved by {waiver.approved_by}, {waiver.ticket}: {waiver.reason}"


def idle_waivers(report: Report) -> Iterator[str]:
    """Every expired or unused waiver, one line each: a forgotten waiver is a hole in the policy."""
    for status in report.waivers:
        if status.state is not WaiverState.USED:
            yield f"{WAIVER_WORDS[status.state]} waiver: {waiver_named(status.waiver)}"


def waiver_named(waiver: Waiver) -> str:
    """The whole waiver in one line."""
    return f"{waiver.rule} at {waiver.target} {waived(waiver)}"


def number(count: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun, such as ``1 check`` or ``2 checks``."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def summary(report: Report) -> str:
    """The result in one or two sentences, for a reader who reads no further."""
    targets: dict[Outcome, set[str]] = {
        outcome: {finding.target for finding in report.findings if finding.outcome is outcome} for outcome in Outcome
    }
    everything = {finding.target for finding in report.findings}
    deployments = {seen.target for seen in report.endpoints if seen.perspective == Perspective.DEPLOYMENT}
    counts = Counter(finding.outcome for finding in report.findings)
    failing, unclear, warned = targets[Outcome.FAIL], targets[Outcome.INCONCLUSIVE], targets[Outcome.WARN]
    said = []
    if failing:
        others = number(len(everything - deployments), "endpoint")
        who = _who(failing, deployments, f"{len(failing - deployments)} of {others}")
        verb = "does" if len(failing) == 1 else "do"
        fail = "fails" if counts[Outcome.FAIL] == 1 else "fail"
        said.append(f"{who} {verb} not meet the policy: {number(counts[Outcome.FAIL], 'check')} {fail}.")
    elif report.verdict is Verdict.PASS:
        waived_checks = counts[Outcome.WAIVED]
        but = f", except for {number(waived_checks, 'waived check')}" if waived_checks else ""
        endpoints = len(everything - deployments)
        who = _who(everything, deployments, "the endpoint" if endpoints == 1 else f"all {endpoints} endpoints")
        said.append(f"{who} {'meets' if len(everything) == 1 else 'meet'} the policy{but}.")
    else:
        said.append("No check failed, but there is not enough evidence to call this compliant.")
    if unclear:
        who = _who(unclear, deployments, number(len(unclear - deployments), "endpoint"), starts=False)
        checks = number(counts[Outcome.INCONCLUSIVE], "check")
        are = "is" if counts[Outcome.INCONCLUSIVE] == 1 else "are"
        said.append(f"{checks} on {who} {are} inconclusive, which is not a pass.")
    if warned:
        warnings = counts[Outcome.WARN]
        said.append(f"Review {number(warnings, 'warning')} before {_it(warnings)}.")
    return " ".join(said)


def _who(targets: set[str], deployments: set[str], endpoints: str, *, starts: bool = True) -> str:
    """The deployment, which is not an endpoint, and the endpoints in the words given, where there are any."""
    both = [*(["the deployment"] if targets & deployments else []), *([endpoints] if targets - deployments else [])]
    said = " and ".join(both)
    return said[:1].upper() + said[1:] if starts else said


def _it(count: int) -> str:
    return "it becomes a failure" if count == 1 else "they become failures"
