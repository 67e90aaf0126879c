"""Text from a peer is shown as it is, and harmless."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.sanitise import DEFAULT_LIMIT, clean

TEXTS = st.text(st.characters(codec=None, categories=None), max_size=400)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sbc.example.net", "sbc.example.net"),
        ("Müller & Söhne <b>", "Müller & Söhne <b>"),
        ("日本電信電話", "日本電信電話"),
        ("", ""),
        ("\x00", r"\x00"),
        ("a\x1b[31mred", r"a\x1b[31mred"),
        ("line\r\nbreak\ttab", r"line\x0d\x0abreak\x09tab"),
        ("\x7f\x80\x9b", r"\x7f\x80\x9b"),
        ("\xad", r"\xad"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2066a\u2069", r"\u2066a\u2069"),
        ("\u200e\u200f\u061c", r"\u200e\u200f\u061c"),
        ("sbc\u200b.example", r"sbc\u200b.example"),
        ("\u200c\u200d\u2060\ufeff", r"\u200c\u200d\u2060\ufeff"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\xa0\u3000", r"\xa0\u3000"),
        ("\u3164\uffa0\u2800", r"\u3164\uffa0\u2800"),
        ("a\ufe0fb", r"a\ufe0fb"),
        ("\ud800x", r"\ud800x"),
        ("\udfff", r"\udfff"),
        ("\U000e0041", r"\U000e0041"),
        ("\ue000", r"\ue000"),
        ("\ufffe", r"\ufffe"),
        ("C:\\path", "C:\\path"),
    ],
)
def test_what_cannot_be_seen_is_written_as_its_number(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd\x00", 6, "abcd…"),
        ("ab\x00", 6, r"ab\x00"),
        ("a\x00b\x00", 6, r"a\x00…"),
        ("\x00\x00", 4, "…"),
        ("\x00", 3, "…"),
        ("ab", 1, "…"),
        ("a", 1, "a"),
    ],
)
def test_a_long_text_is_cut_between_characters_and_ends_in_an_ellipsis(text: str, limit: int, shown: str) -> None:
    assert clean(text, limit=limit) == shown


def test_the_limit_is_at_least_one_character() -> None:
    with pytest.raises(ValueError, match="at least one"):
        clean("a", limit=0)


def test_a_text_of_the_usual_limit_is_kept_whole_and_a_longer_one_is_not() -> None:
    assert clean("a" * DEFAULT_LIMIT) == "a" * DEFAULT_LIMIT
    assert clean("a" * (DEFAULT_LIMIT + 1)) == "a" * (DEFAULT_LIMIT - 1) + "…"


def test_a_huge_text_costs_no_more_than_its_limit() -> None:
    class Counted(str):
        __slots__ = ()
        read = 0

        def __iter__(self) -> Iterator[str]:
            for character in str.__iter__(self):
                Counted.read += 1
                yield character

    clean(Counted("a" * 1_000_000), limit=10)
    assert Counted.read == 11


@given(TEXTS, st.integers(min_value=1, max_value=300))
def test_every_text_becomes_printable_and_short_and_stays_so(text: str, limit: int) -> None:
    shown = clean(text, limit=limit)

    assert len(shown) <= limit
    assert all(unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for character in shown)
    assert clean(shown, limit=limit) == shown
    shown.encode("utf-8")


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=DEFAULT_LIMIT))
def test_printable_ascii_is_left_alone(text: str) -> None:
    assert clean(text) == text
