import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.render.terminal import grid as grid_module
from auditor.render.terminal.grid import grid
from auditor.render.wrapping import columns, wrap


def test_words_fill_the_lines() -> None:
    assert wrap("a chain that ends at a root", 10) == ["a chain", "that ends", "at a root"]


def test_a_long_word_breaks_after_punctuation_first() -> None:
    assert wrap("seen TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 16) == [
        "seen",
        "TLS_ECDHE_RSA_",
        "WITH_AES_256_",
        "GCM_SHA384",
    ]


def test_a_word_without_punctuation_breaks_where_it_must() -> None:
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_nothing_is_one_empty_line() -> None:
    assert wrap("", 10) == [""]


def test_wide_characters_take_two_columns_and_combining_ones_none() -> None:
    assert (columns("漢字"), columns("e\u0301")) == (4, 1)
    assert wrap("漢字漢字", 4) == ["漢字", "漢字"]


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns(line) <= width for line in lines)


def test_a_grid_in_too_little_room_keeps_its_narrowest_columns() -> None:
    lines = grid(("A", "B"), [[["a fact that is long enough to be broken"], ["x"]]], 5)
    assert " ".join(" ".join(line[:14] for line in lines[2:]).split()).startswith("a fact that")
    assert lines[1].split() == ["-" * 14, "-"]


def test_a_column_gives_way_where_that_costs_no_line() -> None:
    """A long list of rules in one row does not take the room of the evidence in all others."""
    rules = ", ".join(f"rule-number-{number}" for number in range(6))
    evidence = "what was seen at this endpoint, in a sentence of its own that is long enough to take two lines"
    records = [[["Fail"], [f"rule-{number}"], [evidence], ["nothing of it"]] for number in range(8)]
    records.append([["Not tested"], [rules], ["not tested for"], [""]])
    lines = grid(("Outcome", "Rule", "Seen", "Expected"), records, 120)
    assert all(len(line) <= 120 for line in lines)
    assert len(lines) <= 2 + 8 * 3 + 6
    assert any("rule-number-0" in line for line in lines)


def test_widths_that_are_not_evened_out_in_time_are_good_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = "a sentence that is long enough to take several lines in its column"
    records = [[["Fail"], ["rule " * 30], [evidence * 4], [evidence]]]
    evened = grid(("Outcome", "Rule", "Observed", "Required"), records, 100)
    monkeypatch.setattr(grid_module, "_ROUNDS", 0)
    lines = grid(("Outcome", "Rule", "Observed", "Required"), records, 100)
    assert all(len(line) <= 100 for line in lines)
    assert len(lines) >= len(evened)
