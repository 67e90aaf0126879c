"""The words that all formats share, and the order of outcomes and groups."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from auditor.model.answer import AnswerKind, Completeness, Confirmation, RequirementAnswer
from auditor.model.finding import Finding, Outcome, listed
from auditor.model.report import Report, RuleSummary, Verdict
from auditor.model.rule import Citation, Group
from auditor.model.scanner import ScannerVersions
from auditor.model.severity import Severity
from auditor.model.target import OWED, Perspective
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
ANSWERED_AS = {
    AnswerKind.NOT_MET: "not met",
    AnswerKind.OPEN: "open",
    AnswerKind.CONFIRMED: "confirmed",
    AnswerKind.MET: "met",
    AnswerKind.PROVIDER: "the provider's",
    AnswerKind.NOT_APPLICABLE: "not applicable",
}
"""The words that follow a count of answers."""
ANSWER_SYMBOLS = {
    AnswerKind.NOT_MET: "\u2715",
    AnswerKind.OPEN: "?",
    AnswerKind.CONFIRMED: "\u2713",
    AnswerKind.MET: "\u2713",
    AnswerKind.PROVIDER: "\u2013",
    AnswerKind.NOT_APPLICABLE: "\u00b7",
}
"""A sign for each answer, as for outcomes."""
WAIVER_WORDS = {
    WaiverState.USED: "Used",
    WaiverState.UNUSED: "Unused",
    WaiverState.EXPIRED: "Expired",
}
NO_REASON = "no reason was recorded"
"""For a finding with neither evidence nor a reason; its title states a defect, not what was observed."""

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


class Judged(Protocol):
    """A report, or what is kept of one."""

    @property
    def verdict(self) -> Verdict:
        """The result."""

    @property
    def completeness(self) -> Completeness | None:
        """How many requirements are answered."""


def verdict_words(judged: Judged) -> str:
    """The verdict in words; while requirements are open, a pass is one so far."""
    return VERDICT_WORDS[judged.verdict] + _so_far(judged)


def verdict_loud(judged: Judged) -> str:
    """The verdict in capital letters, for text without any other emphasis: ``COMPLIANT so far``."""
    return VERDICT_WORDS[judged.verdict].upper() + _so_far(judged)


def _so_far(judged: Judged) -> str:
    unfinished = judged.completeness is not None and judged.completeness.open
    return " so far" if unfinished and judged.verdict is Verdict.PASS else ""


def standing(report: Report) -> str:
    """How complete the audit is, such as ``61 of 118 requirements answered, 57 open``; empty without requirements."""
    missed = _missed(report)
    return _standing(report.completeness, f" ({missed} not met)" if missed else "")


def _missed(report: Report) -> int:
    """How many requirements are not met, with a pass as advice alone or under a waiver."""
    return sum(found.answer is AnswerKind.NOT_MET for found in report.requirements)


def standing_of(judged: Judged) -> str:
    """The same of what is kept of a report, which does not know what is not met."""
    return _standing(judged.completeness)


def _standing(found: Completeness | None, missed: str = "") -> str:
    if found is None:
        return ""
    return f"{found.answered} of {number(found.total, 'requirement')} answered{missed}, {found.open} open"


def headline(report: Report) -> str:
    """The verdict and how complete the audit is, which are always shown together."""
    return ": ".join(filter(None, (verdict_words(report), standing(report))))


def headline_loud(report: Report) -> str:
    """The same, the verdict in capital letters."""
    return ": ".join(filter(None, (verdict_loud(report), standing(report))))


def answers_counted(report: Report) -> str:
    """The answers by kind, such as ``3 not met, 57 open, 58 met``."""
    counts = Counter(found.answer for found in report.requirements)
    return ", ".join(f"{counts[kind]} {ANSWERED_AS[kind]}" for kind in AnswerKind if counts[kind]) or "no requirements"


def worst_answers_first(answers: Iterable[RequirementAnswer]) -> list[RequirementAnswer]:
    """By answer, then severity; equals keep the order of the documents."""
    order = tuple(AnswerKind)
    return sorted(answers, key=lambda found: (order.index(found.answer), -found.severity.rank))


def confirmed(confirmation: Confirmation) -> str:
    """Who confirmed what, when, and in which document."""
    said = f"{confirmation.statement}: confirmed by {confirmation.by} on {confirmation.date}"
    said += f", {confirmation.document}" if confirmation.document else ""
    return said + (f", SHA-256 {confirmation.sha256}" if confirmation.sha256 else "")


def owed_names(report: Report) -> tuple[str, ...]:
    """What the deployment must have and nobody looked at."""
    return tuple(seen.target for seen in report.endpoints if seen.perspective == OWED)


def closing_owed(report: Report) -> dict[str, str]:
    """What nobody looked at, and what would put a target in its place."""
    untested = {one.target: seen.closes for one in report.findings for seen in one.not_tested if seen.closes}
    return {name: untested.get(name, NO_REASON) for name in owed_names(report)}


def must_be_answered(report: Report) -> int:
    """How many open requirements keep the verdict from being a pass; 0 where it takes no answer to every one."""
    if report.completeness is None or not report.completeness.required:
        return 0
    return sum(_blocks(found, report.fail_on) for found in report.requirements)


def blocks(found: RequirementAnswer, report: Report) -> bool:
    """Whether the requirement is open and so keeps the verdict from being a pass."""
    required = report.completeness is not None and report.completeness.required
    return required and _blocks(found, report.fail_on)


def _blocks(found: RequirementAnswer, fail_on: Severity) -> bool:
    return found.answer is AnswerKind.OPEN and found.severity.rank >= fail_on.rank


def exit_meaning(report: Report) -> str:
    """What the exit code stands for; it never sounds complete while requirements are open."""
    if not report.findings:
        return "nothing was checked, so the result is inconclusive"
    if report.verdict is Verdict.FAIL:
        return "at least one check failed"
    if report.verdict is Verdict.PASS:
        return _meaning_of_pass(report)
    if (blocking := must_be_answered(report)) and not _doubtful(report):
        are = "open one is" if blocking == 1 else "open ones are"
        return (
            "no check failed, but every requirement must be answered (complete: required in the policy, or "
            f"--complete), and {blocking} {are} of severity {report.fail_on} or above"
        )
    return "no check failed, but compliance is not proven"


def _meaning_of_pass(report: Report) -> str:
    found = report.completeness
    if found is None:
        untested = sum(finding.outcome is Outcome.NOT_TESTED for finding in report.findings)
        return "no check failed" + (
            f", but {number(untested, 'check')} {_was(untested)} not tested" if untested else ""
        )
    if not found.open:
        missed = _missed(report)
        but = f", {missed} of them as not met" if missed else ""
        return f"no check failed, and every requirement is answered{but}"
    are = "requirement is" if found.open == 1 else "requirements are"
    return f"no check failed, but {found.open} {are} open and may still not be met"


def _doubtful(report: Report) -> bool:
    """Whether the verdict is inconclusive whatever is required to be answered."""
    outcomes = {finding.outcome for finding in report.findings}
    return not outcomes & {Outcome.PASS, Outcome.WARN} or any(
        finding.outcome is Outcome.INCONCLUSIVE and report.rules[finding.rule].severity.rank >= report.fail_on.rank
        for finding in report.findings
    )


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


SSLYZE_DOES = (
    "Its connection layer makes the ClientHellos that look for versions, cipher suites and groups.  Its scan commands "
    "look for known weaknesses, and cross-check the cipher suites under --thorough."
)
"""What sslyze does in an audit of the auditor's own."""


