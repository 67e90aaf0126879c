"""Named lists: ``$name`` in a rule stands for the list of this name under ``lists:``, ``$facts.name`` for dated facts.

A name belongs to the policy as a whole, through all the files it extends.  The last file that gives the list decides
what is in it, for every rule that names it, inherited rules included.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.errors import InputError, quoted, suggestion
from auditor.inputs.documents.validation import Explain, complaints
from auditor.inputs.documents.yaml import Document, Keys
from auditor.model.rule import Rule
from auditor.policy.schema import LIST_NAME, Json, policy_schema

_REFERENCE = re.compile(r"\$(?:facts\.)?[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class ListReference:
    """A place in a rule's parameters that names a list."""

    way: Keys
    name: str
    schema: Json
    """The schema of the list in that place."""


def named_lists(params: Mapping[str, Any], rule: Rule[Any, Any]) -> tuple[ListReference, ...]:
    """Find every reference to a named list."""
    return tuple(_named(params, policy_schema()["$defs"][f"rule-{rule.id}"], ()))


def unknown_list(name: str, known: Collection[str]) -> str:
    """Make the error for an unknown list."""
    hint = suggestion(name, known) or (f"; known are {', '.join(known)}" if known else "; the policy has no lists")
    return f"unknown list {quoted(name)}{hint}"


def unused_lists(document: Document, used: Collection[str]) -> Iterator[InputError]:
    """Find the lists of a file that no rule uses, neither in this file nor in those it extends."""
    for name in document.data.get("lists", {}):
        if name not in used:
            yield document.error(f"no rule uses the list {quoted(name)}", ("lists", name), at_key=True)


def misfits(document: Document, place: tuple[str, str], named: ListReference, explain: Explain) -> Iterator[InputError]:
    """Find the errors in a list where it is referenced; ``place`` is the list's own in its file."""
    room, name = place
    for inside in _named(document.data[room][name], named.schema, place):
        yield document.error("a list cannot name another list; write the entries out", inside.way)
    schema: Json = {"properties": {room: {"properties": {name: named.schema}}}}
    schema["$defs"] = policy_schema()["$defs"]
    yield from complaints(document, schema, lambda path, word: explain((*named.way, *path[2:]), word))


def replaced(value: Any, way: Keys, entries: list[Any]) -> Any:  # noqa: ANN401 - any YAML
    """Copy the value, with the entries in place of the name at the end of the way."""
    if not way:
        return entries
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = replaced(value[way[0]], way[1:], entries)
    return copy


def _named(value: Any, schema: Json, way: Keys) -> Iterator[ListReference]:  # noqa: ANN401 - any YAML
    if LIST_NAME in schema.get("anyOf", ()):
        schema = schema["anyOf"][0]
        if isinstance(value, str) and _REFERENCE.fullmatch(value):
            yield ListReference(way, value[1:], schema)
    elif "anyOf" in schema:
        for alternative in schema["anyOf"]:
            yield from _named(value, alternative, way)
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _named(inner, schema.get("properties", {}).get(key, {}), (*way, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _named(inner, schema.get("items", {}), (*way, index))
