"""A file of observations, as ``auditor collect`` writes it: the run, one observation a line, and how many there are.

A lost line would be a missing observation, and the rest could pass without it.  So a
file must be complete before it is judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from pydantic_core import from_json

from auditor.errors import InputError, InputErrors
from auditor.inputs.documents.files import unreadable
from auditor.model.observation import OBSERVATION_OR_END, End, Observation, Run

_MOST_BYTES = 256 * 1024 * 1024
_MOST_HEAD = 16 * 1024 * 1024
_MOST_LINE = 64 * 1024 * 1024
"""The most characters of one line, which a device or a pipe may never end."""
_ANEW = "run auditor collect again"
YEARS = range(1970, 9000)
"""In which something may have been observed: with years to spare for dates before and after."""


@dataclass
class _Lines:
    """What has been read below the head."""

    names: frozenset[str]
    """The targets that the head names."""
    observations: list[Observation] = field(default_factory=list)
    end: End | None = None

    def take(self, line: str) -> str | None:
        """Read one line; what is wrong with it, if something is."""
        try:
            found = OBSERVATION_OR_END.validate_json(line)
        except ValueError:
            return "this is not an observation"
        if self.end is not None:
            return "this line follows the end line"
        if isinstance(found, End):
            self.end = found
            return None
        self.observations.append(found)
        return None if found.target in self.names else "this target is not listed in the first line"

    def lacks(self) -> str | None:
        """Say why the file as a whole is not what was written."""
        if self.end is None:
            return "the file is truncated: its end line is missing"
        if self.end.observations != len(self.observations):
            wrote, holds = self.end.observations, len(self.observations)
            return f"the file is incomplete: it contains {holds} of {wrote} observations"
        return None


def read_observations(path: Path) -> tuple[Run, list[Observation]]:
    """Read the whole file.  Raises ``InputErrors`` with the line that is wrong."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _too_large(path)
        opened = path.open(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise InputErrors([unreadable(error, str(path))]) from None
    with opened as lines:
        head = _head(lines.readline(_MOST_LINE), str(path))
        read = _Lines(frozenset(target.name for target in head.targets))
        errors = [
            InputError(f"{problem}; {_ANEW}", str(path), number)
            for number, line in enumerate(_bounded(lines, path), 2)
            if (problem := read.take(line))
        ]
    if errors:
        raise InputErrors(errors)
    lack = "the first line lists a target twice" if len(read.names) < len(head.targets) else read.lacks()
    if lack:
        raise InputErrors([InputError(f"{lack}; {_ANEW}", str(path))])
    return head, read.observations


def _bounded(lines: TextIO, path: Path) -> Iterator[str]:
    """The lines that are left, of a file whose size may not be what its folder says."""
    read = 0
    while line := lines.readline(_MOST_LINE):
        read += len(line)
        if read > _MOST_BYTES:
            raise _too_large(path)
        yield line


def _too_large(path: Path) -> InputErrors:
    return InputErrors([InputError(f"the file is larger than {_MOST_BYTES // 2**20} MiB", str(path))])


def is_observation_file(path: Path) -> bool:
    """Whether the first line is the head of a file of observations, be the rest of it right or wrong."""
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            head = from_json(lines.readline(_MOST_HEAD))
    except (OSError, ValueError):
        return False
    return isinstance(head, dict) and head.get("kind") == "run"


def _head(line: str, file: str) -> Run:
    if not line:
        raise InputErrors([InputError("the file is empty", file)])
    try:
        head = Run.model_validate_json(line)
    except ValueError:
        message = "this is neither a file of observations (auditor collect -o) nor the JSON of sslyze --json_out"
        raise InputErrors([InputError(message, file, 1)]) from None
    if head.at.year not in YEARS:
        raise InputErrors([InputError(f"the observations are of the year {head.at.year}; {_ANEW}", file, 1)])
    return head
