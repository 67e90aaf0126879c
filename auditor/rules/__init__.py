"""One requirement a file, in a folder a subject.  A rule is found by its file; nothing registers itself.

What the rules of one folder share is in its ``_shared``, and what all share in ``auditor.rules._shared``.  No rule
imports another.
"""

import importlib
import pkgutil
from functools import cache
from typing import Any

from auditor.model.rule import Rule


@cache
def all_rules() -> dict[str, Rule[Any, Any]]:
    """Every rule by its id, sorted by id.

    Raises ``LookupError`` when a rule file has no ``RULE`` or its name is not its rule's id.  Such a mistake must not
    make a rule disappear silently.
    """
    rules: dict[str, Rule[Any, Any]] = {}
    for subject in pkgutil.iter_modules(__path__, "auditor.rules."):
        if not subject.ispkg:
            continue
        for module_info in pkgutil.iter_modules(importlib.import_module(subject.name).__path__, subject.name + "."):
            if module_info.name.rpartition(".")[2] == "_shared":
                continue
            module = importlib.import_module(module_info.name)
            rule = getattr(module, "RULE", None)
            if not isinstance(rule, Rule):
                raise LookupError(  # noqa: TRY004 - a rule is missing; nobody passed a wrong type
                    f"{module_info.name} defines no RULE"
                )
            if rule.id.replace("-", "_") != module_info.name.rpartition(".")[2]:
                raise LookupError(f"{module_info.name} defines the rule {rule.id}; a rule's file is named after it")
            rules[rule.id] = rule
    return dict(sorted(rules.items()))


def rationale(rule: Rule[Any, Any]) -> str:
    """Why the rule exists: the docstring of its file."""
    return (importlib.import_module(rule.check.__module__).__doc__ or "").strip()
