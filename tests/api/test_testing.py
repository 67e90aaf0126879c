"""The runner of vectors says everything in which a rule and its vectors disagree."""

from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation, Warning
from auditor.model.subject import TARGET
from auditor.rules import all_rules
from auditor.testing import Vector, load_vectors, mismatches, problems

RULE = all_rules()["protocol-preferred-missing"]
VECTORS = """\
- name: TLS 1.3 is refused
  params: {preferred: TLSv1.3}
  seen: [{version: TLSv1.3, refused: [TLS_AES_128_GCM_SHA256]}]
  violations: [TLSv1.3]
- name: TLS 1.3 is spoken
  params: {preferred: TLSv1.3}
  seen: [{version: TLSv1.3, accepted: [{name: TLS_AES_128_GCM_SHA256}]}]
"""
WRONG = Violation(subject=TARGET, expected="this", observed="that")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "protocol-preferred-missing.yaml"
    path.write_text(VECTORS, encoding="utf-8")
    return path


def test_a_rule_that_does_what_its_vectors_demand_has_no_problems(file: Path) -> None:
    assert problems(RULE, file) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("violations: [TLSv1.3]", "inconclusive: [why]", "TLS 1.3 is refused: unexpected"),
        ("violations: [TLSv1.3]", "violations: [SSLv3]", "TLS 1.3 is refused: 'SSLv3' is not among"),
        ("TLS 1.3 is refused", "TLS 1.3 is spoken", "2 vectors have the name 'TLS 1.3 is spoken'"),
        ("  violations: [TLSv1.3]\n", "", "no vector fails"),
        ("[{name: TLS_AES_128_GCM_SHA256}]}]\n", "[]}]\n  violations: [TLSv1.3]\n", "no vector passes"),
    ],
)
def test_a_problem_is_named(file: Path, old: str, new: str, problem: str) -> None:
    file.write_text(VECTORS.replace(old, new), encoding="utf-8")
    assert any(problem in found for found in problems(RULE, file)), problems(RULE, file)


@pytest.mark.parametrize(
    ("fields", "remarks"),
    [
        ({}, [WRONG]),
        ({}, [Doubt(subject=TARGET, reason="why")]),
        ({}, [Warning(subject=TARGET, expected="this", observed="that")]),
        ({}, [NotApplicable(reason="no")]),
        ({"violations": ["that"]}, []),
        ({"violations": [{"subject": "target", "observed": "this"}]}, [WRONG]),
        ({"warnings": ["that"]}, [WRONG]),
        ({"inconclusive": ["because"]}, [Doubt(subject=TARGET, reason="why")]),
        ({"untested": 1}, []),
        ({"untested": 1}, [NotTested(subject=TARGET, reason="an option")]),
        ({"not_applicable": True}, []),
        ({"violations": ["that"]}, [WRONG.model_copy(update={"observed": "that\x1b[2J"})]),
        ({"violations": ["that"]}, [WRONG.model_copy(update={"observed": "that" * 1000})]),
    ],
)
def test_remarks_that_a_vector_does_not_demand_are_mismatches(fields: dict[str, object], remarks: list[Remark]) -> None:
    assert list(mismatches(Vector.model_validate({"name": "A case", **fields}), remarks))


@pytest.mark.parametrize("text", ["- name: A\n  no_such_key: 1\n", "- [", "1", "- name: A\n  params: 1\n"])
def test_a_file_that_holds_no_vectors_is_one_error(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors, match="not a valid vector file"):
        load_vectors(file, Vector)
    with pytest.raises(InputErrors, match="not a valid vector file"):
        load_vectors(file.parent / "missing.yaml", Vector)


def test_a_vector_without_an_observation_is_an_error(file: Path) -> None:
    file.write_text("- name: Nothing\n  params: {preferred: TLSv1.3}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="a vector needs observations"):
        problems(RULE, file)
