"""Breaking text into lines.  Nothing is ever cut off: a word that is too long is broken, best after punctuation."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

_AFTER_PUNCTUATION = re.compile(r"(?<=[_\-./:,;@=+])")


@cache
def columns(text: str) -> int:
    """How many terminal columns the text takes: two for a wide character (UAX 11), none for a combining one."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: float, size: Callable[[str], float] = columns) -> list[str]:
    """Lines no larger than ``width`` as ``size`` measures them; a single character wider than that stands alone.

    Runs of white space become one space.  Empty text is one empty line.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if size(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, width, size)
        lines.extend(full)
    return [*lines, line] if line or not lines else lines


def _broken(word: str, width: float, size: Callable[[str], float]) -> Iterator[str]:
    """The word, or where it is too long its parts, as few as fit."""
    line = ""
    for piece in _pieces(word, width, size):
        if line and size(line + piece) > width:
            yield line
            line = ""
        line += piece
    yield line


def _pieces(word: str, width: float, size: Callable[[str], float]) -> Iterator[str]:
    if size(word) <= width:
        yield word
        return
    for piece in _AFTER_PUNCTUATION.split(word):
        if size(piece) <= width:
            yield piece
        else:
            yield from piece
