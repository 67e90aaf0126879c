r"""The report as JSON: exactly the model, in the model's order.

The text is pure ASCII: whatever a peer sent that is not printable ASCII stands as a ``\u`` escape, and so do the
angle brackets, so that the file can be shown in a terminal or put into a page without harm.
"""

import json
from io import StringIO
from typing import Any

from auditor.model.report import Outcome, Report

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "\x7f": "\\u007f"})


def render(report: Report) -> str:
    """The report as JSON text (RFC 8259), two spaces deep, with a newline at the end.

    Two reports over the same observations give the same bytes but for ``generated_at``.
    """
    document = report.model_dump(mode="json")
    document["counts"] = {outcome: document["counts"][outcome] for outcome in Outcome if outcome in document["counts"]}
    return written(document)


def written(document: dict[str, Any]) -> str:
    """A document as JSON text in the form of a report's."""
    # The escaped characters can stand only inside JSON strings, where the escape means the same.
    text = StringIO()  # json.dumps would hold every piece of it at once, which is several times the text
    text.writelines(json.JSONEncoder(indent=2).iterencode(document))
    return text.getvalue().translate(_ESCAPES) + "\n"
