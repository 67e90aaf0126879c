"""Reports read back: the good ones whole, and every other file refused in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.inputs.documents.errors import InputErrors
from auditor.inputs.reports.report_file import load_report
from auditor.render.formats.json import render
from tests.render import example


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def changed(**update: Any) -> str:
    return json.dumps({**json.loads(render(example.REPORT)), **update})


def test_a_report_comes_back_as_it_was_written(file: Path) -> None:
    file.write_text(render(example.REPORT), encoding="utf-8")
    assert load_report(file) == example.REPORT


def test_a_report_written_before_there_were_waivers_is_read(file: Path) -> None:
    document = json.loads(render(example.COMPLIANT))
    del document["waivers"]
    for finding in document["findings"]:
        del finding["waiver"]
    file.write_text(json.dumps(document), encoding="utf-8")
    assert load_report(file) == example.COMPLIANT


_ONE = json.loads(render(example.REPORT))["findings"][0]
WRONG = {
    "nothing": ("", "this is not JSON; name the file of --report FILE.json"),
    "half a report": (render(example.REPORT)[:-300], "this is not JSON; name the file of --report FILE.json"),
    "nested without end": ("[" * 100_000, "this is not JSON; name the file of --report FILE.json"),
    "a list": ("[]", "this is not a report of auditor; name the file of --report FILE.json"),
    "foreign JSON": ('{"runs": []}', "this is not a report of auditor; name the file of --report FILE.json"),
    "an old version": (
        changed(schema_version="0"),
        'its schema_version is "0" and this auditor reads "1"; audit again to compare',
    ),
    "a version that is a number": (
        changed(schema_version=1),
        'its schema_version is of another kind and this auditor reads "1"; audit again to compare',
    ),
    "a finding that is none": (
        changed(findings=[{}]),
        'this is not a report of auditor: "findings.0.rule" is wrong (missing)',
    ),
    "an outcome that is none": (
        changed(findings=[{**_ONE, "outcome": "fine"}]),
        'this is not a report of auditor: "findings.0.outcome" is wrong (enum)',
    ),
    "a field that is unknown": (
        changed(more=1),
        'this is not a report of auditor: "more" is wrong (extra forbidden)',
    ),
    "a finding twice": (
        changed(findings=[_ONE, _ONE]),
        f'this is not a report of auditor: it has "{_ONE["rule"]}" at "{_ONE["target"]}" twice',
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_anything_else_is_refused_in_one_sentence_with_the_file(file: Path, name: str) -> None:
    text, said = WRONG[name]
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        load_report(file)
    assert str(caught.value) == f"{file}: {said}"
