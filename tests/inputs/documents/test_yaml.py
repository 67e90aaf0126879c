"""The strict YAML reader, and the attacks it is there for."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import InputErrors
from auditor.inputs.documents.yaml import MAX_DEPTH, MAX_ERRORS, USUAL, Document, parse_yaml, read_yaml


def errors_of(content: bytes | str) -> list[str]:
    encoded = content.encode() if isinstance(content, str) else content
    with pytest.raises(InputErrors) as caught:
        parse_yaml(encoded, "f.yaml")
    return [str(error) for error in caught.value.errors]


def test_values_keep_their_plain_types() -> None:
    text = "a: 1\nb: -2.5\nc: true\nd: false\ne: null\nf: text\ng: [x, 'y', \"z\"]\nh: {i: {}}\nj:\nk: ~\n"
    assert parse_yaml(text.encode(), "f").data == {
        "a": 1,
        "b": -2.5,
        "c": True,
        "d": False,
        "e": None,
        "f": "text",
        "g": ["x", "y", "z"],
        "h": {"i": {}},
        "j": None,
        "k": None,
    }


@pytest.mark.parametrize(
    "word",
    ["yes", "no", "on", "off", "True", "NULL", "2026-03-15", "12:30:45", "0123", "0x10", "0o17", "1_0", "1e5", "+1"],
)
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(word: str) -> None:
    assert parse_yaml(f"key: {word}".encode(), "f").data == {"key": word}


def test_every_value_and_key_knows_its_place() -> None:
    document = parse_yaml(b"a:\n  - b: 1\n    c: [2, 3]\n", "f.yaml")
    assert document.values[("a", 0, "c", 1)] == (3, 12)
    assert document.keys[("a", 0, "c")] == (3, 5)
    assert str(document.error("bad", ("a", 0, "c", 1))) == "f.yaml:3:12: bad"
    assert str(document.error("bad", ("a", 0, "c"), at_key=True)) == "f.yaml:3:5: bad"
    assert str(document.error("bad", ("a", 0, "missing", 5))) == "f.yaml:2:5: bad"


def test_columns_count_characters_not_bytes() -> None:
    assert errors_of("ä: *x") == ["f.yaml:1:4: aliases (*name) are not accepted; write the value out"]


def test_a_file_with_several_errors_reports_all_of_them() -> None:
    text = "a: &x [1]\nb: *x\n<<: {c: 1}\na: 2\n1: 3\n? [a]\n: c\nq: !!str 4\n---\nz: 1\n"
    assert errors_of(text) == [
        "f.yaml:1:4: anchors (&name) are not accepted",
        "f.yaml:2:4: aliases (*name) are not accepted; write the value out",
        "f.yaml:3:1: merge keys (<<) are not accepted; write the keys out",
        'f.yaml:4:1: the key "a" appears twice; the first is on line 1',
        "f.yaml:5:1: a key must be text; put it in quotes",
        "f.yaml:6:3: a key must be text; put it in quotes",
        "f.yaml:8:4: tags (!name) are not accepted",
        "f.yaml:9:1: a second document starts here; a file contains one document",
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: 'x", "f.yaml:1:6: this is not YAML"),
        ("a:\n\t- b", "f.yaml:2:1: this is not YAML"),
        ("a: b: c", "f.yaml:1:5: this is not YAML"),
        ("%YAML 1.1\n---\na: 1", "f.yaml:2:1: directives"),
        ("a: 1234567890123456789012345678", "f.yaml:1:4: numbers have at most 25 digits"),
        ('a: "\\UFFFFFFFF"', "f.yaml: this YAML cannot be read"),
    ],
)
def test_broken_text_is_refused_at_its_place(text: str, where: str) -> None:
    assert errors_of(text)[0].startswith(where)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: x\x00y", "f.yaml:1:5: the hidden character U+0000 is not accepted"),
        ("a: 1\nb: \u202ex".encode(), "f.yaml:2:4: the hidden character U+202E is not accepted"),
        ("a: x\u200by".encode(), "f.yaml:1:5: the hidden character U+200B is not accepted"),
        (b'a: "\\u202e"', "f.yaml:1:4: the hidden character U+202E is not accepted"),
        (b'"a\\0": 1', "f.yaml:1:1: the hidden character U+0000 is not accepted"),
        (b"a: 1\nb: \xff", "f.yaml:2:1: the file is not UTF-8 text; save it as UTF-8"),
        ("a: 1".encode("utf-16"), "f.yaml:1:1: the file is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_what_cannot_be_seen_is_refused(content: bytes, message: str) -> None:
    assert errors_of(content) == [message]


def test_a_byte_order_mark_at_the_start_is_no_part_of_the_text() -> None:
    assert parse_yaml(b"\xef\xbb\xbfa: 1", "f").data == {"a": 1}


def test_depth_is_limited() -> None:
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert parse_yaml(deepest.encode(), "f").data is not None
    assert errors_of(f"[[{deepest}]]") == [f"f.yaml:1:{MAX_DEPTH + 2}: this is nested deeper than {MAX_DEPTH} levels"]


ATTACKS = {
    "alias bomb": b"a: &a [x,x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 118)),
    "depth bomb": b"[" * 100_000,
    "mapping bomb": b"{a: " * 100_000,
    "block bomb": b"- " * 200_000,
    "complex key bomb": b"? " * 200_000,
    "10 MB of policy": b"a: b\n" * 2_000_000,
    "many values": b"[" + b"1," * 400_000 + b"]",
    "many anchors": b"- &a b\n" * 100_000,
    "directives": b"%A\n" * 100_000,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_quickly(name: str) -> None:
    started = time.process_time()
    assert errors_of(ATTACKS[name])
    assert time.process_time() - started < 5  # seconds of processor time; about one on a slow machine


def test_a_file_with_very_many_errors_reports_the_first_hundred() -> None:
    errors = errors_of(b"- &a b\n" * 1000)
    assert len(errors) == MAX_ERRORS
    assert errors[-1] == f"f.yaml:{MAX_ERRORS}:3: anchors (&name) are not accepted"


def test_a_large_file_is_refused_before_it_is_parsed(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("large") / "large.yaml"
    path.write_bytes(b"{" * (USUAL.size + 1))
    with pytest.raises(InputErrors) as caught:
        read_yaml(path)
    assert str(caught.value) == f"{path}: the file is larger than 1024 KiB, the limit"


@pytest.mark.slow
def test_more_values_than_the_limit_are_refused_and_as_many_are_read() -> None:
    assert len(parse_yaml(b"- 1\n" * (USUAL.values - 1), "f").data) == USUAL.values - 1
    message = f"the file contains more than {USUAL.values} values"
    assert errors_of(b"- 1\n" * USUAL.values) == [f"f.yaml:{USUAL.values}:3: {message}"]


def test_a_missing_file_and_a_folder_are_refused_with_the_reason(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("folder")
    for path, reason in ((folder / "none.yaml", "No such file or directory"), (folder, "Is a directory")):
        with pytest.raises(InputErrors) as caught:
            read_yaml(path)
        assert str(caught.value) == f"{path}: the file cannot be read: {reason}"


def attempt(content: bytes) -> Document | InputErrors:
    try:
        return parse_yaml(content, "f")
    except InputErrors as caught:
        return caught


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    result = attempt(content)
    if isinstance(result, InputErrors):
        assert result.errors
    else:
        assert () in result.values or result.data is None


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=list("ab:-?[]{}#&*!|>'\"%@`,\n \t<~0."), max_size=80))
def test_any_soup_of_punctuation_is_read_or_refused(text: str) -> None:
    result = attempt(text.encode())
    assert isinstance(result, Document) or all(error.file == "f" for error in result.errors)
