"""Reports read back: good ones whole, those of version 1 converted, any other file refused in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.diff import Direction, compare
from auditor.errors import InputErrors
from auditor.inputs.reports.report_file import load_report
from auditor.model.finding import Outcome, reason_text
from auditor.model.report import Report
from auditor.model.subject import TARGET, CertificateSubject, Named, subject_text
from auditor.render.formats.json import render
from tests.render import example

VERSION_1 = Path(__file__).parent / "version_1"
"""The sample report and the report that the renderers' tests used, as they were when the version was 1."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def version_1(name: str) -> Any:
    return json.loads((VERSION_1 / f"{name}.json").read_text(encoding="utf-8"))


def test_a_report_comes_back_as_it_was_written(file: Path) -> None:
    for report in (example.REPORT, example.ANSWERED, example.UNFINISHED):
        file.write_text(render(report), encoding="utf-8")
        assert load_report(file) == report


@pytest.mark.parametrize("name", ["sample", "example"])
def test_a_report_of_version_1_has_every_check_it_had(name: str) -> None:
    old, new = version_1(name), load_report(VERSION_1 / f"{name}.json")
    assert [(one.rule, one.target, one.outcome) for one in new.findings] == [
        (one["rule"], one["target"], one["outcome"]) for one in old["findings"]
    ]
    for one, was in zip(new.findings, old["findings"], strict=True):
        rule = new.rules[one.rule]
        assert (rule.title, rule.severity) == (was["title"], was["severity"])
        assert [citation.model_dump() for citation in rule.citations] == was["citations"]
        assert [seen.observed for seen in one.evidence] == [seen["observed"] for seen in was["violations"]]
        assert was["reason"] in reason_text(one)
    assert (new.verdict, new.counts) == (old["verdict"], old["counts"])
    for endpoint, had in zip(new.endpoints, old["endpoints"], strict=True):
        for chain, held in zip(endpoint.chains, had["chains"], strict=True):
            facts = [new.certificates[key].model_dump(mode="json") for key in chain.certificates]
            assert [one["sha256"] for one in facts] == [one["sha256"] for one in held["certificates"]]
            assert (chain.anchor is None) == (held["anchor"] is None)


@pytest.mark.parametrize("name", ["sample", "example"])
def test_a_converted_report_can_be_written_and_does_not_differ_from_itself(file: Path, name: str) -> None:
    old = load_report(VERSION_1 / f"{name}.json")
    file.write_text(render(old), encoding="utf-8")
    assert compare(old, load_report(file)).changes == ()


def test_a_report_written_before_there_were_waivers_is_read(file: Path) -> None:
    document = version_1("example")
    del document["waivers"]
    for finding in document["findings"]:
        del finding["waiver"]
    file.write_text(json.dumps(document), encoding="utf-8")
    assert load_report(file).waivers == ()


def _one(file: Path, **update: Any) -> Report:
    """A report of version 1 with one finding."""
    document = version_1("example")
    first = {**document["findings"][0], "violations": [], "reason": "", "waiver": None, **update}
    file.write_text(json.dumps({**document, "findings": [first]}), encoding="utf-8")
    return load_report(file)


@pytest.mark.parametrize(
    ("outcome", "fields"),
    [
        (Outcome.INCONCLUSIVE, {"doubts"}),
        (Outcome.FAIL, {"doubts"}),
        (Outcome.WAIVED, {"doubts"}),
        (Outcome.NOT_TESTED, {"not_tested"}),
        (Outcome.PASS, {"not_tested"}),
        (Outcome.NOT_APPLICABLE, {"not_applicable"}),
    ],
)
def test_the_reason_of_version_1_is_what_its_outcome_makes_of_it(
    file: Path, outcome: Outcome, fields: set[str]
) -> None:
    (finding,) = _one(file, outcome=outcome, reason="why").findings
    assert {name for name in ("doubts", "not_tested", "not_applicable") if getattr(finding, name)} == fields
    assert reason_text(finding).endswith("why")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CN=sbc (sha256 0123456789ab), certificate 2 of leaf (sha256 ab0123)", "CN=sbc, certificate 2 of leaf"),
        ("a (sha256 0123", "a (sha256 0123"),
        ("a (sha256 012)", "a (sha256 012)"),
        ("a (sha256 0123456x)", "a (sha256 0123456x)"),
        ("private key (public half sha256 0123456789ab)", "private key (public half sha256 0123456789ab)"),
    ],
)
def test_the_digest_of_a_certificate_is_left_out_of_a_text_and_nothing_else(file: Path, text: str, shown: str) -> None:
    (finding,) = _one(file, violations=[{"subject": text, "expected": "e", "observed": "o"}]).findings
    assert finding.violations[0].subject == Named(name=shown)


def test_the_target_as_a_subject_of_version_1_is_the_target(file: Path) -> None:
    (finding,) = _one(file, violations=[{"subject": example.SBC_1, "expected": "e", "observed": "o"}]).findings
    assert finding.violations[0].subject == TARGET


