"""Shared by all rules: lists in words, and protocol versions as a subject."""

from collections.abc import Iterable, Sequence

from auditor.model.subject import TARGET, ProtocolVersionSubject, WholeTarget
from auditor.model.suite_lists import SuiteLists

_MOST_NAMED = 6
"""More names than this are not read in a sentence; the policy lists them."""


def any_of(names: Iterable[str]) -> str:
    """Return ``a, b or c``."""
    return _joined(list(names), "or")


def all_of(names: Iterable[str]) -> str:
    """Return ``a, b and c``."""
    return _joined(list(names), "and")


def named(names: Sequence[str], noun: str) -> str:
    """Return the names, or where they are many, how many there are and where to find them."""
    return (
        ", ".join(names) if len(names) <= _MOST_NAMED else f"the {len(names)} {noun} that `auditor policy show` lists"
    )


def suites_by_version(params: SuiteLists) -> str:
    """Return the policy's cipher suites, version by version."""
    lists = params.lists().items()
    return "; ".join(f"{version}: {named(suites, 'suites') or 'none'}" for version, suites in lists) or "none"


def version_subject(*versions: str) -> ProtocolVersionSubject | WholeTarget:
    """Return one version as a subject, or several of which any would do; without any it is about the target."""
    return ProtocolVersionSubject(versions=versions) if versions else TARGET


def _joined(names: list[str], conjunction: str) -> str:
    *others, last = names
    return f"{', '.join(others)} {conjunction} {last}" if others else last
