"""Text that must not grow without bound."""

from collections.abc import Sequence


def fitting(blocks: Sequence[str], room: int) -> tuple[list[str], int]:
    """The blocks that fit into so many bytes of UTF-8 with a blank line between, in order, and how many do not."""
    parts: list[str] = []
    for block in blocks:
        size = len(block.encode()) + 2
        if size <= room:
            parts.append(block)
            room -= size
    return parts, len(blocks) - len(parts)
