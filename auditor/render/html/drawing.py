"""Pictures as plain geometry: rectangles, lines and text with their positions.  The template turns them into SVG.

Lengths are CSS pixels, but for the horizontal ones of a fluid picture; the origin is the upper left corner.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

SYMBOLS = {"valid": "\u2713", "soon": "!", "expired": "\u2715", "future": "\u2715"}
"""A sign for each colour, for readers who cannot see the colour."""


@dataclass(frozen=True)
class Text:
    """One line of text; ``kind`` is the class that sets its size and colour, ``y`` its base line."""

    x: float
    y: float
    kind: str
    text: str
    dx: float = 0
    """Pixels to the right of ``x``."""
    anchor: Literal["start", "end"] = "start"
    most: float = 0
    """In a fluid picture, how much of its width the text may take before it is clipped; 0 for no limit."""


@dataclass(frozen=True)
class Box:
    """A rectangle, and the hint for a pointer that rests on it."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    hint: str = ""


@dataclass(frozen=True)
class Stroke:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True)
class Picture:
    """A drawing with its name and its description in words."""

    width: float
    height: float
    title: str
    description: str
    boxes: tuple[Box, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    texts: tuple[Text, ...] = ()
    fluid: bool = False
    """Horizontal positions and widths are percentages, so the picture fills the available width."""


@cache
def ems(text: str) -> float:
    """About how wide the text is in the sans-serif fonts of today's systems, in em; rather too much than too little."""
    return sum(_em(character) for character in text)


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in "iljI.,:;'|![]()/ ":
        return 0.34
    if character in "mwM@%":
        return 0.94
    if character in "<>+~^#W":
        return 1.0 if character == "W" else 0.84
    return 0.7 if character.isupper() else 0.58


def common_name(subject: str) -> str:
    """The common name of an RFC 4514 name, its special characters without their escapes; the whole name if it has none.

    Other backslashes stay: the sanitiser's numbers for what must not be shown begin with one.
    """
    found = re.search(r"(?:^|[,+])\s*CN=((?:\\.|[^\\,+])+)", subject)
    return re.sub(r'\\([ "#+,;<=>\\])', r"\1", found.group(1)) if found else subject or "(no name)"
