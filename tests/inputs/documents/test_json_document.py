"""Strict JSON: what surprises is refused at its place, and nothing of the content is repeated."""

import time

import pytest

from auditor.errors import InputErrors
from auditor.inputs.documents.json_document import parse_json
from auditor.inputs.documents.yaml import MAX_DEPTH, ReadLimits


def errors_of(content: bytes | str, limits: ReadLimits | None = None) -> list[str]:
    data = content.encode() if isinstance(content, str) else content
    with pytest.raises(InputErrors) as raised:
        parse_json(data, "f.json", limits) if limits else parse_json(data, "f.json")
    return [str(error) for error in raised.value.errors]


def test_every_kind_of_value_is_read_with_its_place() -> None:
    document = parse_json(
        b'\xef\xbb\xbf{"a": [1, -2.5e3, "x\\u00e9\\/"],\r\n\t"b": {"c": null, "d": true, "e": {}, "f": []}} ', "f"
    )
    assert document.data == {"a": [1, -2500.0, "xé/"], "b": {"c": None, "d": True, "e": {}, "f": []}}
    assert document.values["a", 1] == (1, 11)
    assert document.keys["b",] == (2, 2)
    assert document.values["b", "d"] == (2, 24)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "f.json:1:1: this is not JSON: the file is empty"),
        (" \n", "f.json:2:1: this is not JSON: the file is empty"),
        ("action;source", "f.json:1:1: this is not JSON: unknown word"),
        ("[1,\n ]", "f.json:2:2: this is not JSON: expected a value here"),
        ("[1 2]", 'f.json:1:4: this is not JSON: "," or "]" was expected here'),
        ('{"a" 1}', "f.json:1:6: this is not JSON: expected a colon after the key"),
        ("{a: 1}", "f.json:1:2: this is not JSON: expected a quoted key here"),
        ('{"a": 1,}', "f.json:1:9: this is not JSON: expected a quoted key here"),
        ('{"a": ', "f.json:1:7: this is not JSON: it ends where a value was expected"),
        ('["abc', "f.json:1:2: this is not JSON: unterminated string starting"),
        ('["a\tb"]', "f.json:1:4: this is not JSON: invalid control character"),
        ("{} {}", "f.json:1:4: this is not JSON: unexpected text after the JSON value; a file contains one value"),
        ("[NaN]", "f.json:1:2: this is not JSON: this is not a JSON number"),
        ("[-Infinity]", "f.json:1:2: this is not JSON: this is not a JSON number"),
        ("[01]", 'f.json:1:3: this is not JSON: "," or "]" was expected here'),
        ("[1e999]", "f.json:1:2: this number is too large"),
        (f"[{'1' * 30}]", "f.json:1:2: numbers have at most 25 digits"),
        ('{"k": "s3cret",\n "k": "s3cret"}', 'f.json:2:2: the key "k" appears twice; the first is on line 1'),
        (b'{"a": "\xff"}', "f.json:1:1: the file is not UTF-8 text; save it as UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "f.json:1:1: the file is not UTF-8 text; save it as UTF-8"),
        (b"\x00\x01\x02", "f.json:1:1: this is not JSON: expected a value here"),
        ("[" * 50, f"f.json:1:{MAX_DEPTH + 2}: this is nested deeper than {MAX_DEPTH} levels"),
        (b"[" + b" " * 9_000_000 + b"]", "f.json: the file is larger than 8192 KiB, the limit"),
    ],
)
def test_what_is_no_json_is_refused_in_one_sentence(content: bytes | str, message: str) -> None:
    assert errors_of(content) == [message]


def test_the_number_of_values_is_limited() -> None:
    assert errors_of("[0, 0, 0]", ReadLimits(values=3)) == ["f.json:1:8: the file contains more than 3 values"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "content", [b"[" + b"0," * 4_000_000, b'"' + b"\\" * 8_000_000, b"{" * 8_000_000, b" " * 8_000_000]
)
def test_a_hostile_file_costs_little(content: bytes) -> None:
    started = time.process_time()
    assert len(errors_of(content)) == 1
    assert time.process_time() - started < 10
