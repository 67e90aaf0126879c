"""A strict reader for the common part of YAML 1.2: mappings, lists, text, numbers, true, false and null.

Everything else is rejected with its line and column: duplicate keys, anchors and
aliases (which can also grow without bound), merge keys, tags, directives, several documents, hidden characters.  Words
such as ``yes``, dates, and numbers with leading zeros stay text.  The parser is ruamel.yaml's, read event by event.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from auditor.errors import InputError, InputErrors, escaped, quoted
from auditor.inputs.documents.files import check_size, read_bytes
from auditor.inputs.documents.text import HIDDEN, Place, reviewable

MAX_DEPTH = 32
MAX_ERRORS = 100
"""The most errors reported for one file."""
MAX_DIGITS = 25
"""The most digits of one number; more than any setting needs."""

Keys: TypeAlias = tuple[str | int, ...]
"""The path to a value: keys and list indexes from the top."""
Plain: TypeAlias = Any
"""The values in a file: dict with text keys, list, str, int, float, bool and None; a schema decides which."""
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?")
_WORDS = {"": None, "null": None, "~": None, "true": True, "false": False}


class ReadLimits(NamedTuple):
    """The limits on a file: in bytes, and in mappings, lists and scalars, of which 30,000 are read per second."""

    size: int = 1024 * 1024
    values: int = 30_000
    long_numbers: bool = False
    """JSON: whether a number of more than ``MAX_DIGITS`` digits may be there; it is read as text."""


USUAL = ReadLimits()


@dataclass(frozen=True)
class Document:
    """The values of a file, with their locations."""

    file: str
    data: Plain
    values: Mapping[Keys, Place]
    keys: Mapping[Keys, Place]

    def error(self, message: str, path: Keys = (), *, at_key: bool = False) -> InputError:
        """Make an error at the value at ``path`` (or at its key), or at the nearest value around it."""
        places = self.keys if at_key else self.values
        while path and path not in places:
            path, places = path[:-1], self.values
        line, column = places.get(path, (1, 1))
        return InputError(message, self.file, line, column)


def read_yaml(path: Path, limits: ReadLimits = USUAL) -> Document:
    """Read a file; ``InputErrors`` says everything that is wrong with it."""
    return parse_yaml(read_bytes(path, limits.size), str(path), limits)


def parse_yaml(content: bytes, file: str, limits: ReadLimits = USUAL) -> Document:
    """Read the bytes of a file; ``file`` is what errors call it."""
    check_size(content, limits.size, file)
    text = reviewable(content, file)
    reader = _YamlReader(file, _events(text, file), limits.values)
    data = reader.document()
    if reader.errors:
        raise InputErrors(reader.errors)
    return Document(file, data, reader.values, reader.keys)


def _events(text: str, file: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = escaped((error.problem or error.context or "it cannot be read").splitlines()[0])
        raise InputErrors([InputError(f"this is not YAML: {problem}", file, line, column)]) from None
    except Exception as error:  # noqa: BLE001 - whatever else breaks the parser, the file is what is wrong
        reason = type(error).__name__
        raise InputErrors([InputError(f"this YAML cannot be read ({reason})", file)]) from None


@dataclass
class _YamlReader:
    """Builds plain values from events.  Errors that do not stop the reading are collected."""

    file: str
    events: Iterator[Event]
    most: int
    errors: list[InputError] = field(default_factory=list)
    values: dict[Keys, Place] = field(default_factory=dict)
    keys: dict[Keys, Place] = field(default_factory=dict)
    nodes: int = 0

    def document(self) -> Plain:
        """Build the one document of the stream."""
        data: Plain = None
        documents = 0
        while not isinstance(event := self.advance(), StreamEndEvent):
            if isinstance(event, NodeEvent):
                data = self.value(event, ())
            elif isinstance(event, DocumentStartEvent):
                documents += 1
                if event.version or event.tags:
                    self.refuse(event, "directives (lines that start with %) are not accepted")
                if documents > 1:
                    self.stop(event, "a second document starts here; a file contains one document")
        return data

    def advance(self) -> Event:
        """Take the next event; where the parser stops, everything noted so far is raised with its reason."""
        try:
            return next(self.events)
        except InputErrors as stopped:
            raise InputErrors([*self.errors, *stopped.errors]) from None

    def refuse(self, event: Event, message: str) -> None:
        """Record an error and continue."""
        self.errors.append(InputError(message, self.file, *_start(event)))
        if len(self.errors) >= MAX_ERRORS:
            raise InputErrors(self.errors)

    def stop(self, event: Event, message: str) -> None:
        """Record an error that ends the reading."""
        self.refuse(event, message)
        raise InputErrors(self.errors)

    def value(self, event: Event, path: Keys) -> Plain:
        """Build the value that starts with this event."""
        self.nodes += 1
        if len(path) > MAX_DEPTH:
            self.stop(event, f"this is nested deeper than {MAX_DEPTH} levels")
        if self.nodes > self.most:
            self.stop(event, f"the file contains more than {self.most} values")
        self.values[path] = _start(event)
        self.properties(event)
        if isinstance(event, MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path)
        return self.scalar(event) if isinstance(event, ScalarEvent) else None

    def properties(self, event: Event) -> None:
        """Refuse what can stand beside a value or in its place."""
        if isinstance(event, AliasEvent):
            self.refuse(event, "aliases (*name) are not accepted; write the value out")
        elif getattr(event, "anchor", None):
            self.refuse(event, "anchors (&name) are not accepted")
        if getattr(event, "tag", None):
            self.refuse(event, "tags (!name) are not accepted")

    def sequence(self, path: Keys) -> list[Plain]:
        """Build a list."""
        found: list[Plain] = []
        while not isinstance(event := self.advance(), SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def mapping(self, path: Keys) -> dict[str, Plain]:
        """Build a mapping with text keys, each once; the first of two wins, and the second is an error."""
        found: dict[str, Plain] = {}
        while not isinstance(event := self.advance(), MappingEndEvent):
            key = self.key(event, path)
            inner = (*path, key)
            if key in found:
                self.refuse(event, f"the key {quoted(key)} appears twice; the first is on line {self.keys[inner][0]}")
                inner = (*path, key, "")
            self.keys[inner] = _start(event)
            found.setdefault(key, self.value(self.advance(), inner))
        return found

    def key(self, event: Event, path: Keys) -> str:
        """Read a key; one that is not text is an error, and its location replaces it so reading can continue."""
        if isinstance(event, ScalarEvent):
            self.properties(event)
            if event.style is None and event.value == "<<":
                self.refuse(event, "merge keys (<<) are not accepted; write the keys out")
            key = self.scalar(event)
            if isinstance(key, str):
                return key
        else:
            self.value(event, (*path, ""))
        self.refuse(event, "a key must be text; put it in quotes")
        return f"({':'.join(map(str, _start(event)))})"

    def scalar(self, event: ScalarEvent) -> Plain:
        """Read text, a number, true, false or null."""
        text: str = event.value
        if hidden := HIDDEN.search(text):
            self.refuse(event, f"the hidden character U+{ord(hidden[0]):04X} is not accepted")
        if event.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        number = _NUMBER.fullmatch(text)
        if not number:
            return text
        if sum(map(str.isdigit, text)) > MAX_DIGITS:
            self.refuse(event, f"numbers have at most {MAX_DIGITS} digits; put text in quotes")
            return 0
        return float(text) if number.group(1) else int(text)


def _start(event: Event) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1
