"""Source locations: lines of files that errors and reports point at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceLocation:
    """Where a target or a policy is written.  Lines and columns count from 1; 0 stands for the whole file or line."""

    file: str = ""
    """Empty for targets and policies named on the command line."""
    line: int = 0
    column: int = 0
