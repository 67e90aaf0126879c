"""Dated facts: what is published elsewhere and changes without a release of the auditor.

One file holds them, in lists that a policy names as ``$facts.NAME``.  It ships with the auditor; an update takes its
place in the user's data directory.  Every file says its version: an update is used where it is newer.
"""

import datetime as dt
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from auditor.errors import InputError, InputErrors, escaped, quoted, suggestion
from auditor.inputs.documents.files import read_bytes
from auditor.inputs.documents.validation import complaints
from auditor.inputs.documents.yaml import Document, Keys, ReadLimits, parse_yaml
from auditor.model.dated import Dated, FactsReference
from auditor.policy.schema import Json, policy_schema
from auditor.policy.shipped import policy_directory
from auditor.rules import all_rules

SCHEMA: Final = "auditor-facts/1"
VARIABLE: Final = "AUDITOR_FACTS"
"""The environment variable that names the file of the update; it is then used even if it is the older one."""
PREFIX: Final = "facts."
"""How the name of a list in the file begins where a policy names it, after ``$``."""
LISTS: Final = {
    "client-usage-ending": ("certificate-client-usage-ending", "issuers"),
    "public-lifetimes": ("certificate-lifetime-too-long", "schedule"),
    "leaving-roots": ("certificate-root-leaving", "leaving"),
    "withdrawn-issuers": ("certificate-issuer-withdrawn", "withdrawn"),
}
"""Every list of the file, and the rule's parameter whose rows it holds."""
LIMITS: Final = ReadLimits(size=512 * 1024, values=20_000)
_VERSION = r"^[0-9]{1,4}(\.[0-9]{1,4}){1,5}$(?!\n)"


@dataclass(frozen=True)
class Facts:
    """One file of dated facts."""

    document: Document
    reference: FactsReference

    def rows(self, name: str) -> tuple[Dated, ...]:
        """The rows of a list, as values."""
        rows: tuple[Dated, ...] = _adapter(name).validate_python(self.document.data["facts"][name])
        return rows

    @property
    def number(self) -> tuple[int, ...]:
        """The version for comparing: 2026.11.3 is older than 2026.11.21."""
        return number(self.reference.version)


