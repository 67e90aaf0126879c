"""A difference in every format: snapshots one can open, and nothing that harms the reader."""

import json as stdlib_json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.diff import Difference, compare
from auditor.model.answer import AnswerKind
from auditor.model.finding import Doubt, Finding, Outcome, Violation
from auditor.model.report import Report, Verdict
from auditor.model.subject import TARGET, CipherSuiteSubject
from auditor.render.difference import json, markdown, table
from tests.render import example
from tests.render.hostile import FORBIDDEN
from tests.render.large import estate
from tests.render.test_commonmark import page
from tests.render.test_hostile import REPORT as HOSTILE
from tests.render.test_markdown import GITHUB_LIMIT, OUR_TAGS

SNAPSHOTS = Path(__file__).parent.parent / "snapshots"
RENDERERS: dict[str, Callable[[Difference], str]] = {
    "difference.txt": lambda difference: table.render(difference, width=100),
    "difference.md": markdown.render,
    "difference.json": json.render,
}


def _later(finding: Finding) -> Finding:
    """One check better, one worse, an endpoint out of reach, one back again, and a violation more."""
    outcome = {
        (example.SBC_2, "protocol-not-allowed"): Outcome.PASS,
        (example.SBC_1, "certificate-expires-soon"): Outcome.FAIL,
        (example.SBC_6, "certificate-chain-incomplete"): Outcome.FAIL,
    }.get((finding.target, finding.rule))
    if outcome:
        violations = example.REPORT.findings[16].violations if outcome is Outcome.FAIL else ()
        return finding.model_copy(update={"outcome": outcome, "violations": violations, "waiver": None})
    if finding.target == example.PROVISIONING:
        return finding.model_copy(update={"outcome": Outcome.PASS, "doubts": ()})
    if finding.target == example.SBC_1:
        doubt = Doubt(subject=TARGET, reason="the connection was reset, twice")
        return finding.model_copy(update={"outcome": Outcome.INCONCLUSIVE, "doubts": (doubt,)})
    if finding.rule == "cipher-suite-not-allowed" and finding.violations:
        null = CipherSuiteSubject(version="TLSv1.2", suite="TLS_RSA_WITH_NULL_SHA")
        more = Violation(subject=null, expected="rejected", observed="accepted in TLSv1.2")
        return finding.model_copy(update={"violations": (*finding.violations[1:], more)})
    return finding


LATER = example.answered(
    example.REPORT,
    *(
        one.model_copy(update={"answer": AnswerKind.OPEN, "closes": "audit the other endpoint"})
        if one.answer is AnswerKind.MET
        else one.model_copy(update={"answer": AnswerKind.NOT_MET})
        if one.answer is AnswerKind.OPEN
        else one.model_copy(update={"answer": AnswerKind.MET})
        for one in example.ANSWERS
    ),
).model_copy(
    update={
        "findings": tuple(_later(finding) for finding in example.REPORT.findings if finding.target != example.HOSTILE),
        "endpoints": example.ENDPOINTS[:4],
        "policy": example.REPORT.policy.model_copy(update={"version": "2026.12"}),
    }
)
DIFFERENCE = compare(example.ANSWERED, LATER)


@pytest.mark.parametrize("name", RENDERERS)
def test_the_example_renders_exactly_as_the_file_that_was_reviewed(name: str) -> None:
    text = RENDERERS[name](DIFFERENCE)
    if os.environ.get("RENEW_SNAPSHOTS"):
        (SNAPSHOTS / name).write_text(text, encoding="utf-8", newline="\n")
    assert text == (SNAPSHOTS / name).read_text(encoding="utf-8"), "RENEW_SNAPSHOTS=1 writes it anew"


def test_json_is_exactly_the_model() -> None:
    assert Difference.model_validate_json(json.render(DIFFERENCE)) == DIFFERENCE


def test_the_table_names_every_change_that_needs_reading() -> None:
    text = table.render(DIFFERENCE, width=100)
    assert text.count("New failure") == len(DIFFERENCE.new_failures) == 3
    assert "+ TLS_RSA_WITH_NULL_SHA" in text
    assert f"Endpoints no longer there: {example.HOSTILE}." in text
    assert "Judged differently: the version of the policy acg changed: 2026.11, now 2026.12." in text
    assert text.split("\n\n")[-1].startswith("3 new failures; ")
    assert max(map(len, text.splitlines())) <= 100


