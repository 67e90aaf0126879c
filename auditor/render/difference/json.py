"""A difference as JSON: exactly the model, in the model's order, in pure ASCII."""

from auditor.diff import Difference
from auditor.render.formats.json import written


def render(difference: Difference) -> str:
    """The difference as JSON text (RFC 8259), two spaces deep, with a newline at the end."""
    return written(difference.model_dump(mode="json"))
