"""A report in which every string has passed the sanitiser, so no renderer can forget one."""

from functools import lru_cache
from typing import Any, TypeVar

from auditor.model.value import Value
from auditor.sanitise import clean

V = TypeVar("V", bound=Value)
LIMIT = 4000
"""Longer than any text of the auditor; text from peers was shortened much further when it was observed."""


def cleaned(value: V) -> V:
    """The same report or difference without control characters, bidirectional overrides or endless strings.

    What is clean already, which is nearly everything, is not copied.
    """
    changed = {name: new for name, old in value if (new := _cleaned(old)) is not old}
    return value.model_copy(update=changed) if changed else value


@lru_cache(maxsize=1024)
def _clean(text: str) -> str:
    """The same text stands in many findings, and to clean one that is not ASCII takes long."""
    return clean(text, limit=LIMIT)


def _cleaned(part: Any) -> Any:  # noqa: ANN401 - any part of a value
    if type(part) is str:  # an enum's member is ours, and stays what it is
        return clean(part, limit=LIMIT) if part.isascii() else _clean(part)
    if isinstance(part, Value):
        return cleaned(part)
    if isinstance(part, tuple):
        new = tuple(map(_cleaned, part))
        return new if any(one is not other for one, other in zip(new, part, strict=True)) else part
    if isinstance(part, dict):
        # Keys too, so references to them still match.
        return {_cleaned(key): _cleaned(item) for key, item in part.items()}
    return part
