"""The first and the last line of a file of observations, and what the run cost."""

from typing import Literal

from pydantic import AwareDatetime, Field

from auditor.model.observation.seen import Seen
from auditor.model.target import Target
from auditor.model.value import Value


class Run(Value):
    """The head of a file of observations: what was to be looked at."""

    kind: Literal["run"] = "run"
    schema_version: Literal["1"] = "1"
    auditor_version: str
    at: AwareDatetime
    targets: tuple[Target, ...]


class End(Value):
    """The last line of a file of observations: a file without it, or with another number of them, is not whole."""

    kind: Literal["end"] = "end"
    observations: int = Field(ge=0, description="How many lines lie between the head and this one")


class ConnectionsUsed(Seen):
    """How many connections the endpoint was asked for, and for how long."""

    kind: Literal["connections"] = "connections"
    count: int
    seconds: float
