"""The programs and files that pages of the documentation show, taken from these pages."""

import re
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
_BLOCK = re.compile(r"```(?:python|yaml|toml)\n(.*?)```", re.DOTALL)
_FILE = re.compile(r"`([\w./-]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
_PROGRAM = re.compile(r'"""(\w+\.py)')


def programs(page: str) -> Mapping[str, str]:
    """Every program that begins with its own name, by that name."""
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = [block for block in _BLOCK.findall(text) if _PROGRAM.match(block)]
    return {found[1]: block for block in blocks if (found := _PROGRAM.match(block))}


def files(page: str) -> Mapping[str, str]:
    """Every file that is shown below its path."""
    return dict(_FILE.findall((DOCS / page).read_text(encoding="utf-8")))