def test_version_1_and_2_are_compared_by_the_texts_of_their_subjects(file: Path) -> None:
    subject = CertificateSubject(name="sbc", sha256="ffffffffffff", position=1)
    seen = {"subject": "sbc (sha256 0123456789ab), certificate 1", "expected": "e", "observed": "o"}
    old = _one(file, outcome="fail", violations=[seen])
    (finding,) = old.findings
    violation = finding.violations[0].model_copy(update={"subject": subject})
    new = old.model_copy(update={"findings": (finding.model_copy(update={"violations": (violation,)}),)})
    assert compare(old, new).changes == compare(new, old).changes == ()
    other = violation.model_copy(update={"subject": subject.model_copy(update={"position": 2})})
    worse = old.model_copy(update={"findings": (finding.model_copy(update={"violations": (violation, other)}),)})
    (change,) = compare(old, worse).changes
    assert change.direction is Direction.WORSE
    assert [subject_text(one.subject) for one in change.added] == ["sbc (sha256 ffffffffffff), certificate 2"]


def changed(**update: Any) -> str:
    return json.dumps({**json.loads(render(example.REPORT)), **update})


def changed_1(**update: Any) -> str:
    return json.dumps({**version_1("example"), **update})


def answers(**update: Any) -> str:
    return json.dumps({**json.loads(render(example.ANSWERED)), **update})


_ANSWER = json.loads(answers())["requirements"][0]
_ONE = json.loads(render(example.REPORT))["findings"][0]
_ONE_1 = version_1("example")["findings"][0]
_CHAIN = {"target": "x", "chains": [{"versions": [], "certificates": ["00"]}]}
_NO_REPORT = "this is not a report of auditor"
WRONG = {
    "nothing": ("", "this is not JSON; name the file of --report FILE.json"),
    "half a report": (render(example.REPORT)[:-300], "this is not JSON; name the file of --report FILE.json"),
    "nested without end": ("[" * 100_000, "this is not JSON; name the file of --report FILE.json"),
    "a list": ("[]", f"{_NO_REPORT}; name the file of --report FILE.json"),
    "foreign JSON": ('{"runs": []}', f"{_NO_REPORT}; name the file of --report FILE.json"),
    "an old version": (
        changed(schema_version="0"),
        'its schema_version is "0" and this auditor reads "1" and "2"; audit again to compare',
    ),
    "a version that is a number": (
        changed(schema_version=1),
        'its schema_version is of another kind and this auditor reads "1" and "2"; audit again to compare',
    ),
    "a finding that is none": (changed(findings=[{}]), f'{_NO_REPORT}: "findings.0.rule" is wrong (missing)'),
    "a finding of version 1 that is none": (
        changed_1(findings=[{}]),
        f'{_NO_REPORT}: "findings.0.rule" is wrong (missing)',
    ),
    "an outcome that is none": (
        changed(findings=[{**_ONE, "outcome": "fine"}]),
        f'{_NO_REPORT}: "findings.0.outcome" is wrong (enum)',
    ),
    "a subject of an unknown kind": (
        changed(findings=[{**_ONE, "doubts": [{"subject": {"kind": "odd"}, "reason": "x"}]}]),
        f'{_NO_REPORT}: "findings.0.doubts.0.subject" is wrong (union tag invalid)',
    ),
    "a subject that is a number": (
        changed(findings=[{**_ONE, "doubts": [{"subject": 1, "reason": "x"}]}]),
        f'{_NO_REPORT}: "findings.0.doubts.0.subject" is wrong (model attributes type)',
    ),
    "a field that is unknown": (changed(more=1), f'{_NO_REPORT}: "more" is wrong (extra forbidden)'),
    "a field that version 1 does not know": (
        changed_1(certificates={}),
        f'{_NO_REPORT}: "certificates" is wrong (extra forbidden)',
    ),
    "a finding twice": (
        changed(findings=[_ONE, _ONE]),
        f'{_NO_REPORT}: it has "{_ONE["rule"]}" at "{_ONE["target"]}" twice',
    ),
    "a finding of version 1 twice": (
        changed_1(findings=[_ONE_1, _ONE_1]),
        f'{_NO_REPORT}: it has "{_ONE["rule"]}" at "{_ONE["target"]}" twice',
    ),
    "a finding without its rule": (
        changed(rules={}),
        f'{_NO_REPORT}: it has a finding of "{_ONE["rule"]}", which is not among its rules',
    ),
    "a requirement twice": (
        answers(requirements=[_ANSWER, _ANSWER]),
        f'{_NO_REPORT}: it answers the requirement "{_ANSWER["id"]}" twice',
    ),
    "a requirement with a finding that is not there": (
        answers(requirements=[{**_ANSWER, "findings": [{"rule": "r", "target": "t"}]}]),
        f'{_NO_REPORT}: its requirement "{_ANSWER["id"]}" names a finding of "r" at "t", which it does not have',
    ),
    "a completeness that its requirements contradict": (
        answers(completeness={"required": False, "answered": 5, "open": 0, "total": 5}),
        f"{_NO_REPORT}: its completeness does not agree with its answers to requirements",
    ),
    "requirements without a completeness": (
        answers(completeness=None),
        f"{_NO_REPORT}: it answers requirements and has no completeness",
    ),
    "a chain without its certificate": (
        changed(endpoints=[_CHAIN]),
        f'{_NO_REPORT}: a chain of "x" names a certificate that the report does not contain',
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_anything_else_is_refused_in_one_sentence_with_the_file(file: Path, name: str) -> None:
    text, said = WRONG[name]
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        load_report(file)
    assert str(caught.value) == f"{file}: {said}"
