"""Third-party packages that add rules and policies, found by their entry points.

A broken plug-in is an input error and never skipped: a missing rule would look like a check that
passed.
"""

import importlib
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Final

from auditor.errors import InputError, InputErrors, quoted

RULES: Final = "auditor.rules"
"""A package whose modules are one rule each, named after the rule's id."""
POLICIES: Final = "auditor.policies"
"""A package whose folder holds policies (``*.yaml``) and, under ``roots``, the root certificates they name."""


@dataclass(frozen=True)
class PlugIn:
    """One entry point, and the package that it names."""

    entry_point: EntryPoint
    module: ModuleType

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the package's files are."""
        return tuple(map(Path, self.module.__path__))

    def error(self, message: str) -> InputError:
        """Make an error that names the distribution and the entry point."""
        return _error(self.entry_point, message)


def plug_ins(group: str) -> tuple[PlugIn, ...]:
    """Load every plug-in of the group, in the order of their names.

    Raises ``InputErrors`` with everything that is wrong with any of them.
    """
    found: list[PlugIn] = []
    errors: list[InputError] = []
    for entry_point in sorted(entry_points(group=group), key=lambda point: (point.name, point.value)):
        try:
            module = importlib.import_module(entry_point.value)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a package of somebody else raises
            errors.append(_error(entry_point, f"it cannot be imported ({described(error)})"))
            continue
        if hasattr(module, "__path__"):
            found.append(PlugIn(entry_point, module))
        else:
            errors.append(_error(entry_point, "it names a module; it must name a package"))
    if errors:
        raise InputErrors(errors)
    return tuple(found)


def described(error: BaseException) -> str:
    """The type and message of an error, in one short line."""
    return f"{type(error).__name__}: {quoted(str(error))}"


def _error(entry_point: EntryPoint, message: str) -> InputError:
    distribution = _distribution(entry_point)
    named = f"{entry_point.name} = {entry_point.value}"
    return InputError(f"plug-in {distribution}, entry point {quoted(named)} of {entry_point.group}: {message}")


def _distribution(entry_point: EntryPoint) -> str:
    """Name and version, as far as the metadata can be read."""
    try:
        found = (entry_point.dist.name, entry_point.dist.version) if entry_point.dist else ()
    except Exception:  # noqa: BLE001 - whatever the metadata of somebody else's package raise
        found = ()
    return " ".join(filter(None, found)) or "of an unnamed distribution"
