"""PEM (RFC 7468): the blocks of a file, each with the line it starts in.  Text between them is allowed."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.errors import InputError, InputErrors, quoted

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,64})-----\s*")


@dataclass(frozen=True)
class Block:
    """One block, as it stands in the file."""

    label: str
    line: int
    text: bytes

    def __repr__(self) -> str:
        """Show no content, which may be a private key."""
        return f"Block({self.label!r}, line {self.line})"


def blocks_of(content: bytes, file: str) -> Iterator[Block]:
    """Take the blocks apart.  ``InputErrors`` for one without an end: such a file is not whole."""
    label, start = "", 0
    lines: list[bytes] = []
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        line = raw.strip()
        found = _BEGIN.fullmatch(line)
        if found and start:
            raise _unfinished(label, start, file)
        if found:
            label, start, lines = found[1].decode("ascii"), number, []
        if start:
            lines.append(line)
        if start and line == b"-----END " + label.encode("ascii") + b"-----":
            yield Block(label, start, b"\n".join(lines) + b"\n")
            start = 0
    if start:
        raise _unfinished(label, start, file)


def decoded(block: Block, file: str) -> bytes:
    """The bytes of a block without headers.  ``InputErrors`` when it is not base64."""
    lines = [line for line in block.text.splitlines()[1:-1] if line and b":" not in line]
    try:
        return base64.b64decode(b"".join(lines), validate=True)
    except (binascii.Error, ValueError):
        raise InputErrors([InputError(f"the {block.label} is not in base64", file, block.line)]) from None


def _unfinished(label: str, line: int, file: str) -> InputErrors:
    message = f"the block {quoted(label)} that starts here has no end; the file is truncated"
    return InputErrors([InputError(message, file, line)])
