import re
from collections.abc import Iterator

import pytest

from auditor.model.answer import AnswerKind
from auditor.model.finding import Finding, Outcome, Violation, observed_text, reason_text
from auditor.model.report import Report, Verdict
from auditor.model.subject import Named
from auditor.render.terminal import table
from auditor.render.wording import NEEDS_READING, OUTCOME_WORDS
from tests.render import example

WIDTHS = (60, 80, 100, 129, 130, 160, 240)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _leading_words(text: str) -> Iterator[str]:
    words = [OUTCOME_WORDS[outcome] for outcome in NEEDS_READING]
    for line in text.splitlines():
        yield from (word for word in words if line.startswith(word + "  "))


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, table.render(example.REPORT, width=width, colour=False).splitlines())) <= width


@pytest.mark.parametrize("width", [100, 160])
def test_findings_come_worst_first(width: int) -> None:
    words = list(_leading_words(table.render(example.REPORT, width=width, colour=False)))
    assert words == ["Fail"] * 10 + ["Inconclusive"] * 2 + ["Warning"] * 2 + ["Not tested", "Waived"]


def _columns(text: str) -> list[str]:
    """What stands in each column, without white space; the row of dashes says where they are."""
    lines = re.split(r"\n\n\d+ passed", text)[0].splitlines()
    spans = [found.span() for found in re.finditer("-+", lines[1])]
    return [_squeezed("".join(line[first:last] for line in lines)) for first, last in spans]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_fact_is_there_in_full_at_every_width(width: int) -> None:
    columns = _columns(table.render(example.REPORT, width=width, colour=False))
    everything = "\n".join(columns)
    for finding in example.REPORT.findings:
        for remark in finding.evidence[: table.MOST_VIOLATIONS]:
            if finding.target != example.HOSTILE:
                assert _squeezed(observed_text(remark)) in columns[-2]
                assert _squeezed(remark.expected) in columns[-1]
        if finding.evidence:
            assert _squeezed(finding.target) in everything
            assert finding.rule in everything
        if finding.outcome is not Outcome.NOT_APPLICABLE:
            assert _squeezed(reason_text(finding)) in columns[-2]


def test_many_violations_are_cut_to_five_and_the_rest_counted() -> None:
    text = table.render(example.REPORT, width=160, colour=False)
    assert "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: accepted" in text
    assert "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" not in text
    assert "and 2 more" in text


def test_an_endpoint_out_of_reach_is_one_line_and_not_one_a_check() -> None:
    text = table.render(example.UNREACHABLE, width=160, colour=False)
    assert text.count("did not answer") == 1
    assert "all 15 checks" in text


def test_each_fix_stands_once_however_many_endpoints_need_it() -> None:
    text = table.render(example.REPORT, width=160, colour=False)
    assert text.count("Obtain a certificate under an allowed root") == 1
    assert "certificate-chain-incomplete: " not in text, "a waived finding needs no fix"
    assert "See RFC 9525, section 6; RFC 5922, section 7.2." in text


def test_passes_are_one_line() -> None:
    text = table.render(example.COMPLIANT, width=100, colour=False)
    assert text == (
        "15 passed\n\nCOMPLIANT: 15 passed. Policy acg 2026.11.\n"
        "Exit code 0: no check failed. Violations of severity medium or above are failures.\n"
    )


@pytest.mark.parametrize(
    ("report", "ending"),
    [
        (example.REPORT, "Exit code 1: at least one check failed."),
        (example.UNREACHABLE, "Exit code 3: no check failed, but compliance is not proven."),
    ],
)
def test_the_end_says_what_the_exit_code_means(report: Report, ending: str) -> None:
    assert ending in table.render(report, width=160, colour=False).splitlines()[-1]


def test_colour_changes_nothing_but_the_colour() -> None:
    plain = table.render(example.REPORT, width=100, colour=False)
    coloured = table.render(example.REPORT, width=100, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31mFail\x1b[0m" in coloured
    assert "\x1b[1;31mNOT COMPLIANT\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]+m", "", coloured) == plain


def test_a_finding_without_a_reason_does_not_claim_what_its_title_says() -> None:
    bare = Finding(rule="x", target="y", outcome=Outcome.NOT_TESTED)
    text = table.render(example.report((bare,), (), Verdict.INCONCLUSIVE), width=80, colour=False)
    assert "no reason was recorded" in text
    assert "A title" not in text


def test_short_findings_stand_on_one_line_each_without_gaps() -> None:
    findings = tuple(
        Finding(
            rule="certificate-expired",
            target=f"sbc-{number}:5061",
            outcome=Outcome.FAIL,
            violations=(Violation(subject=Named(name="leaf"), expected="valid", observed="expired"),),
        )
        for number in range(3)
    )
    lines = table.render(example.report(findings, (), Verdict.FAIL), width=160, colour=False).splitlines()
    assert [line.split()[2] for line in lines[2:5]] == ["sbc-0:5061", "sbc-1:5061", "sbc-2:5061"]


def test_a_terminal_narrower_than_sixty_columns_gets_sixty() -> None:
    assert table.render(example.REPORT, width=10, colour=False) == table.render(example.REPORT, width=60, colour=False)


def test_the_end_has_the_verdict_and_how_complete_the_audit_is() -> None:
    text = table.render(example.UNFINISHED, width=200, colour=False)
    assert text.splitlines()[-3:] == [
        "COMPLIANT so far: 1 of 3 requirements answered, 2 open.",
        "Checks: 4 not tested, 16 passed. Policy acg 2026.11.",
        (
            "Exit code 0: no check failed, but 2 requirements are open and may still not be met. "
            "Violations of severity medium or above are failures."
        ),
    ]
    assert "auditor requirements FILE.json --open lists what would answer each" in text
    coloured = table.render(example.UNFINISHED, width=120, colour=True)
    assert "\x1b[1;32mCOMPLIANT so far\x1b[0m: 1 of 3" in coloured


def test_one_open_requirement_is_one_and_where_none_is_open_nothing_points_to_them() -> None:
    assert "1 requirement is open: " in table.render(example.ANSWERED, width=120, colour=False)
    met = example.answered(example.COMPLIANT, example.answer("SEC-05", AnswerKind.MET))
    text = table.render(met, width=120, colour=False)
    assert "COMPLIANT: 1 of 1 requirement answered, 0 open." in text
    assert "auditor requirements" not in text


def test_what_nobody_looked_at_is_one_row_each_after_all_that_failed() -> None:
    lines = table.render(example.UNFINISHED, width=160, colour=False).splitlines()
    (client,) = (line for line in lines if example.OWED_CLIENT in line)
    assert re.search(r"^Not tested +high +site A: SIP client +all 2 checks +nobody looked: have the SBC", client)
