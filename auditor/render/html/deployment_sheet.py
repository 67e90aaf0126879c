"""The sheet a deployment is drawn on: boxes with their text cut to fit, marked with their defects."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from auditor.render.html.deployment_marks import Element, Marks
from auditor.render.html.drawing import Box, Stroke, Text, ems
from auditor.render.wording import OUTCOME_SYMBOLS
from auditor.render.wrapping import wrap

SITE, LINK, CIRCUIT, REGION = 270, 200, 130, 280
"""The widths of the columns."""
GAP = 18
PADDING = 12
_FAN = 120
"""The places where lines cross."""
# Bold letters are wider by a seventh, half bold ones by a twelfth.
_EM = {"name": 14.0 * 1.14, "small": 12.0, "label": 12.0 * 1.08}
_LEADING = {"name": 20, "small": 17, "label": 22}


@dataclass(frozen=True)
class Columns:
    """Where each column begins."""

    site: float
    with_circuits: bool

    @property
    def link(self) -> float:
        """The links, each named."""
        return self.site + SITE + GAP

    @property
    def circuit(self) -> float:
        """The circuits that links run over."""
        return self.link + LINK + GAP

    @property
    def fan(self) -> float:
        """The lines to the regions."""
        return self.circuit + CIRCUIT if self.with_circuits else self.link + LINK

    @property
    def region(self) -> float:
        """The regions."""
        return self.fan + _FAN

    @property
    def end(self) -> float:
        """Where the last one ends."""
        return self.region + REGION


@dataclass(frozen=True)
class Line:
    """One line of text; one that stands for an element of its own has a hint."""

    font: str
    kind: str
    text: str
    hint: str = ""


@dataclass
class Sheet:
    """What has been drawn so far."""

    marks: Marks
    boxes: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    """Sentences that say the same as the picture."""
    drawn: set[Element] = field(default_factory=set)

    def describe(self, element: Element, words: str) -> str:
        """Draw the element: a sentence says what it is and what is wrong with it, and is its hint."""
        self.drawn.add(element)
        sentence = f"{words}. {self.marks.words(element)}".strip()
        self.sentences.append(sentence)
        return sentence

    def kind(self, kind: str, element: Element) -> str:
        """The class, with the outcome beside it where there is one."""
        return f"{kind} {self.marks.outcome(element) or ''}".strip()

    def lines(self, font: str, text: str, width: float, element: Element = (), most: int = 2) -> list[Line]:
        """The text in so many lines, with the sign of the element's outcome before it; the rest of it is cut off."""
        outcome = self.marks.outcome(element)
        sign = f"{OUTCOME_SYMBOLS[outcome]} " if outcome else ""
        first, *others = _fitted(text, width / _EM[font] - ems(sign), most)
        return [Line(font, self.kind(font, element), one) for one in (f"{sign}{first}".strip(), *others)]

    def write(self, x: float, y: float, font: str, text: str, width: float, element: Element = ()) -> None:
        """One line of text that needs no box."""
        (line,) = self.lines(font, text, width, element, most=1)
        self.texts.append(Text(x, y, line.kind, line.text))

    def spot(self, text: str, width: float, element: Element) -> Line:
        """A line that stands for an element, whose text is its name."""
        (line,) = self.lines("label", text, width, element, most=1)
        return replace(line, hint=self.describe(element, text))

    def box(self, x: float, y: float, width: float, tall: float, kind: str, hint: str, lines: Iterable[Line]) -> None:
        """A box with its lines from the top."""
        self.boxes.append(Box(x, y, width, tall, kind, hint))
        at = y + PADDING - 4
        for line in lines:
            leading = _LEADING[line.font]
            if line.hint:
                self.boxes.append(Box(x + 4, at, width - 8, leading, "spot", line.hint))
            at += leading
            self.texts.append(Text(x + PADDING, at - 5, line.kind, line.text))


def height(lines: Iterable[Line]) -> float:
    """How high a box has to be for its lines."""
    return sum(_LEADING[line.font] for line in lines) + 2 * PADDING - 4


def _fitted(text: str, room: float, most: int) -> list[str]:
    lines = wrap(text, room, ems)
    if len(lines) <= most:
        return lines
    rest = " ".join(text.split())
    for line in lines[: most - 1]:
        rest = rest[len(line) :].lstrip()
    while rest and ems(rest + "…") > room:
        rest = rest[:-1]
    return [*lines[: most - 1], rest.rstrip() + "…"]