def test_the_order_of_severity_is_that_of_reading() -> None:
    text = table.render(DIFFERENCE, width=100).split("\nChange, id")[0]
    order = ["New failure", "Worse", "Better", "Changed", "Appeared", "Disappeared"]
    words = re.findall(rf"^({'|'.join(order)})  ", text, re.MULTILINE)
    assert words == sorted(words, key=order.index)
    assert set(words) == {"New failure", "Worse", "Better"}


def test_an_endpoint_that_went_out_of_reach_is_one_row() -> None:
    text = table.render(DIFFERENCE, width=160)
    assert text.count("the connection was reset, twice") == 1
    assert "10 more" in text


def test_endpoints_that_are_new_are_named() -> None:
    found = compare(example.COMPLIANT, example.REPORT)
    said = f"New endpoints: {', '.join(example.TARGETS[1:])}."
    assert said in " ".join(table.render(found, width=160).split())
    assert "New endpoints: `sbc-2.voice.example.net:5061, provisioning.example.net:443" in markdown.render(found)


def test_without_a_difference_all_formats_say_so() -> None:
    same = compare(example.REPORT, example.REPORT)
    assert table.render(same, width=80).endswith("75 checks unchanged\n\nNo new failure.\n")
    assert "### auditor: No new failure." in markdown.render(same)
    assert stdlib_json.loads(json.render(same))["changes"] == []


def test_reports_without_a_common_check_say_that_nothing_was_compared() -> None:
    found = compare(example.COMPLIANT, example.UNREACHABLE)
    assert "nothing was compared" in table.render(found, width=80)


def _hostile() -> Difference:
    worse = tuple(
        finding.model_copy(update={"outcome": Outcome.FAIL, "violations": finding.violations * 2})
        for finding in HOSTILE.findings
    )
    keys: dict[tuple[str, str], Finding] = {(finding.rule, finding.target): finding for finding in worse}
    return compare(HOSTILE, HOSTILE.model_copy(update={"findings": tuple(keys.values())}))


def test_nothing_from_outside_gets_through_any_format() -> None:
    difference = _hostile()
    assert len(difference.new_failures) > 500
    for render in RENDERERS.values():
        text = render(difference)
        assert [hex(ord(character)) for character in FORBIDDEN if character in text] == []
    document = page(markdown.render(difference))
    assert {element.tag for element in document.elements} <= OUR_TAGS
    assert not [element.text for element in document.elements if "@" in element.text and element.tag != "code"]
    assert json.render(difference).isascii()


def _emptied(report: Report) -> Report:
    return report.model_copy(update={"findings": (), "endpoints": (), "verdict": Verdict.INCONCLUSIVE})


def test_the_comment_stays_under_the_limit_and_says_what_is_left_out() -> None:
    large = estate(60)
    text = markdown.render(compare(_emptied(large), large))
    assert len(text.encode()) < GITHUB_LIMIT
    assert re.search(r"The evidence on \d+ changes does not fit here; --format json has it\.", text)
    assert re.search(r"And \d+ more rows\.", text)
    assert text.count("<details>") == text.count("</details>") == 1


def test_answers_stand_worse_first_and_the_conclusion_counts_them() -> None:
    text = table.render(DIFFERENCE, width=120)
    assert text.index("open to not met") < text.index("met to open") < text.index("not met to met")
    assert "1 requirement newly not met; 1 requirement newly open." in text
    assert "Now: Not compliant: 6 of 7 requirements answered, 1 open; policy acg 2026.12" in text
    assert "| Worse | met to open | high | `SEC-21` |" in markdown.render(DIFFERENCE)


def test_a_report_without_answers_says_that_they_were_not_compared() -> None:
    for difference in (compare(example.REPORT, LATER), compare(LATER, example.REPORT)):
        assert "requirements not compared: one of the reports does not answer them" in table.render(
            difference, width=120
        )
    assert "requirements not compared" not in table.render(DIFFERENCE, width=120)


def test_more_answers_than_a_comment_holds_are_counted() -> None:
    old, new = (
        example.answered(example.REPORT, *(example.answer(f"R-{position}", kind) for position in range(33)))
        for kind in (AnswerKind.MET, AnswerKind.NOT_MET)
    )
    assert "And 3 more requirements." in markdown.render(compare(old, new))
