"""A strict reader for JSON (RFC 8259) with source locations.

Python's own reader takes the last of two equal keys, accepts NaN, and loses locations; here each of these is an
error at its line and column.  Nothing of the content is repeated in an error but the names of keys: there may be
secrets in it.
"""

import json
import math
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NoReturn

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.documents.files import check_size
from auditor.inputs.documents.text import Place, decoded
from auditor.inputs.documents.yaml import MAX_DEPTH, MAX_DIGITS, Document, Keys, Plain, ReadLimits

EXPORTS = ReadLimits(size=8 * 1024 * 1024, values=400_000)
"""Enough for some 50,000 routes; no circuit receives the whole Internet's."""

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(r"-?[A-Za-z]+")
_WORDS = {"null": None, "true": True, "false": False}
_STRINGS = json.JSONDecoder()


def parse_json(content: bytes, file: str, limits: ReadLimits = EXPORTS) -> Document:
    """Read the bytes of a file; ``file`` is what errors call it."""
    check_size(content, limits.size, file)
    text = decoded(content, file)
    ends = [found.start() for found in re.finditer("\n", text)]
    reader = _JsonReader(file, text, ends, limits.values, limits.long_numbers)
    data, end = reader.value(reader.space(0), ())
    if reader.space(end) != len(text):
        reader.stop(reader.space(end), "unexpected text after the JSON value; a file contains one value")
    return Document(file, data, reader.values, reader.keys)


@dataclass
class _JsonReader:
    """Builds plain values from text.  The first error ends the reading."""

    file: str
    text: str
    ends: list[int]
    most: int
    long_numbers: bool = False
    values: dict[Keys, Place] = field(default_factory=dict)
    keys: dict[Keys, Place] = field(default_factory=dict)

    def place(self, at: int) -> Place:
        """Line and column of a character."""
        line = bisect_left(self.ends, at)
        return line + 1, at - (self.ends[line - 1] if line else -1)

    def refuse(self, at: int, message: str) -> NoReturn:
        """End with an error at a character."""
        raise InputErrors([InputError(message, self.file, *self.place(at))]) from None

    def stop(self, at: int, problem: str) -> NoReturn:
        """End where the text is no JSON."""
        self.refuse(at, f"this is not JSON: {problem}")

    def space(self, at: int) -> int:
        """Where the next character that is no white space stands."""
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def value(self, at: int, path: Keys) -> tuple[Plain, int]:
        """The value that starts here, and where it ends."""
        if len(path) > MAX_DEPTH:
            self.refuse(at, f"this is nested deeper than {MAX_DEPTH} levels")
        if len(self.values) >= self.most:
            self.refuse(at, f"the file contains more than {self.most} values")
        self.values[path] = self.place(at)
        match self.text[at : at + 1]:
            case "{":
                return self.mapping(at, path)
            case "[":
                return self.sequence(at, path)
            case '"':
                return self.string(at)
            case "":
                self.stop(at, "it ends where a value was expected" if path else "the file is empty")
        return self.scalar(at)

    def mapping(self, at: int, path: Keys) -> tuple[dict[str, Plain], int]:
        """A mapping, each key once."""
        found: dict[str, Plain] = {}
        at = self.space(at + 1)
        while self.text[at : at + 1] != "}":
            at = self.following(at, "}") if found else at
            if self.text[at : at + 1] != '"':
                self.stop(at, "expected a quoted key here")
            key, end = self.string(at)
            inner = (*path, key)
            if key in found:
                line = self.keys[inner][0]
                self.refuse(at, f"the key {quoted(key)} appears twice; the first is on line {line}")
            self.keys[inner] = self.place(at)
            at = self.space(end)
            if self.text[at : at + 1] != ":":
                self.stop(at, "expected a colon after the key")
            found[key], end = self.value(self.space(at + 1), inner)
            at = self.space(end)
        return found, at + 1

    def sequence(self, at: int, path: Keys) -> tuple[list[Plain], int]:
        """A list."""
        found: list[Plain] = []
        at = self.space(at + 1)
        while self.text[at : at + 1] != "]":
            at = self.following(at, "]") if found else at
            item, end = self.value(at, (*path, len(found)))
            found.append(item)
            at = self.space(end)
        return found, at + 1

    def following(self, at: int, closing: str) -> int:
        """Where the value after a comma starts."""
        if self.text[at : at + 1] != ",":
            self.stop(at, f'"," or "{closing}" was expected here')
        return self.space(at + 1)

    def string(self, at: int) -> tuple[str, int]:
        """Text in quotation marks."""
        try:
            found, end = _STRINGS.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            # Its own messages contain a position; it is left out, because the error has the location.
            self.stop(error.pos, error.msg.removesuffix(" at").lower())
        return str(found), end

    def scalar(self, at: int) -> tuple[Plain, int]:
        """A number, true, false or null; a long number is text where it is allowed."""
        if word := _WORD.match(self.text, at):
            if word[0] not in _WORDS:
                known = "this is not a JSON number" if word[0] in ("NaN", "Infinity", "-Infinity") else "unknown word"
                self.stop(at, known)
            return _WORDS[word[0]], word.end()
        number = _NUMBER.match(self.text, at)
        if number is None:
            self.stop(at, "expected a value here")
        if len(number[0]) > MAX_DIGITS:
            if self.long_numbers:
                return number[0], number.end()
            self.refuse(at, f"numbers have at most {MAX_DIGITS} digits")
        found = float(number[0]) if number[1] or number[2] else int(number[0])
        if found in (math.inf, -math.inf):
            self.refuse(at, "this number is too large")
        return found, number.end()
