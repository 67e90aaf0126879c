"""When the certificates expire, as a picture: a bar a certificate, the first to expire on top."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from auditor.model.report import CertificateFacts
from auditor.render.html.drawing import SYMBOLS, Box, Picture, Stroke, Text, common_name
from auditor.render.validity import validity

MOST_BARS = 60
"""Bars in one picture; a table below it names every certificate."""

_TOP = 48
_ROW = 40
_MOST_YEARS = 6
_BACK = timedelta(days=730)
_FORTH = timedelta(days=3 * 365)
_FARTHEST = timedelta(days=10 * 365)


def timeline(certificates: Sequence[CertificateFacts], at: datetime) -> Picture:
    """Bars for the certificates in the order given, the audit's day marked; as wide as the page gives it room.

    The axis shows what matters around the audit: up to two years before it and three after, more only as far as a
    certificate has expired longer ago (ten years at most).  A bar that goes on beyond the axis reaches its edge.
    """
    shown = certificates[:MOST_BARS]
    first, last = _axis(shown, at)
    height = _TOP + _ROW * len(shown) + 4
    years = [(_place(year, first, last), f"{year:%Y}") for year in _years(first, last)]
    now = _place(at, first, last)
    boxes: list[Box] = []
    sentences = []
    texts = [
        Text(now, 14, "now", f"audited {at:%Y-%m-%d}", dx=-6 if now > 60 else 6, anchor="end" if now > 60 else "start"),
        *(Text(place, 34, "tick", year, dx=4) for place, year in years if place < 93),
    ]
    for row, certificate in enumerate(shown):
        state = validity(certificate, at)
        y = _TOP + _ROW * row
        begins, ends = (_place(day, first, last) for day in (certificate.not_before, certificate.not_after))
        words = f"{certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}. {state.words}."
        until = f"{SYMBOLS[state.state]} {certificate.not_after:%Y-%m-%d}, {state.short}"
        boxes.append(Box(begins, y + 21, round(max(ends - begins, 0.3), 2), 8, f"bar {state.state}", words))
        texts.append(Text(0, y + 15, "label", common_name(certificate.subject), most=46))
        sentences.append(f"{common_name(certificate.subject)}: {words}")
        texts.append(Text(100, y + 15, f"when {state.state}", until, anchor="end"))
    return Picture(
        width=100,
        height=height,
        title="When the certificates expire",
        description=" ".join(sentences),
        boxes=tuple(boxes),
        strokes=(*(Stroke(place, 24, place, height, "grid") for place, _ in years), Stroke(now, 4, now, height, "now")),
        texts=tuple(texts),
        fluid=True,
    )


def _axis(certificates: Sequence[CertificateFacts], at: datetime) -> tuple[datetime, datetime]:
    begins = [certificate.not_before for certificate in certificates]
    ends = [certificate.not_after for certificate in certificates]
    first = max(min([at - timedelta(days=90), *begins]), at - _BACK)
    expired = max(min([first, *ends]), at - _FARTHEST)
    last = min(max([at + timedelta(days=180), *ends]), at + _FORTH)
    return (first if expired >= first else expired - timedelta(days=120)), last


def _place(day: datetime, first: datetime, last: datetime) -> float:
    """Where a day stands on the axis, in percent; days beyond its ends stand at them."""
    return round(100 * min(max((day - first) / (last - first), 0.0), 1.0), 2)


def _years(first: datetime, last: datetime) -> list[datetime]:
    """New Year's Days to mark: every one, or every second, third and so on where there would be too many."""
    years = range(first.year + 1, last.year + 1)
    return [datetime(year, 1, 1, tzinfo=UTC) for year in years[:: ceil(len(years) / _MOST_YEARS) or 1]]
