r"""Sanitising text from peers: afterwards a terminal or a page shows exactly the text and nothing else.

A certificate may carry escape sequences, line breaks, bidirectional overrides (CVE-2021-42574) and letters without
width in any of its names.  They are shown as numbers, in the form of Python and JSON: ``\x1b``, ``\u202e``,
``\U000e0041``.  Mark-up is text like any other here; each renderer escapes it for its own format.
"""

DEFAULT_LIMIT = 256
"""Characters; the longest DNS name has 253."""

_ELLIPSIS = "…"

# Letters and marks that Unicode counts as printable although nothing, or only empty space, is drawn for them
# (DerivedCoreProperties, Default_Ignorable_Code_Point).  str.isprintable() finds all the others.
_INVISIBLE = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)


def clean(text: str, limit: int = DEFAULT_LIMIT) -> str:
    """Return ``text`` safe to show: invisible characters are escaped, and at most ``limit`` characters remain.

    Controls (C0, C1, DEL), format characters (bidirectional and zero-width ones), line and paragraph separators,
    spaces other than U+0020, lone surrogates, private and unassigned code points are escaped.  A text cut short ends
    in an ellipsis and never in half an escape.  Cleaning twice gives the same as cleaning once.
    """
    if limit < 1:
        raise ValueError("the limit is at least one character")
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text  # nearly everything: a large report is mostly made of this
    shown: list[str] = []
    length = 0
    room = 0
    """The number of entries of ``shown`` that fit before an ellipsis."""
    for character in text:
        piece = character if _visible(character) else _escaped(character)
        length += len(piece)
        if length > limit:
            return "".join(shown[:room]) + _ELLIPSIS
        shown.append(piece)
        if length < limit:
            room = len(shown)
    return "".join(shown)


def _visible(character: str) -> bool:
    number = ord(character)
    if number < _INVISIBLE[0][0]:
        return character.isprintable()
    return character.isprintable() and not any(first <= number <= last for first, last in _INVISIBLE)


def _escaped(character: str) -> str:
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
