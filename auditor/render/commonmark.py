r"""External text as harmless CommonMark: without links, mentions, markup or new table cells.

Code spans are the safe place: no renderer looks into them for mentions (``@name``), issues (``#1``), addresses or
commands.  What could end the span or the cell is shown as its number, in the sanitiser's form: ``\x60``, ``\x7c``.
"""

import re
from collections.abc import Sequence
from html import escape

from auditor.sanitise import clean

_ENDS_A_SPAN = str.maketrans({"`": "\\x60", "|": "\\x7c"})
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$])")
_SHOWN_AS_NUMBER = re.compile(r"@|#(?=\d)|/(?=/)|(?<=www)\.", re.IGNORECASE)
"""Text that code review tools turn into links even if escaped: mentions, issues and addresses."""


def code(text: str, limit: int = 300) -> str:
    """The text as a code span of at most about ``limit`` characters; of no text, a dash."""
    text = clean(text, limit).translate(_ENDS_A_SPAN)
    if not text.strip():
        return "\u2013"
    return f"`{text}`" if text == text.strip() else f"` {text} `"


def prose(text: str, limit: int = 1000) -> str:
    """The text to stand in a paragraph or a cell, never at the beginning of a line."""
    numbered = _SHOWN_AS_NUMBER.sub(lambda found: f"\\x{ord(found[0]):02x}", clean(text, limit))
    return _MARKUP.sub(r"\\\1", numbered)


def summary(text: str, limit: int = 300) -> str:
    """The text as HTML for a ``<summary>``, where nothing of CommonMark is read, nor mentions inside ``<code>``."""
    return f"<code>{escape(clean(text, limit))}</code>"


def table(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of cells that are CommonMark already."""
    lines = [headers, ("---",) * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
