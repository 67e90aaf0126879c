"""The one base of every value that is written to disk or read from it."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Frozen and strict about its fields: an unknown one is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
