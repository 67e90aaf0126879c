"""Read an exported access list in CSV.  A file with a line that cannot be interpreted is rejected.

The first matching line decides, so a skipped line could change the meaning of all lines after it.  Lines that are not
enabled, and lines for protocols that carry neither SIP nor media, are left out.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from auditor.errors import InputError, InputErrors, quoted, suggestion
from auditor.inputs.documents.files import check_size
from auditor.inputs.documents.text import reviewable
from auditor.inputs.documents.validation import MOST
from auditor.model.deployment import AclEntry
from auditor.network.addresses import parse_range

KIND = "access list as CSV"
LARGEST = 8 * 1024 * 1024
MOST_LINES = 100_000
REQUIRED = ("action", "source", "protocol", "ports")
COLUMNS = (*REQUIRED, "destination", "enabled", "comment", "reason")

_ACTIONS = {"allow": "allow", "permit": "allow", "deny": "deny", "drop": "deny", "reject": "deny"}
_PROTOCOLS = {"tcp": "tcp", "udp": "udp", "any": "any", "ip": "any"}
_OTHERS = {"icmp", "icmpv6", "igmp", "gre", "esp", "ah", "ospf", "eigrp", "pim", "vrrp"}
_SWITCH = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}
_DENY_ALL = AclEntry(action="deny", source="any")
"""The effect of a list without any applicable line."""


class _TableCell(NamedTuple):
    text: str
    column: int


def access_list(content: bytes, file: str) -> tuple[AclEntry, ...]:
    """Read the bytes of a file; ``InputErrors`` lists everything that is wrong with it."""
    lines = _lines(content, file)
    delimiter = ";" if ";" in lines[0] else ","
    pattern = re.compile(rf'[ \t]*"((?:[^"]|"")*)"[ \t]*(?={delimiter}|$)|([^"{delimiter}]*)(?={delimiter}|$)')
    errors: list[InputError] = []
    found: list[AclEntry] = []
    columns: list[str] = []
    rows = 0
    for number, line in enumerate(lines, start=1):
        try:
            cells = list(_cells(line, pattern))
            if number == 1:
                columns = _columns(cells)
            elif any(cell.text for cell in cells):
                rows += 1
                found += _entry(columns, cells)
        except _LineError as wrong:
            errors.append(InputError(wrong.message, file, number, wrong.column))
            if number == 1 or len(errors) >= MOST:
                break
    if not errors and not rows:
        errors = [InputError("no line follows the column names", file, 1, 1)]
    if errors:
        raise InputErrors(errors)
    return tuple(found) or (_DENY_ALL,)


def _lines(content: bytes, file: str) -> list[str]:
    check_size(content, LARGEST, file)
    lines = re.split(r"\r\n|\n|\r", reviewable(content, file))
    wrong = ""
    if not lines[0].strip():
        wrong = f"the first line must name the columns: {', '.join(REQUIRED)}"
    elif lines[0].lstrip()[:1] in ("{", "["):
        wrong = f"this looks like JSON; the evidence of a site is an {KIND}"
    elif len(lines) > MOST_LINES + 1:
        wrong = f"the file has more than {MOST_LINES} lines"
    if wrong:
        raise InputErrors([InputError(wrong, file, 1, 1)])
    return lines


class _LineError(ValueError):
    """An error in a line."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


def _cells(line: str, pattern: re.Pattern[str]) -> Iterator[_TableCell]:
    at = 0
    while True:
        found = pattern.match(line, at)
        if found is None:
            raise _LineError("unterminated quoted field", at + 1)
        text = found[2] if found[1] is None else found[1].replace('""', '"')
        yield _TableCell(text.strip(), at + 1)
        if found.end() == len(line):
            return
        at = found.end() + 1


def _columns(cells: list[_TableCell]) -> list[str]:
    names = [cell.text.casefold() for cell in cells]
    for index, (name, cell) in enumerate(zip(names, cells, strict=True)):
        if name not in COLUMNS:
            hint = suggestion(name, COLUMNS) or f"; known are {', '.join(COLUMNS)}"
            raise _LineError(f"unknown column {quoted(cell.text)}{hint}", cell.column)
        if name in names[:index]:
            raise _LineError(f"the column {quoted(name)} appears twice", cell.column)
    if missing := [name for name in REQUIRED if name not in names]:
        raise _LineError(f"the column {quoted(missing[0])} is missing", 1)
    return names


def _entry(columns: list[str], cells: list[_TableCell]) -> list[AclEntry]:
    if len(cells) != len(columns):
        raise _LineError(f"the line has {len(cells)} fields, but the header has {len(columns)} columns", 1)
    row = dict(zip(columns, cells, strict=True))
    action = _word(row["action"], "action", _ACTIONS)
    protocol = _word(row["protocol"], "protocol", {**_PROTOCOLS, **dict.fromkeys(sorted(_OTHERS), "")})
    enabled = _word(row["enabled"], "enabled", _SWITCH) if "enabled" in row else True
    entry = AclEntry.model_validate(
        {
            "action": action,
            "protocol": protocol or "any",
            "source": _checked(row["source"], "source", _any_range),
            "ports": _checked(row["ports"], "ports", _ports),
            "destination": _checked(row["destination"], "destination", _any_range) if "destination" in row else "any",
            "reason": (row["reason"].text or None) if "reason" in row else None,
        }
    )
    return [entry] if enabled and protocol else []


def _word(cell: _TableCell, name: str, known: dict[str, str] | dict[str, bool]) -> str | bool:
    word = cell.text.casefold()
    if word not in known:
        message = f"{name} cannot be {quoted(cell.text)}; use one of {', '.join(known)}"
        raise _LineError(message, cell.column)
    return known[word]


def _checked(cell: _TableCell, name: str, check: Callable[[str], str]) -> str:
    try:
        return check(cell.text)
    except ValueError as error:
        raise _LineError(f"{name} {quoted(cell.text)}: {error}", cell.column) from None


@lru_cache(maxsize=10_000)
def _any_range(text: str) -> str:
    if text.casefold() == "any":
        return "any"
    if not text:
        raise ValueError("it is empty; for all addresses, write any")
    parse_range(text)
    return text.replace(" ", "")


@lru_cache(maxsize=10_000)
def _ports(text: str) -> str:
    if text.casefold() == "any":
        return "any"
    found = re.fullmatch(r"([0-9]{1,5})(?: *- *([0-9]{1,5}))?", text)
    if found is None:
        raise ValueError("write a port, a range such as 5061-5062, or any")
    first, last = int(found[1]), int(found[2] or found[1])
    if not 0 < first <= last <= 65535:
        raise ValueError("ports must be from 1 to 65535, the lower one first")
    return str(first) if found[2] is None else f"{first}-{last}"
