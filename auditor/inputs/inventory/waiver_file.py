"""Waivers: the ``waivers`` of an inventory, or a separate file."""

from datetime import date
from pathlib import Path
from typing import Any

from auditor.errors import InputErrors
from auditor.inputs.documents.validation import ONE_LINE, complaints
from auditor.inputs.documents.yaml import Document, read_yaml
from auditor.model.waiver import Waiver
from auditor.rules import all_rules

_TEXT = {**ONE_LINE, "maxLength": 200}


def waivers_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the list, as it stands under ``waivers``."""
    properties = {
        "rule": {"title": "rule", "enum": list(all_rules()), "description": "The id of the rule"},
        "target": {
            **_TEXT,
            "maxLength": 320,
            "description": "The target's name in reports; * stands for any characters, ? for a single one",
        },
        "reason": {**_TEXT, "maxLength": 1000, "description": "Why the violation is accepted"},
        "approved_by": {**_TEXT, "description": "Who accepts it"},
        "ticket": {**_TEXT, "description": "Where the decision is recorded"},
        "expires": {"type": "string", "format": "date", "description": "The last day it is valid, in UTC"},
    }
    return {
        "type": "array",
        "description": "Violations that are accepted until a date; they stay in the report and do not fail the audit",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": list(properties),
            "properties": properties,
        },
    }


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers; ``InputErrors`` says everything that is wrong with it, by name, line and column."""
    document = read_yaml(path)
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["waivers"],
        "properties": {"waivers": waivers_schema()},
    }
    if errors := complaints(document, schema):
        raise InputErrors(errors)
    return waivers_of(document)


def waivers_of(document: Document) -> tuple[Waiver, ...]:
    """Take the waivers from a document that the schema has nothing against."""
    entries = document.data.get("waivers", [])
    return tuple(Waiver(**{**entry, "expires": date.fromisoformat(entry["expires"])}) for entry in entries)
