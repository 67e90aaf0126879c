"""What is wrong with an input: one sentence each, with the place."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 80
"""At most this many characters of somebody else's text are repeated in a sentence."""


@dataclass(frozen=True)
class InputError:
    """One thing that is wrong.  Lines and columns count from 1; 0 means that the place has none."""

    message: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Write ``file:line:column: sentence``, with as much of the place as there is."""
        numbers = [str(number) for number in (self.line, self.column) if number]
        place = ":".join([escaped(self.file), *numbers]) if self.file else ""
        return f"{place}: {self.message}" if place else self.message


class InputErrors(Exception):  # noqa: N818 - it carries several errors and is named for them
    """Everything that is wrong with an input, in one go."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        """Keep the errors in the order of their places, each once."""
        self.errors = tuple(sorted(dict.fromkeys(errors), key=lambda error: (error.file, error.line, error.column)))
        super().__init__(self.errors)

    def __str__(self) -> str:
        """Write one error a line."""
        return "\n".join(map(str, self.errors))


def escaped(text: str) -> str:
    """Write every character that does not print as its number, so that it cannot move the cursor."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def quoted(text: str) -> str:
    """Put the text in quotation marks, escaped, and cut where it is long."""
    return f'"{escaped(text[:SHOWN])}{"…" if len(text) > SHOWN else ""}"'


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "…"?`` for the nearest known word, or nothing when none is near."""
    names = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word[:SHOWN].casefold(), names, n=1, cutoff=0.6)
    return f'; did you mean "{names[near[0]]}"?' if near else ""
