"""Records laid out in columns of text: every fact wrapped inside its column, none cut off."""

from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from math import ceil

from tabulate import tabulate

from auditor.render.wrapping import columns, wrap

_GAP = 2
_NARROWEST = 14
_HANGING = 2

Cell = Sequence[str]
"""The paragraphs of one cell, each of which begins on a line of its own."""


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
    """Lines of which all but the first are set in a little, so that one can see where the next paragraph begins."""
    first, *others = wrap(text, width)
    if not others:
        return [first]
    first, *others = wrap(text, width - _HANGING)
    return [first, *(" " * _HANGING + line for line in others)]


def _widths(headers: Sequence[str], records: Sequence[Sequence[Cell]], total: int) -> list[int]:
    """Each column as wide as its content.  Where that is too much, the column gives way that grows least in height."""
    lengths = [[columns(text) for record in records for text in record[i]] for i in range(len(headers))]
    least = [max(columns(header), _NARROWEST) for header in headers]
    widths = [max((columns(header), *lengths[i])) for i, header in enumerate(headers)]
    room = total - _GAP * (len(headers) - 1)

    @cache
    def height(column: int, width: int) -> int:
        return sum(ceil(length / width) for length in lengths[column])

    while sum(widths) > room:
        shrinkable = [i for i, width in enumerate(widths) if width > least[i]]
        if not shrinkable:
            break
        thinner = min(shrinkable, key=lambda i: (height(i, widths[i] - 1) - height(i, widths[i]), -widths[i]))
        widths[thinner] -= 1
    return widths
