"""Pictures as plain geometry: rectangles, lines and text with their places.  The template turns them into SVG.

Lengths are CSS pixels, but for the horizontal ones of a fluid picture; the origin is the upper left corner.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from auditor.model.report import CertificateFacts, ChainSummary
from auditor.render.validity import validity
from auditor.render.wrapping import wrap

SYMBOLS = {"valid": "\u2713", "soon": "!", "expired": "\u2715", "future": "\u2715"}
"""Beside each colour stands a sign, for readers who do not see the colour."""

_CHAIN_WIDTH = 304
_PADDING = 14
_GAP = 34


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
    """A rectangle, and what a pointer that rests on it is told."""

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
    """Horizontal places and widths are percentages, so that the picture is as wide as there is room."""


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


def chain_picture(chain: ChainSummary, at: datetime) -> Picture:
    """The chain as it was sent, leaf first, down to the pinned root it ends at; ``at`` is the day it is judged on.

    Whether the policy allows that root is for the rules to say, and stands in the findings.
    """
    sent = [
        (_role(certificate, position, chain), certificate) for position, certificate in enumerate(chain.certificates)
    ]
    anchor = chain.anchor
    if anchor and all(certificate.sha256 != anchor.sha256 for certificate in chain.certificates):
        sent.append(("Pinned root, not sent", anchor))
    boxes: list[Box] = []
    strokes: list[Stroke] = []
    texts: list[Text] = []
    told = []
    y = 1.0
    for position, (role, certificate) in enumerate(sent):
        issued_by_next = position + 1 < len(sent) and certificate.issuer == sent[position + 1][1].subject
        state = validity(certificate, at)
        lines = _certificate_lines(role, certificate, at)
        kind = f"box {state.state}{' pinned' if certificate is anchor else ''}"
        y = _boxed(boxes, texts, lines, y, kind)
        told.append(f"{role}: {common_name(certificate.subject)}. {state.words}.")
        if position + 1 < len(sent):
            y = _linked(
                strokes, texts, y, "issued by" if issued_by_next else "not issued by the next", whole=issued_by_next
            )
    if not anchor:
        if sent:
            y = _linked(strokes, texts, y, "leads to no pinned root", whole=False)
        y = _boxed(boxes, texts, [("name", "No pinned root")], y, "box missing")
        told.append("It leads to no pinned root.")
    leaf = common_name(chain.certificates[0].subject) if chain.certificates else "nothing"
    return Picture(
        width=_CHAIN_WIDTH,
        height=round(y + 1),
        title=f"Certificate chain of {leaf}",
        description=" ".join(told),
        boxes=tuple(boxes),
        strokes=tuple(strokes),
        texts=tuple(texts),
    )


def _role(certificate: CertificateFacts, position: int, chain: ChainSummary) -> str:
    if chain.anchor and certificate.sha256 == chain.anchor.sha256:
        return "Pinned root, as sent"
    if position == 0:
        return "Leaf"
    if certificate.subject == certificate.issuer:
        return "Root, as sent"
    return "Intermediate" if certificate.certificate_authority else "Not a certificate authority"


_FONTS = {"role": 11.0, "name": 14.0, "small": 12.0, "state": 12.0}
_LEADING = {"role": 17.0, "name": 19.0, "small": 17.0, "state": 18.0}


def _certificate_lines(role: str, certificate: CertificateFacts, at: datetime) -> list[tuple[str, str]]:
    """The lines of a box, each with its class, already broken to fit."""
    state = validity(certificate, at)
    name = common_name(certificate.subject)
    rest = certificate.subject.replace(f"CN={name}", "", 1).strip(", ") if name != certificate.subject else ""
    paragraphs = [
        ("role", role),
        ("name", name),
        ("small", rest),
        ("small", f"{certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}"),
        ("small", f"{certificate.key}, {certificate.signature_algorithm}"),
        ("state " + state.state, f"{SYMBOLS[state.state]} {state.words}"),
    ]
    room = _CHAIN_WIDTH - 2 * _PADDING
    return [
        (kind, line)
        for kind, text in paragraphs
        if text
        for line in wrap(text, room / (_FONTS[kind.split()[0]] * (1.14 if kind == "name" else 1)), ems)
    ]


def _boxed(boxes: list[Box], texts: list[Text], lines: list[tuple[str, str]], top: float, kind: str) -> float:
    """Add a box around the lines; where it ends."""
    y = top + _PADDING - 4
    for line_kind, text in lines:
        y += _LEADING[line_kind.split()[0]]
        texts.append(Text(_PADDING, y - 4, line_kind, text))
    bottom = y + _PADDING - 4
    boxes.append(Box(1, top, _CHAIN_WIDTH - 2, bottom - top, kind))
    return bottom


def _linked(strokes: list[Stroke], texts: list[Text], top: float, label: str, *, whole: bool) -> float:
    """Add a line down to the next box, and what it means; where it ends."""
    strokes.append(Stroke(28, top, 28, top + _GAP, "link" if whole else "link broken"))
    texts.append(Text(42, top + _GAP / 2 + 4, "role", label))
    return top + _GAP
