"""The requirements as a table: worst first, each with why and what closes it."""

import re

import pytest

from auditor.model.answer import AnswerKind
from auditor.render.terminal import requirement_table
from auditor.render.wording import ANSWER_WORDS
from tests.render import example


def render(width: int = 120) -> str:
    return requirement_table.render(example.ANSWERED, width=width)


def test_answers_stand_worst_first_and_among_equals_the_most_severe() -> None:
    named = "|".join(ANSWER_WORDS.values())
    found = re.findall(rf"^(?:{named}), .*\n(\S+)", render(160), re.MULTILINE)
    assert found == ["SEC-10", "CON-20", "SEC-07", "CON-11", "SEC-21", "SEC-01", "CON-IP14"]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, render(width).splitlines())) <= max(width, 60)


def test_every_fact_of_an_answer_is_there() -> None:
    text = re.sub(r"\s+", "", render(400))
    for fact in (
        "Closedby:auditanofferandananswer",
        "SHA-256" + "ab" * 32,
        "confirmedbyAuditoron2026-10-02.",
        "Derived:thedocumentspeaksofvalidcertificates",
        "Microsoftencryptsit.",
    ):
        assert fact in text
    assert ".." not in render(160)


def test_the_end_has_the_verdict_how_complete_the_audit_is_and_the_counts() -> None:
    assert render().splitlines()[-2:] == [
        "NOT COMPLIANT: 4 of 5 requirements answered (2 not met), 1 open.",
        "Requirements: 2 not met, 1 open, 1 confirmed, 1 met, 1 the provider's, 1 not applicable. Policy acg 2026.11.",
    ]


def test_of_some_answers_only_those_are_listed_and_the_end_is_the_same() -> None:
    text = requirement_table.render(example.ANSWERED, width=120, only=(AnswerKind.OPEN,))
    assert "SEC-07" in text
    assert "SEC-10" not in text
    assert text.splitlines()[-2:] == render().splitlines()[-2:]


def test_where_none_has_the_answer_there_is_no_table() -> None:
    met = example.answered(example.COMPLIANT, example.answer("SEC-05", AnswerKind.MET))
    text = requirement_table.render(met, width=120, only=(AnswerKind.OPEN,))
    assert text == ("COMPLIANT: 1 of 1 requirement answered, 0 open.\nRequirements: 1 met. Policy acg 2026.11.\n")


def test_a_policy_without_requirements_says_so() -> None:
    assert requirement_table.render(example.REPORT, width=120) == (
        "There are no answers to requirements: the policy acg named no requirements file, or an earlier version of "
        "the auditor\nwrote the report.\n"
    )