def scanner_named(scanner: ScannerVersions) -> str:
    """The scanner with its versions, such as ``sslyze 6.3.1 (nassl 5.4.0, OpenSSL 1.1.1w and 1.0.2e)``."""
    parts = [f"nassl {scanner.nassl}"] if scanner.nassl else []
    parts += [f"OpenSSL {' and '.join(scanner.openssl)}"] if scanner.openssl else []
    return f"sslyze {scanner.sslyze}" + (f" ({', '.join(parts)})" if parts else "")


def scanned(scanner: ScannerVersions) -> str:
    """One sentence on what made the ClientHellos: the auditor with sslyze, or sslyze alone, whose scan was judged."""
    verb = "Probed with" if scanner.nassl else "Judged from a scan of"
    return f"{verb} {scanner_named(scanner)}."


def number(count: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun, such as ``1 check`` or ``2 checks``."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def summary(report: Report) -> str:
    """The result in a few sentences, for a reader who reads no further."""
    owed = owed_names(report)
    looked = [finding for finding in report.findings if finding.target not in owed]
    targets = {outcome: {finding.target for finding in looked if finding.outcome is outcome} for outcome in Outcome}
    everything = {finding.target for finding in looked}
    deployments = {seen.target for seen in report.endpoints if seen.perspective == Perspective.DEPLOYMENT}
    counts = Counter(finding.outcome for finding in looked)
    failing, unclear, warned = targets[Outcome.FAIL], targets[Outcome.INCONCLUSIVE], targets[Outcome.WARN]
    unanswered = report.completeness.open if report.completeness else 0
    waived_checks = counts[Outcome.WAIVED]
    said = []
    if failing:
        others = number(len(everything - deployments), "endpoint")
        who = _who(failing, deployments, f"{len(failing - deployments)} of {others}")
        verb = "does" if len(failing) == 1 else "do"
        fail = "fails" if counts[Outcome.FAIL] == 1 else "fail"
        said.append(f"{who} {verb} not meet the policy: {number(counts[Outcome.FAIL], 'check')} {fail}.")
    elif report.verdict is not Verdict.PASS:
        said.append("No check failed, but there is not enough evidence to call this compliant.")
    elif unanswered or owed:
        who = _who(everything, deployments, number(len(everything - deployments), "endpoint"), starts=False)
        but = f"; {number(waived_checks, 'check')} {_is(waived_checks)} waived" if waived_checks else ""
        said.append(f"No check failed on {who}{but}, but the audit is not complete.")
    else:
        but = f", except for {number(waived_checks, 'waived check')}" if waived_checks else ""
        endpoints = len(everything - deployments)
        who = _who(everything, deployments, "the endpoint" if endpoints == 1 else f"all {endpoints} endpoints")
        said.append(f"{who} {'meets' if len(everything) == 1 else 'meet'} the policy{but}.")
    said += _unfinished(report, unanswered, owed)
    if report.verdict is Verdict.PASS:
        said += _besides(report, everything, counts[Outcome.NOT_TESTED])
    if unclear:
        who = _who(unclear, deployments, number(len(unclear - deployments), "endpoint"), starts=False)
        doubts = counts[Outcome.INCONCLUSIVE]
        said.append(f"{number(doubts, 'check')} on {who} {_is(doubts)} inconclusive, which is not a pass.")
    if warned:
        warnings = counts[Outcome.WARN]
        said.append(f"Review {number(warnings, 'warning')} before {_it(warnings)}.")
    return " ".join(said)


def _unfinished(report: Report, unanswered: int, owed: tuple[str, ...]) -> Iterator[str]:
    """What was not answered, and what nobody looked at."""
    if report.completeness is not None and unanswered:
        most = f"{unanswered} of {number(report.completeness.total, 'requirement')} {_is(unanswered)} open"
        blocking = must_be_answered(report)
        severe = f", {blocking} of them of severity {report.fail_on} or above, which must be answered"
        yield f"{most}{severe if blocking else ''}."
    if owed:
        yield f"Nobody looked at {listed(owed)}, which the deployment must have."


def _besides(report: Report, looked: set[str], untested: int) -> Iterator[str]:
    """What a pass leaves out, so that it never sounds like more than was looked at."""
    if missed := _missed(report):
        yield f"{number(missed, 'requirement')} {_is(missed)} not met, as advice or under a waiver."
    if unlooked := sum(seen.target not in looked and seen.perspective != OWED for seen in report.endpoints):
        yield f"{number(unlooked, 'endpoint')} {_was(unlooked)} not audited."
    if untested:
        yield f"{number(untested, 'check')} {_was(untested)} not tested."


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _who(targets: set[str], deployments: set[str], endpoints: str, *, starts: bool = True) -> str:
    """The deployment, which is not an endpoint, and the endpoints in the words given, where there are any."""
    both = [*(["the deployment"] if targets & deployments else []), *([endpoints] if targets - deployments else [])]
    said = " and ".join(both)
    return said[:1].upper() + said[1:] if starts else said


def _it(count: int) -> str:
    return "it becomes a failure" if count == 1 else "they become failures"
