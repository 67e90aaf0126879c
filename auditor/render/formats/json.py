r"""The report as JSON: the model in the model's order, without what is empty or has its default; one finding a line.

The text is pure ASCII: whatever a peer sent that is not printable ASCII stands as a ``\u`` escape, and so do the
angle brackets, so the file can safely be shown in a terminal or embedded in a page.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any

from auditor.model.answer import AnswerKind
from auditor.model.finding import Outcome
from auditor.model.report import Report
from auditor.model.value import Value

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "\x7f": "\\u007f"})


def render(report: Report) -> str:
    """The report as JSON text (RFC 8259), with a newline at the end.

    Two reports over the same observations give the same bytes but for ``generated_at``.
    """
    counts = {outcome: report.counts[outcome] for outcome in Outcome if outcome in report.counts}
    return written(report.model_copy(update={"counts": counts}), report.schema_version)


def schema() -> dict[str, Any]:
    """The JSON Schema of what ``render`` writes: the model's own, and the text beside the parts of every subject."""
    document = Report.model_json_schema()
    document["required"] = ["schema_version", *document["required"]]
    kinds = document["$defs"]["Violation"]["properties"]["subject"]["discriminator"]["mapping"]
    for reference in kinds.values():
        subject = document["$defs"][reference.rpartition("/")[2]]
        subject["properties"]["text"] = {"description": "The subject as text", "type": "string"}
        subject["required"] = ["kind", *subject.get("required", ()), "text"]
    return document


def render_answers(report: Report, only: Collection[AnswerKind] = tuple(AnswerKind)) -> str:
    """The verdict, how complete the audit is and these answers to the requirements, laid out as in ``render``."""
    shown = tuple(found for found in report.requirements if found.answer in only)
    part = report.model_copy(update={"requirements": shown}).model_dump(
        mode="json", include={"verdict", "policy", "completeness", "requirements"}
    )
    return _laid_out({"schema_version": report.schema_version, **part})


def written(value: Value, schema_version: str) -> str:
    """A report or a difference as JSON text: a line for each field, and for each entry of a list or a mapping."""
    return _laid_out({"schema_version": schema_version, **value.model_dump(mode="json", exclude_defaults=True)})


def _laid_out(document: dict[str, Any]) -> str:
    text = ",\n".join(f"  {_inline(name)}: {_entries(part)}" for name, part in document.items())
    # The escaped characters can stand only inside JSON strings, where the escape means the same.
    return f"{{\n{text}\n}}\n".translate(_ESCAPES)


def _entries(part: Any) -> str:  # noqa: ANN401 - any part of a dumped model
    lines = ",\n".join(f"    {line}" for line in _lines(part))
    if not lines:
        return _inline(part)
    return f"{{\n{lines}\n  }}" if isinstance(part, dict) else f"[\n{lines}\n  ]"


def _lines(part: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    if isinstance(part, dict):
        yield from (f"{_inline(key)}: {_inline(item)}" for key, item in part.items())
    elif isinstance(part, list):
        yield from map(_inline, part)


_inline = json.JSONEncoder(separators=(",", ":")).encode
