"""A file of observations, as ``auditor collect`` writes it: the run, one observation a line, and how many there are.

A line that has got lost would be a question that nobody asks any more, and the rest could pass for want of it.  So a
file has to be whole before anything of it is judged.
"""

from dataclasses import dataclass, field
from pathlib import Path

from auditor.inputs.errors import InputError, InputErrors
from auditor.model.observation import OBSERVATION_OR_END, End, Observation, Run

_MOST_OCTETS = 256 * 1024 * 1024
_ANEW = "write it anew with auditor collect"


@dataclass
class _Lines:
    """What has been read so far."""

    head: Run | None = None
    names: frozenset[str] = frozenset()
    observations: list[Observation] = field(default_factory=list)
    end: End | None = None

    def take(self, number: int, line: str) -> str | None:
        """Read one line; what is wrong with it, if something is."""
        try:
            if number == 1:
                self.head = Run.model_validate_json(line)
                self.names = frozenset(target.name for target in self.head.targets)
                return None
            found = OBSERVATION_OR_END.validate_json(line)
        except ValueError:
            if number == 1:
                return "this is not a file of observations, as auditor collect -o writes them"
            return f"this is not an observation; {_ANEW}"
        if self.end is not None:
            return f"this follows the line that ends the file; {_ANEW}"
        if isinstance(found, End):
            self.end = found
            return None
        self.observations.append(found)
        known = self.head is None or found.target in self.names
        return None if known else f"this is about a target that the head does not name; {_ANEW}"

    def lacks(self, head: Run) -> str | None:
        """Say why the file as a whole is not what was written."""
        if len(self.names) < len(head.targets):
            return "the head names a target twice"
        if self.end is None:
            return "the file breaks off: the line that ends it is missing"
        if self.end.observations != len(self.observations):
            wrote, holds = self.end.observations, len(self.observations)
            return f"the file is not whole: it holds {holds} observations, and was written with {wrote}"
        return None


def read_observations(path: Path) -> tuple[Run, list[Observation]]:
    """Read the whole file.  Raises ``InputErrors`` with the line that is wrong."""
    if path.stat().st_size > _MOST_OCTETS:
        raise InputErrors([InputError(f"the file is larger than {_MOST_OCTETS // 2**20} MiB", str(path))])
    read = _Lines()
    with path.open(encoding="utf-8", errors="replace") as lines:
        errors = []
        for number, line in enumerate(lines, 1):
            if problem := read.take(number, line):
                errors.append(InputError(problem, str(path), number))
            if read.head is None:  # whatever this file is, nothing more is to be said of it
                break
    if errors:
        raise InputErrors(errors)
    if read.head is None:
        raise InputErrors([InputError("the file is empty", str(path))])
    if lack := read.lacks(read.head):
        raise InputErrors([InputError(f"{lack}; {_ANEW}", str(path))])
    return read.head, read.observations
