from hypothesis import given
from hypothesis import strategies as st

from auditor.render.grid import grid
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
