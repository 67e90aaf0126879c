"""What goes to standard output, and into files."""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import click

from auditor.inputs.documents.errors import InputError, InputErrors


def say(text: str) -> None:
    """Print a result.  A reader that has seen enough, such as head, does not change the exit code."""
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # what is left would be written when the process ends
        os.close(nowhere)


def terminal_width() -> int:
    """Columns to fill: the terminal's, within what reads well."""
    return max(80, min(shutil.get_terminal_size((120, 40)).columns, 160))


def write_file(path: Path, text: str) -> None:
    """Write the whole file or leave the old one: never half of it.  Raises ``InputErrors``."""
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        if isinstance(error, OSError):
            raise InputErrors([InputError(f"it cannot be written: {error.strerror}", str(path))]) from None
        raise