def number(version: str) -> tuple[int, ...]:
    """A version as numbers, without zeros at its end."""
    parts = [int(part) for part in version.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def facts_in_force() -> Facts:
    """The facts that policies are read with.  ``InputErrors`` when a file is damaged."""
    shipped, path = shipped_facts(), update_file()
    if not _is_file(path):
        if _is_there(path):
            raise InputErrors([InputError("this is no file; dated facts are kept in one", str(path))])
        if missing(path):
            message = f"there is no such file, and {VARIABLE} names it; correct or unset {VARIABLE}"
            raise InputErrors([InputError(message, str(path))])
        return shipped
    update = read_facts(path)
    return update if os.environ.get(VARIABLE) or update.number > shipped.number else shipped


def newest_facts() -> Facts:
    """The newer of the facts that came with the auditor and of the update, which nothing older replaces.

    A damaged update counts as none, so that a sound one can take its place.
    """
    shipped, path = shipped_facts(), update_file()
    update = read_facts(path) if _is_file(path) and not damaged(path) else shipped
    return max(shipped, update, key=lambda facts: facts.number)


def left_out(name: str, before: Facts, rows: Iterable[Dated]) -> Iterator[str]:
    """Name each row of a list that is not among ``rows``, or says something else there."""
    claims = {row.claim for row in rows}
    yield from (f"{name} {row.row_name}" for row in before.rows(name) if row.claim not in claims)


def from_the_future(facts: Facts, today: dt.date) -> list[InputError]:
    """Return an error for every day in the file that is still to come: the file's own, and those of its reviews.

    It may be tomorrow already where the file was written.
    """
    found: list[tuple[dt.date, Keys]] = [(facts.reference.date, ("date",))]
    for name in LISTS:
        found += [(row.checked, ("facts", name, index, "checked")) for index, row in enumerate(facts.rows(name))]
    late = today + dt.timedelta(days=1)
    return [
        facts.document.error(f"{quoted(str(path[-1]))[1:-1]} is {day}, which is in the future", path)
        for day, path in found
        if day > late
    ]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other updates in this folder waiting, so that none replaces a newer one that it has not seen."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def missing(path: Path) -> bool:
    """Return whether there is nothing where AUDITOR_FACTS says that the facts are."""
    return bool(os.environ.get(VARIABLE)) and not _is_there(path)


def damaged(path: Path) -> bool:
    """Return whether there is a file that is no file of facts."""
    if not _is_file(path):
        return False
    try:
        read_facts(path)
    except InputErrors:
        return True
    return False


def shipped_facts() -> Facts:
    """The facts that came with the auditor."""
    path = policy_directory() / "facts" / "facts.yaml"
    return parse_facts(read_bytes(path, LIMITS.size), str(path), shipped=True)


def update_file() -> Path:
    """Where an update is kept: the file that AUDITOR_FACTS names, else one in the user's data directory."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    data = os.environ.get("XDG_DATA_HOME", "")
    folder = Path(data) if Path(data).is_absolute() else Path("~/.local/share").expanduser()
    return folder / "auditor" / "facts.yaml"


def read_facts(path: Path) -> Facts:
    """Read a file of facts.  ``InputErrors`` says everything that is wrong with it."""
    return parse_facts(read_bytes(path, LIMITS.size), str(path), shipped=False)


@lru_cache(maxsize=8)
def parse_facts(content: bytes, file: str, *, shipped: bool) -> Facts:
    """Read the bytes of a file of facts; ``file`` is what errors call it."""
    document = parse_yaml(content, file, LIMITS)
    if errors := complaints(document, facts_schema()):
        raise InputErrors(errors)
    if errors := tuple(error for name in LISTS for error in _refusals(document, name)):
        raise InputErrors(errors)
    head = document.data
    digest = hashlib.sha256(content).hexdigest()
    date = dt.date.fromisoformat(head["date"])
    return Facts(document, FactsReference(version=head["version"], date=date, sha256=digest, shipped=shipped))


def unknown_facts(name: str) -> str:
    """Make the error for a list that no file of facts has."""
    hint = suggestion(name, LISTS) or f"; there are {', '.join(LISTS)}"
    return f"unknown list of facts {quoted(name)}{hint}"


@cache
def facts_schema() -> Json:
    """JSON Schema 2020-12 of a file of facts."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "description": "Dated facts that policies name as $facts.NAME",
        "additionalProperties": False,
        "required": ["schema", "version", "date", "facts"],
        "properties": {
            "schema": {"enum": [SCHEMA]},
            "version": {"type": "string", "pattern": _VERSION, "description": "numbers with dots, such as 2026.11.21"},
            "date": {"type": "string", "format": "date"},
            "facts": {
                "type": "object",
                "title": "list of facts",
                "additionalProperties": False,
                "required": list(LISTS),
                "properties": {name: _rows(rule, parameter) for name, (rule, parameter) in LISTS.items()},
            },
        },
        "$defs": policy_schema()["$defs"],
    }


def _rows(rule: str, parameter: str) -> Json:
    """The schema of the list that a rule's parameter takes."""
    wanted: Json = policy_schema()["$defs"][f"rule-{rule}"]["properties"][parameter]["anyOf"][0]
    return {**wanted, "minItems": 1}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    rule, parameter = LISTS[name]
    return TypeAdapter(all_rules()[rule].params.model_fields[parameter].annotation)


def _refusals(document: Document, name: str) -> list[InputError]:
    """What the values refuse after the schema has passed."""
    try:
        _adapter(name).validate_python(document.data["facts"][name])
    except ValidationError as error:
        return [
            document.error(escaped(detail["msg"].removeprefix("Value error, ")[:300]), ("facts", name, *detail["loc"]))
            for detail in error.errors(include_url=False)
        ]
    return []


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
