"""Rules: one requirement per file, one folder per subject.  A rule is found by its file; nothing registers itself.

What the rules of one folder share is in its ``_shared``, and what all share in ``auditor.rules._shared``.  No rule
imports another.  Third-party packages add rules by an entry point (``auditor.plugins``).
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

from auditor.errors import InputError, InputErrors
from auditor.model.observation import kinds_of
from auditor.model.rule import Rule
from auditor.model.target import Perspective
from auditor.plugins import RULES, described, plug_ins


@cache
def all_rules() -> dict[str, Rule[Any, Any]]:
    """Every rule by its id, sorted by id, those of plug-ins included.

    Raises ``LookupError`` when a rule file has no ``RULE`` or its name is not its rule's id.  Such a mistake must not
    make a rule disappear silently.  In a plug-in it raises ``InputErrors``.
    """
    rules: dict[str, Rule[Any, Any]] = {}
    for subject in pkgutil.iter_modules(__path__, "auditor.rules."):
        if subject.ispkg:
            rules.update({rule.id: rule for rule in _rules_in(subject.name)})
    errors: list[InputError] = []
    for plug_in in plug_ins(RULES):
        try:
            found = list(_rules_in(plug_in.module.__name__))
        except LookupError as error:
            errors.append(plug_in.error(str(error)))
            continue
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a module of somebody else raises
            errors.append(plug_in.error(f"a rule cannot be imported ({described(error)})"))
            continue
        if not found:
            errors.append(plug_in.error("it has no rules"))
        errors += [plug_in.error(f"there is a rule {rule.id} already") for rule in found if rule.id in rules]
        rules.update({rule.id: rule for rule in found})
    if errors:
        raise InputErrors(errors)
    return dict(sorted(rules.items()))


def _rules_in(package: str) -> Iterator[Rule[Any, Any]]:
    for module_info in pkgutil.iter_modules(importlib.import_module(package).__path__, package + "."):
        file = module_info.name.rpartition(".")[2]
        if file == "_shared":
            continue
        rule = getattr(importlib.import_module(module_info.name), "RULE", None)
        if not isinstance(rule, Rule):
            raise LookupError(  # noqa: TRY004 - a rule is missing; no argument has a wrong type
                f"{module_info.name} defines no RULE"
            )
        if rule.id != file.replace("_", "-"):
            raise LookupError(f"{module_info.name} defines the rule {rule.id}; a rule's file is named after it")
        if fault := _fault(rule, module_info.name):
            raise LookupError(f"the RULE of {module_info.name} cannot be used: {fault}")
        yield rule


def _fault(rule: Rule[Any, Any], module: str) -> str:
    """What keeps a rule out of every plan, or without a rationale; empty where nothing is wrong."""
    known = {kind for perspective in Perspective for kind in kinds_of(perspective)}
    if rule.observation_kind not in known:
        return "observes is not a class of auditor.model.observation that is seen of a target"
    if getattr(rule.check, "__module__", "") != module:
        return "check is not a function of this module, whose docstring is the rationale"
    return ""


def rationale(rule: Rule[Any, Any]) -> str:
    """Why the rule exists: the docstring of its file."""
    return (importlib.import_module(rule.check.__module__).__doc__ or "").strip()
