import json as stdlib_json
from datetime import timedelta

import jsonschema

from auditor.model.finding import Outcome
from auditor.model.report import Report
from auditor.render.formats import json
from tests.render import example


def test_it_is_exactly_the_model() -> None:
    assert Report.model_validate_json(json.render(example.REPORT)) == example.REPORT


def test_it_conforms_to_the_schema_of_the_model() -> None:
    schema = Report.model_json_schema(mode="serialization")
    jsonschema.Draft202012Validator(schema).validate(stdlib_json.loads(json.render(example.REPORT)))


def test_keys_stand_in_the_order_of_the_model_and_outcomes_worst_first() -> None:
    scrambled = example.REPORT.model_copy(update={"counts": dict(reversed(example.REPORT.counts.items()))})
    document = stdlib_json.loads(json.render(scrambled))
    assert list(document) == list(Report.model_fields)
    assert list(document["counts"]) == [outcome for outcome in Outcome if outcome in example.REPORT.counts]


def test_it_is_indented_by_two_and_ends_with_one_newline() -> None:
    lines = json.render(example.COMPLIANT).split("\n")
    assert lines[1] == '  "schema_version": "1",'
    assert lines[-2:] == ["}", ""]


def test_a_second_run_over_the_same_observations_differs_in_the_time_of_writing_alone() -> None:
    later = example.REPORT.model_copy(update={"generated_at": example.REPORT.generated_at + timedelta(hours=3)})
    pairs = zip(json.render(example.REPORT).splitlines(), json.render(later).splitlines(), strict=True)
    assert [first.split(":")[0].strip() for first, second in pairs if first != second] == ['"generated_at"']


def test_it_holds_no_character_outside_printable_ascii() -> None:
    assert {character for character in json.render(example.REPORT) if not " " <= character <= "~"} == {"\n"}
