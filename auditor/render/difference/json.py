"""A difference as JSON in the form of a report's: pure ASCII, a change a line."""

from auditor.diff import Difference
from auditor.render.formats.json import written


def render(difference: Difference) -> str:
    """The difference as JSON text (RFC 8259), with a newline at the end."""
    return written(difference, difference.schema_version)
