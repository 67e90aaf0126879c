"""Reading files with a size limit."""

from pathlib import Path

from auditor.errors import InputError, InputErrors


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a file of at most ``limit`` bytes; a larger one is refused without being read to its end."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise InputErrors([unreadable(error, str(path))]) from None
    check_size(content, limit, str(path))
    return content


def unreadable(error: OSError | ValueError, file: str) -> InputError:
    """Say why a file cannot be opened or read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "this is not a file name"
    return InputError(f"the file cannot be read: {reason}", file)


def check_size(content: bytes, limit: int, file: str) -> None:
    """Refuse what is larger than ``limit`` bytes."""
    if len(content) > limit:
        raise InputErrors([InputError(f"the file is larger than {limit // 1024} KiB, the limit", file)])
