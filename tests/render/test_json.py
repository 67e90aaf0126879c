import json as stdlib_json
from datetime import timedelta

import jsonschema
import pytest

from auditor.model.answer import AnswerKind
from auditor.model.finding import Outcome
from auditor.model.report import Report
from auditor.model.subject import TARGET
from auditor.render.formats import json
from tests.render import example
from tests.render.large import estate
from tests.render.test_deployment_picture import faulty

SCHEMA = jsonschema.Draft202012Validator(json.schema())


def test_it_is_exactly_the_model() -> None:
    assert Report.model_validate_json(json.render(example.REPORT)) == example.REPORT


@pytest.mark.parametrize("report", [example.REPORT, example.ANSWERED, example.UNFINISHED])
def test_it_conforms_to_the_schema_of_the_model(report: Report) -> None:
    assert Report.model_validate_json(json.render(report)) == report
    SCHEMA.validate(stdlib_json.loads(json.render(report)))


def test_answers_alone_have_the_verdict_and_how_complete_it_is_beside_them() -> None:
    document = stdlib_json.loads(json.render_answers(example.ANSWERED))
    assert list(document) == ["schema_version", "verdict", "policy", "requirements", "completeness"]
    assert [one["id"] for one in document["requirements"]] == [one.id for one in example.ANSWERS]
    only = stdlib_json.loads(json.render_answers(example.ANSWERED, (AnswerKind.OPEN,)))
    assert [one["id"] for one in only["requirements"]] == ["SEC-07"]
    assert only["completeness"] == {"required": False, "answered": 4, "open": 1, "total": 5}


def test_a_deployment_comes_back_whole_and_conforms_to_the_schema() -> None:
    report = faulty()
    assert report.deployment
    text = json.render(report)
    assert Report.model_validate_json(text) == report
    SCHEMA.validate(stdlib_json.loads(text))


def test_the_schema_would_find_a_mistake() -> None:
    document = stdlib_json.loads(json.render(example.REPORT))
    (finding,) = [one for one in document["findings"] if one.get("violations")][:1]
    finding["violations"][0]["subject"]["more"] = 1
    assert not SCHEMA.is_valid(document)


def test_keys_stand_in_the_order_of_the_model_and_outcomes_worst_first() -> None:
    scrambled = example.ANSWERED.model_copy(update={"counts": dict(reversed(example.REPORT.counts.items()))})
    document = stdlib_json.loads(json.render(scrambled))
    assert list(document) == [name for name in Report.model_fields if getattr(scrambled, name) is not None]
    assert list(document["counts"]) == [outcome for outcome in Outcome if outcome in example.REPORT.counts]


def test_each_finding_rule_certificate_and_endpoint_is_one_line() -> None:
    lines = json.render(example.COMPLIANT).split("\n")
    assert lines[1] == '  "schema_version": "2",'
    assert lines[-2:] == ["}", ""]
    assert f'    {{"rule":"certificate-expired","target":"{example.SBC_1}","outcome":"pass"}},' in lines
    named = [line for line in lines if line.startswith('    "')]
    assert len([line for line in named if "not_before" in line]) == len(example.COMPLIANT.certificates)
    assert len([line for line in named if "severity" in line]) == len(example.COMPLIANT.rules)


def test_a_subject_has_its_parts_and_its_text() -> None:
    document = stdlib_json.loads(json.render(example.REPORT))
    subjects = [seen["subject"] for one in document["findings"] for seen in one.get("violations", ())]
    assert {"kind": "port", "transport": "tcp", "port": 5060, "text": "TCP port 5060"} in subjects
    assert {"kind": "protocol-version", "versions": ["TLSv1.0"], "text": "TLSv1.0"} in subjects


def test_the_target_as_a_subject_keeps_its_kind() -> None:
    text = json.render(example.UNREACHABLE)
    assert '"doubts":[{"subject":{"kind":"target","text":""},' in text
    assert {doubt.subject for one in Report.model_validate_json(text).findings for doubt in one.doubts} == {TARGET}


def test_an_endpoint_of_an_estate_takes_less_than_eight_kilobytes() -> None:
    whole, half = (len(json.render(estate(copies))) for copies in (40, 20))
    assert (whole - half) / 100 < 8_000


def test_a_second_run_over_the_same_observations_differs_in_the_time_of_writing_alone() -> None:
    later = example.REPORT.model_copy(update={"generated_at": example.REPORT.generated_at + timedelta(hours=3)})
    pairs = zip(json.render(example.REPORT).splitlines(), json.render(later).splitlines(), strict=True)
    assert [first.split(":")[0].strip() for first, second in pairs if first != second] == ['"generated_at"']


def test_it_holds_no_character_outside_printable_ascii() -> None:
    assert {character for character in json.render(example.REPORT) if not " " <= character <= "~"} == {"\n"}
