"""A line of a file that a report can point at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a target or a policy is written.  Lines and columns count from 1; 0 means that the place has none."""

    file: str
    line: int = 0
    column: int = 0
