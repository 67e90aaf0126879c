"""The comment on a pull request, rendered as a code review would."""

import re

import pytest

from auditor.model.answer import AnswerKind
from auditor.model.finding import Outcome, Violation
from auditor.model.report import EndpointSummary, Report, Verdict
from auditor.model.subject import Named
from auditor.model.target import OWED
from auditor.model.waiver import WaiverState
from auditor.render.formats import markdown
from tests.render import example
from tests.render.large import estate
from tests.render.parsed import Document
from tests.render.test_commonmark import page
from tests.render.test_hostile import REPORT as HOSTILE

GITHUB_LIMIT = 65_536
OUR_TAGS = {
    *("h3", "p", "br", "code", "strong", "ul", "li", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def rendered(report: Report) -> Document:
    return page(markdown.render(report))


def test_it_begins_with_the_verdict() -> None:
    for report, said in (
        (example.REPORT, "auditor: Not compliant"),
        (example.COMPLIANT, "auditor: Compliant"),
        (example.UNREACHABLE, "auditor: Inconclusive"),
    ):
        assert rendered(report).all("h3")[0].text == said


def test_the_table_names_everything_that_fails_or_is_in_doubt() -> None:
    document = rendered(example.REPORT)
    assert len(document.all("table")) == 1
    rows = len(document.all("tr")) - 1
    alone = [
        finding
        for finding in example.REPORT.findings
        if finding.outcome in (Outcome.FAIL, Outcome.WARN, Outcome.INCONCLUSIVE)
        and finding.target != example.PROVISIONING
    ]
    assert rows == len(alone) + 1  # the endpoint out of reach is one row


def test_every_endpoint_that_needs_reading_has_one_folded_block_and_they_are_closed() -> None:
    document = rendered(example.REPORT)
    assert len(document.all("details")) == len(document.all("summary")) == 4
    assert all("open" not in element.attributes for element in document.all("details"))


def test_a_compliant_report_is_short_and_has_no_table() -> None:
    text = markdown.render(example.COMPLIANT)
    assert "| Outcome |" not in text
    assert "<details>" not in text
    assert len(text) < 400


def test_waivers_that_do_nothing_are_named_and_the_one_in_use_stands_with_its_finding() -> None:
    text = markdown.render(example.REPORT)
    assert "**Waivers to review**" in text
    assert "- Expired: `protocol-not-allowed at sbc-2.* until 2026-10-31" in text
    assert "- Unused: `certificate-chain-incomplete at sbc-7.* until 2027-01-31" in text
    assert "- Used" not in text
    assert "- Waived: `until 2027-01-31, approved by Head of Voice Security, CHG-4711" in text


@pytest.mark.parametrize(
    "report", [HOSTILE, estate(200), estate(3)], ids=["hostile", "a thousand endpoints", "fifteen"]
)
def test_it_fits_into_a_comment_and_says_what_is_left_out(report: Report) -> None:
    text = markdown.render(report)
    assert len(text.encode()) < GITHUB_LIMIT
    document = page(text)
    shown = len([found for found in document.all("summary") if not re.search("requirements are", found.text)])
    wanted = len(
        {
            finding.target
            for finding in report.findings
            if finding.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.NOT_TESTED)
        }
    )
    left = re.search(r"The evidence on (\d+) endpoints? does not fit here", text)
    assert shown + int(left[1] if left else 0) == wanted
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.slow
def test_text_as_wide_as_it_gets_still_fits() -> None:
    wide = "\U00020000" * 4000
    finding = example.REPORT.findings[16]
    findings = tuple(
        finding.model_copy(
            update={
                "target": f"{number} {wide}",
                "rule": f"{number} {wide}",
                "outcome": Outcome.FAIL,
                "not_applicable": wide,
                "violations": (Violation(subject=Named(name=wide), expected=wide, observed=wide),) * 25,
            }
        )
        for number in range(60)
    )
    status = example.WAIVERS[1].model_copy(
        update={"waiver": example.WAIVER.model_copy(update={"reason": wide}), "state": WaiverState.EXPIRED}
    )
    rules = {one.rule: example.summary(wide, remedy=wide) for one in findings}
    text = markdown.render(example.report(findings, (), Verdict.FAIL, (status,) * 30, rules=rules))
    assert len(text.encode()) < GITHUB_LIMIT
    assert "And 30 more rows." in text
    assert "- and 20 more" in text


def test_one_endpoint_with_endless_findings_is_cut_with_a_word() -> None:
    findings = tuple(example.REPORT.findings[16].model_copy(update={"rule": f"rule-{number}"}) for number in range(500))
    text = markdown.render(example.report(findings, (), Verdict.FAIL))
    assert re.search(r"\d+ more rows not shown here\.", text)
    assert text.count("<details>") == text.count("</details>") == 1


def test_nothing_from_outside_makes_an_element_a_link_or_a_mention() -> None:
    document = page(markdown.render(HOSTILE))
    assert {element.tag for element in document.elements} <= OUR_TAGS
    assert not [element for element in document.elements if set(element.attributes) - {"style"}]
    assert not [element.text for element in document.elements if "@" in element.text and element.tag != "code"]


def test_no_line_begins_a_command_of_the_review_system() -> None:
    assert not re.search(r"^\s*/", markdown.render(HOSTILE), re.MULTILINE)


def test_the_heading_has_the_verdict_and_how_complete_the_audit_is() -> None:
    for report, said in (
        (example.ANSWERED, "auditor: Not compliant: 4 of 5 requirements answered (2 not met), 1 open"),
        (example.UNFINISHED, "auditor: Compliant so far: 1 of 3 requirements answered, 2 open"),
    ):
        assert rendered(report).all("h3")[0].text == said


def test_requirements_that_are_not_met_or_open_are_folded_and_say_why_or_what_closes_them() -> None:
    text = markdown.render(example.ANSWERED)
    assert "<details><summary>2 requirements are not met</summary>" in text
    assert "<details><summary>1 requirement is open</summary>" in text
    assert (
        f"| `SEC-10` | high | Versions below TLS 1.2 are not used | `protocol-not-allowed at {example.SBC_2}` |" in text
    )
    assert "| `audit an offer and an answer of the SBC with auditor sdp FILE` |" in text
    assert len(rendered(example.ANSWERED).all("table")) == 3


def test_what_nobody_looked_at_is_named_with_what_would_put_that_right() -> None:
    text = markdown.render(example.UNFINISHED)
    assert "**Nobody looked at**" in text
    assert f"- `{example.OWED_CLIENT}`: `have the SBC of site A connect to auditor listen`" in text
    many = tuple(
        EndpointSummary(target=f"owed {position}", perspective=OWED) for position in range(markdown.MOST_OWED + 2)
    )
    assert "- `owed 0`: `no reason was recorded`\n" in markdown.render(example.report((), many, Verdict.INCONCLUSIVE))
    assert "- and 2 more" in markdown.render(example.report((), many, Verdict.INCONCLUSIVE))


def test_so_many_open_requirements_that_they_do_not_fit_are_counted() -> None:
    answers = (example.answer(f"R-{position}", AnswerKind.OPEN, closes="x" * 150) for position in range(200))
    text = markdown.render(example.answered(example.REPORT, *answers))
    assert len(text.encode()) < GITHUB_LIMIT
    assert re.search(r"And \d+ more: `auditor requirements FILE.json` lists every one.", text)
    assert "<details><summary>200 requirements are open</summary>" in text
