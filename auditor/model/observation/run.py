"""The first and the last line of a file of observations, and the connections that were used."""

from typing import Literal

from pydantic import AwareDatetime, Field

from auditor.model.observation.seen import Seen
from auditor.model.scanner import ScannerVersions
from auditor.model.target import Target
from auditor.model.value import Value


class Run(Value):
    """The head of a file of observations: the targets of the run."""

    kind: Literal["run"] = "run"
    schema_version: Literal["1"] = "1"
    auditor_version: str
    at: AwareDatetime
    targets: tuple[Target, ...]
    scanner: ScannerVersions | None = Field(default=None, description="What made the ClientHellos, if there were any")


class End(Value):
    """The last line of a file of observations; without it, or with another count, the file is truncated."""

    kind: Literal["end"] = "end"
    observations: int = Field(ge=0, description="The number of lines between the head and this one")


class ConnectionsUsed(Seen):
    """The number of connections to the endpoint, and the seconds they took."""

    kind: Literal["connections"] = "connections"
    count: int
    seconds: float
