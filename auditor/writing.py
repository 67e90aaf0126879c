"""Atomic writing of files: the whole file, or nothing."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from auditor.errors import InputError, InputErrors


def write_file(path: Path, text: str) -> None:
    """Write a file as UTF-8 atomically; on failure the old one stays.  Raises ``InputErrors``."""
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
            raise InputErrors([InputError(f"not writable: {error.strerror}", str(path))]) from None
        raise


def unwritable(path: Path) -> list[InputError]:
    """Return why the path's folder is not writable; empty if it is."""
    folder = path.absolute().parent
    if not folder.is_dir():
        return [InputError(f"{path}: the folder {path.parent} does not exist")]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [InputError(f"{path}: the folder {path.parent} is not writable")]
    return []
