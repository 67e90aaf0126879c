"""One certificate chain: its certificates in the order they were sent, as a picture and in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.model.report import CertificateFacts, ChainSummary
from auditor.render.html.drawing import SYMBOLS, Box, Picture, Stroke, Text, common_name, ems
from auditor.render.validity import Validity, validity
from auditor.render.wrapping import wrap

_WIDTH = 304
_PADDING = 14
_GAP = 34
_FONTS = {"role": 11.0, "name": 14.0, "small": 12.0, "state": 12.0}
_LEADING = {"role": 17.0, "name": 19.0, "small": 17.0, "state": 18.0}
_NO_ROOT = "leads to no pinned root"


@dataclass(frozen=True)
class ChainLink:
    """One certificate of a chain, and its connection to the next."""

    facts: CertificateFacts
    role: str
    validity: Validity
    to_next: str
    """The connection to the next one, such as ``issued by``; empty after the last one."""
    broken: bool
    """Whether the next certificate is not its issuer."""

    @property
    def name(self) -> str:
        """The common name, or another name if there is none."""
        return common_name(self.facts.subject)


def links(chain: ChainSummary, certificates: Mapping[str, CertificateFacts], at: datetime) -> tuple[ChainLink, ...]:
    """The chain as it was sent, leaf first, down to the pinned root it ends at; ``at`` is the day it is judged on.

    The rules judge whether the policy allows that root; the findings report it.
    """
    sent = [certificates[key] for key in chain.certificates]
    shown = [(facts, _role(facts, position, chain)) for position, facts in enumerate(sent)]
    if chain.anchor and chain.anchor not in chain.certificates:
        shown.append((certificates[chain.anchor], "Pinned root, not sent"))
    found = []
    for position, (facts, role) in enumerate(shown):
        to_next, broken = "" if chain.anchor else _NO_ROOT, not chain.anchor
        if position + 1 < len(shown):
            broken = facts.issuer != shown[position + 1][0].subject
            to_next = "not issued by the next" if broken else "issued by"
        found.append(ChainLink(facts, role, validity(facts, at), to_next, broken))
    return tuple(found)


def _role(certificate: CertificateFacts, position: int, chain: ChainSummary) -> str:
    if certificate.sha256 == chain.anchor:
        return "Pinned root, as sent"
    if position == 0:
        return "Leaf"
    if certificate.subject == certificate.issuer:
        return "Root, as sent"
    return "Intermediate" if certificate.certificate_authority else "Not a certificate authority"


def chain_picture(chain: tuple[ChainLink, ...]) -> Picture:
    """A box for each certificate, one below the other."""
    boxes: list[Box] = []
    strokes: list[Stroke] = []
    texts: list[Text] = []
    y = 1.0
    for link in chain:
        pinned = " pinned" if link.role == "Pinned root, not sent" else ""
        y = _boxed(boxes, texts, list(_lines(link)), y, f"box {link.validity.state}{pinned}")
        if link.to_next:
            strokes.append(Stroke(28, y, 28, y + _GAP, "link broken" if link.broken else "link"))
            texts.append(Text(42, y + _GAP / 2 + 4, "role", link.to_next))
            y += _GAP
    sentences = [f"{link.role}: {link.name}. {link.validity.words}." for link in chain]
    if not chain or chain[-1].to_next:
        y = _boxed(boxes, texts, [("name", "No pinned root")], y, "box missing")
        sentences.append(f"It {_NO_ROOT}.")
    return Picture(
        width=_WIDTH,
        height=round(y + 1),
        title=f"Certificate chain of {chain[0].name if chain else 'nothing'}",
        description=" ".join(sentences),
        boxes=tuple(boxes),
        strokes=tuple(strokes),
        texts=tuple(texts),
    )


def _lines(link: ChainLink) -> Iterator[tuple[str, str]]:
    """The lines of a box, each with its class, already broken to fit."""
    facts, state = link.facts, link.validity
    rest = facts.subject.replace(f"CN={link.name}", "", 1).strip(", ") if link.name != facts.subject else ""
    paragraphs = [
        ("role", link.role),
        ("name", link.name),
        ("small", rest),
        ("small", f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"),
        ("small", f"{facts.key}, {facts.signature_algorithm}"),
        ("state " + state.state, f"{SYMBOLS[state.state]} {state.words}"),
    ]
    room = _WIDTH - 2 * _PADDING
    for kind, text in paragraphs:
        if text:
            size = _FONTS[kind.split()[0]] * (1.14 if kind == "name" else 1)
            yield from ((kind, line) for line in wrap(text, room / size, ems))


def _boxed(boxes: list[Box], texts: list[Text], lines: list[tuple[str, str]], top: float, kind: str) -> float:
    """Add a box around the lines; where it ends."""
    y = top + _PADDING - 4
    for line_kind, text in lines:
        y += _LEADING[line_kind.split()[0]]
        texts.append(Text(_PADDING, y - 4, line_kind, text))
    bottom = y + _PADDING - 4
    boxes.append(Box(1, top, _WIDTH - 2, bottom - top, kind))
    return bottom
