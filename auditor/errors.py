"""Errors in inputs: one sentence each, with its location."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 80
"""The most characters of external text that a sentence quotes."""


@dataclass(frozen=True)
class InputError:
    """One error.  Lines and columns count from 1; 0 means that the location has none."""

    message: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Write ``file:line:column: sentence``, with as much of the location as is known."""
        numbers = [str(number) for number in (self.line, self.column) if number]
        place = ":".join([escaped(self.file), *numbers]) if self.file else ""
        return f"{place}: {self.message}" if place else self.message


class InputErrors(Exception):  # noqa: N818 - it carries several errors and is named for them
    """All errors in an input."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        """Keep the errors in the order of their locations, each once."""
        self.errors = tuple(sorted(dict.fromkeys(errors), key=lambda error: (error.file, error.line, error.column)))
        super().__init__(self.errors)

    def __str__(self) -> str:
        """Write one error per line."""
        return "\n".join(map(str, self.errors))


def escaped(text: str) -> str:
    """Escape every unprintable character, so it cannot move the cursor."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def quoted(text: str) -> str:
    """Quote the text, escaped and shortened if it is long."""
    return f'"{escaped(text[:SHOWN])}{"…" if len(text) > SHOWN else ""}"'


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "…"?`` for the nearest known word, or an empty text if none is near."""
    names = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word[:SHOWN].casefold(), names, n=1, cutoff=0.6)
    return f'; did you mean "{names[near[0]]}"?' if near else ""
