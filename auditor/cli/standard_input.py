"""FILE arguments, of which ``-`` is the standard input."""

import sys
from collections.abc import Sequence
from pathlib import Path

from auditor.errors import InputError, InputErrors

STANDARD_INPUT = "standard input"


def given_files(files: Sequence[Path], limit: int) -> list[Path | tuple[str, bytes]]:
    """The same with the standard input read, or enough of it to be refused where it has more than ``limit`` bytes."""
    if files.count(Path("-")) > 1:
        raise InputErrors([InputError(f"the {STANDARD_INPUT} is listed twice")])
    return [(STANDARD_INPUT, sys.stdin.buffer.read(limit + 1)) if str(file) == "-" else file for file in files]
