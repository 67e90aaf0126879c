"""Dated facts: rows of a policy that were true on the day somebody read their source."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pydantic import Field, model_validator

from auditor.model.value import Value

REVIEW_DAYS = 180
"""After so many days a row without a ``review_after`` of its own is to be read again."""


class Dated(Value):
    """A row with its source."""

    source: str = Field(min_length=1, description="Where this is published")
    checked: dt.date = Field(description="Day on which the source was read")
    review_after: dt.date | None = Field(
        default=None, description=f"Day after which the source is to be read again; default: {REVIEW_DAYS} days later"
    )

    @model_validator(mode="after")
    def _reviewed_later(self) -> "Dated":
        if self.review_after is not None and self.review_after < self.checked:
            message = f"review_after is {self.review_after}, which is before checked, {self.checked}"
            raise ValueError(message)
        return self

    @property
    def due(self) -> dt.date:
        """The last day on which the row needs no review."""
        latest = min(self.checked.toordinal() + REVIEW_DAYS, dt.date.max.toordinal())
        return self.review_after or dt.date.fromordinal(latest)

    @property
    def claim(self) -> tuple[Any, ...]:
        """What the row says, whatever its source and the day it was read."""
        return tuple(value for name, value in self if name not in Dated.model_fields)

    @property
    def row_name(self) -> str:
        """What a reader finds the row by: its first text that says no source, else its first value."""
        own = [value for name, value in self if name not in Dated.model_fields and value is not None]
        return str(next((value for value in own if isinstance(value, str)), own[0] if own else self.source))


class FactsReference(Value):
    """The file of dated facts that the policy was read with."""

    version: str
    date: dt.date = Field(description="The day the file was written")
    sha256: str = Field(description="SHA-256 of the file's bytes, lower-case hexadecimal")
    shipped: bool = Field(description="Whether it came with the auditor, rather than as an update")


def dated_rows(value: Any) -> Iterator[Dated]:  # noqa: ANN401 - parameters of any rule
    """Every dated row in the parameters of a rule."""
    if isinstance(value, Dated):
        yield value
    elif isinstance(value, Value):
        for _, inner in value:
            yield from dated_rows(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from dated_rows(inner)
