"""Records laid out in columns of text: every fact wrapped inside its column, none cut off."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import permutations, zip_longest
from math import ceil

from tabulate import tabulate

from auditor.render.wrapping import columns, wrap

_GAP = 2
_NARROWEST = 14
_HANGING = 2
_LOST = 5
"""The approximate number of empty columns of a line: its indentation, and the rest after its last word."""
_STEPS = (1, 2, 4, 8, 16)
_ROUNDS = 40

Cell = Sequence[str]
"""The paragraphs of one cell; each starts a new line."""


def grid(headers: Sequence[str], records: Sequence[Sequence[Cell]], width: int) -> list[str]:
    """The lines of a table no wider than ``width`` columns, with a blank line between records that take several.

    The paragraphs of the last two columns belong together in pairs: the second of each pair starts beside the first.
    """
    widths = _widths(headers, records, width)
    blocks = [_lines(record, widths) for record in records]
    spaced = any(len(block) > 1 for block in blocks)
    rows = [list(headers), ["-" * size for size in widths]]
    for position, block in enumerate(blocks):
        if spaced and position:
            rows.append([""] * len(headers))
        rows.extend(block)
    table = tabulate(rows, tablefmt="plain", disable_numparse=True, preserve_whitespace=True)
    return [line.rstrip() for line in table.splitlines()]


def _lines(record: Sequence[Cell], widths: Sequence[int]) -> list[list[str]]:
    """The record's lines, each a list of what stands in every column."""
    *left, seen, expected = record
    cells = [[line for text in cell for line in _wrap(text, size)] for cell, size in zip(left, widths, strict=False)]
    pairs = [
        pair
        for texts in zip_longest(seen, expected, fillvalue="")
        for pair in zip_longest(_wrap(texts[0], widths[-2]), _wrap(texts[1], widths[-1]), fillvalue="")
    ]
    cells += [[first for first, _ in pairs], [second for _, second in pairs]]
    return [list(line) for line in zip_longest(*cells, fillvalue="")]


def _wrap(text: str, width: int) -> list[str]:
    """Lines of which all but the first are indented a little, to show where the next paragraph begins."""
    first, *others = wrap(text, width)
    if not others:
        return [first]
    first, *others = wrap(text, width - _HANGING)
    return [first, *(" " * _HANGING + line for line in others)]


def _widths(headers: Sequence[str], records: Sequence[Sequence[Cell]], total: int) -> list[int]:
    """Each column as wide as its content.  Where that is too much, the widths that make the table least high."""
    room = total - _GAP * (len(headers) - 1)
    shapes = Counter(tuple(tuple(map(_size, cell)) for cell in record) for record in records)
    most = [
        max((columns(header), *(size for shape in shapes for size, _ in shape[i]))) for i, header in enumerate(headers)
    ]
    least = [min(max(columns(header), _NARROWEST), most[i]) for i, header in enumerate(headers)]
    widths = [max(min(width, room), least[i]) for i, width in enumerate(most)]

    def height(tried: Sequence[int]) -> int:
        return sum(_height(shape, tried) * count for shape, count in shapes.items())

    while (excess := sum(widths) - room) > 0:
        shrinkable = [i for i, width in enumerate(widths) if width > least[i]]
        if not shrinkable:
            return widths
        step = max(1, excess // 8)
        tries = [(i, _moved(widths, i, None, min(step, widths[i] - least[i]))) for i in shrinkable]
        widths = min(tries, key=lambda tried: (height(tried[1]), -widths[tried[0]]))[1]
    return _evened(widths, least, most, height)


def _evened(
    widths: list[int], least: Sequence[int], most: Sequence[int], height: Callable[[Sequence[int]], int]
) -> list[int]:
    """The same room shared out anew, as long as that makes the table less high."""
    lowest = height(widths)
    for _ in range(_ROUNDS):
        tries = [
            _moved(widths, giver, taker, step)
            for giver, taker in permutations(range(len(widths)), 2)
            for step in _STEPS
            if widths[giver] - step >= least[giver] and widths[taker] + step <= most[taker]
        ]
        best = min(tries, key=height, default=widths)
        if height(best) >= lowest:
            break
        widths, lowest = best, height(best)
    return widths


def _moved(widths: Sequence[int], giver: int, taker: int | None, step: int) -> list[int]:
    """The widths after ``giver`` has given some, to ``taker`` or to nobody."""
    changes = {giver: -step, **({taker: step} if taker is not None else {})}
    return [width + changes.get(i, 0) for i, width in enumerate(widths)]


def _size(text: str) -> tuple[int, int]:
    """Columns of a paragraph, and of the longest word in it."""
    return columns(text), max(map(columns, text.split()), default=0)


def _height(shape: Sequence[Sequence[tuple[int, int]]], widths: Sequence[int]) -> int:
    """Lines of one record, near enough: those of its highest cell.  A name that is broken counts as two lines more."""
    *left, seen, expected = (
        [_lines_of(size, width) for size, _ in cell] for cell, width in zip(shape, widths, strict=True)
    )
    broken = sum(word > width for cell, width in zip(shape[:-2], widths, strict=False) for _, word in cell)
    pairs = sum(max(pair) for pair in zip_longest(seen, expected, fillvalue=0))
    return max((pairs, *(sum(cell) for cell in left))) + 2 * broken


def _lines_of(size: int, width: int) -> int:
    """Lines of a paragraph; those after the first are set in, and words seldom end where a line does."""
    return 1 if size <= width else ceil(size / (width - _LOST))
