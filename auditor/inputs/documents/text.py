"""Bytes as reviewable text: UTF-8, without invisible characters."""

import re
from itertools import islice
from typing import TypeAlias

from auditor.errors import InputError, InputErrors

Place: TypeAlias = tuple[int, int]
"""Line and column, from 1."""

# Controls but for tab and line ends; soft hyphen; zero-width, bidirectional and other format characters (Unicode
# category Cf); line and paragraph separators; surrogates; non-characters.  Invisible text cannot be reviewed.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff\U000e0000-\U000e0fff]"
)


def decoded(content: bytes, file: str) -> str:
    """The text of a file, without a byte order mark at its start."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputErrors([InputError("the file is not UTF-8 text; save it as UTF-8", file, line, 1)]) from None


def reviewable(content: bytes, file: str) -> str:
    """The text of a file in which every character can be seen."""
    text = decoded(content, file)
    if hidden := list(islice(HIDDEN.finditer(text), 10)):
        raise InputErrors(
            InputError(f"the hidden character U+{ord(found[0]):04X} is not accepted", file, *place(text, found.start()))
            for found in hidden
        )
    return text


def place(text: str, offset: int) -> Place:
    """Line and column of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
