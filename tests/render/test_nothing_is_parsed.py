"""Findings are values: no module takes a subject, a reason or a rule's id apart to learn what it says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import auditor

ROOT = Path(auditor.__file__).parent
TEXTS = {"subject_text", "reason_text", "observed_text"}
PARTS = {"violation", "warning", "doubt", "remark", "finding", "seen", "untested"}
TAKES_APART = {
    *("partition", "rpartition", "split", "rsplit", "startswith", "endswith", "removeprefix", "removesuffix"),
    *("find", "index", "match", "search", "fullmatch", "findall", "finditer", "sub"),
}


def _is_text(node: ast.expr) -> bool:
    """Whether the expression is the text of a subject or a reason, or the subject or the rule of a finding."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in TEXTS
        case ast.Attribute(value=ast.Name(id=owner), attr="subject" | "rule" | "reason"):
            return owner in PARTS
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in {"rule_id", "subject_text", "reason_text"}
    return False


def taken_apart(source: str) -> Iterator[int]:
    """The lines in which such a text is taken apart."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=arguments) if name in TAKES_APART:
                if any(map(_is_text, (value, *arguments))):
                    yield node.lineno


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('doubt.reason.partition(": ")', True),
        ('re.search("x", violation.subject)', True),
        ('pattern.sub("", subject_text(violation.subject))', True),
        ('finding.rule.startswith("srtp-")', True),
        ('rule_id.startswith("srtp-")', True),
        ("subjects.get(violation.subject)", False),
        ('certificate.subject.partition("=")', False),
    ],
)
def test_the_search_finds_what_it_looks_for(line: str, *, found: bool) -> None:
    assert bool(list(taken_apart(line))) is found


def test_no_module_takes_a_subject_a_reason_or_a_rule_id_apart() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted(ROOT.rglob("*.py"))
        for line in taken_apart(path.read_text(encoding="utf-8"))
    ]
    assert found == []
