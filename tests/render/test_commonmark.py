"""Text from outside, rendered by a CommonMark parser with GitHub's tables and autolinks."""

import pytest
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.render.commonmark import code, prose, summary, table
from auditor.sanitise import clean
from tests.render.hostile import PAYLOADS
from tests.render.parsed import Document

PARSER = MarkdownIt("gfm-like", {"html": True, "linkify": True})
MARKDOWN = st.text(st.sampled_from("`|\\*_[]()<>!#@&;:/.~$ {}-+=1awh\u00e9"), max_size=40)


def page(markdown: str) -> Document:
    return Document(PARSER.render(markdown))


@given(MARKDOWN)
@case("\\|")
@case("``|`\\")
@case(" @name ")
def test_code_is_one_code_element_in_one_cell_and_nothing_else(text: str) -> None:
    document = page(table(("A", "B"), [(code(text), "end")]))
    assert [element.tag for element in document.elements if element.tag in {"td", "code", "a", "img", "em"}] == (
        ["td", "code", "td"] if text.strip() else ["td", "td"]
    )
    assert document.all("td")[1].text == "end"


@given(MARKDOWN)
@case("@name and #12 and https://example.org and www.example.org")
@case("*a* _b_ [c](d) <e> &amp; ~~f~~ `g` | h")
def test_prose_is_a_paragraph_without_markup_and_without_what_makes_a_link(text: str) -> None:
    document = page(f"Said: {prose(text)}")
    assert [element.tag for element in document.elements] == ["p"]
    assert "@" not in document.elements[0].text


@pytest.mark.parametrize("text", ["@octocat", "#1", "org/repo#1", "user@example.org"])
def test_prose_neither_mentions_a_person_nor_an_issue(text: str) -> None:
    assert "@" not in prose(text)
    assert "#1" not in prose(text).replace("\\", "")


def test_words_of_a_rule_stay_as_they_are() -> None:
    assert prose("Set the minimum protocol to TLS 1.2; RSA 2048 or more.") == (
        "Set the minimum protocol to TLS 1.2; RSA 2048 or more."
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_summary_holds_the_text_and_no_element_but_its_own(payload: str) -> None:
    document = page(f"<details><summary>{summary(payload)}</summary>\n\ninside\n\n</details>")
    assert [element.tag for element in document.elements] == ["details", "summary", "code", "p"]
    assert document.elements[2].text == clean(payload, 300)


def test_long_text_is_cut() -> None:
    assert len(code("x" * 999, 100)) == 102
