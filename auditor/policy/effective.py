"""A policy in effect as text: as a policy file, and as differences from another policy."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from auditor.model.policy import Policy, RuleSetting
from auditor.policy.dated_facts import LISTS, PREFIX, facts_in_force
from auditor.policy.read import parameters, unordered

# Text that the strict reader reads as text without quotation marks, whatever follows.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_WORDS = frozenset({"null", "true", "false"})


def policy_yaml(policy: Policy) -> str:
    """Write the policy in effect as a policy file that extends nothing; loading it gives the same SHA-256."""
    lines = [f"# In effect, SHA-256 {policy.sha256}"]
    lines += [f"# Disabled: {rule}: {_scalar(reason)}" for rule, reason in policy.disabled]
    head = {"id": policy.id, "version": policy.version, "title": policy.title, "source": policy.source}
    lines += [f"{key}: {_scalar(value)}" for key, value in head.items()]
    lines += requirements_line(policy)
    lines += ["complete: required"] if policy.complete else []
    lines += [f"fail_on: {policy.fail_on}", "rules:"]
    for setting in policy.settings:
        lines += setting_lines(setting)
    return "\n".join(lines) + "\n"


def setting_lines(setting: RuleSetting, *, facts: bool = False) -> Iterator[str]:
    """Write one rule as under ``rules:``, with every default; ``facts`` names the lists of dated facts, unwritten."""
    named = dict(_named_facts(setting)) if facts else {}
    yield f"  {setting.rule.id}:"
    yield from _block({"severity": str(setting.severity), **parameters(setting.params), **named}, "    ")


def _named_facts(setting: RuleSetting) -> Iterator[tuple[str, str]]:
    """The parameters whose rows are those of the dated facts in force, each with the name of its list."""
    for name, (rule, parameter) in LISTS.items():
        if rule == setting.rule.id and getattr(setting.params, parameter) == facts_in_force().rows(name):
            yield parameter, f"${PREFIX}{name}"


def requirements_line(policy: Policy) -> Iterator[str]:
    """Name the requirements file, so that a policy file in any folder finds it."""
    if policy.requirements_file.name:
        yield f"requirements: {_scalar(policy.requirements_file.name)}"


def scalar(text: str) -> str:
    """Write a text so that the strict reader reads the same text."""
    return _scalar(text)


def policy_differences(old: Policy, new: Policy) -> tuple[str, ...]:
    """List the differences between two policies, one line each; empty if they require the same."""
    before = {setting.rule.id: setting for setting in old.settings}
    after = {setting.rule.id: setting for setting in new.settings}
    lines = [] if old.fail_on == new.fail_on else [f"~ fail_on: {old.fail_on} → {new.fail_on}"]
    if old.complete != new.complete:
        was, now = ("required" if policy.complete else "shown" for policy in (old, new))
        lines.append(f"~ complete: {was} → {now}")
    for rule_id in sorted(before | after):
        if rule_id not in after:
            lines.append(f"- {rule_id}")
        elif rule_id not in before:
            lines.append(
                f"+ {rule_id} ({after[rule_id].severity}) {_short(parameters(after[rule_id].params))}".rstrip()
            )
        else:
            lines += _changes(before[rule_id], after[rule_id])
    return tuple(lines)


def _changes(old: RuleSetting, new: RuleSetting) -> Iterator[str]:
    if old.severity != new.severity:
        yield f"~ {new.rule.id}.severity: {old.severity} → {new.severity}"
    before, after = unordered(parameters(old.params)), unordered(parameters(new.params))
    for key in sorted(before | after):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        if isinstance(was, list | None) and isinstance(now, list | None):
            yield from (f"- {new.rule.id}.{key}: {_short(entry)}" for entry in was or () if entry not in (now or ()))
            yield from (f"+ {new.rule.id}.{key}: {_short(entry)}" for entry in now or () if entry not in (was or ()))
        else:
            yield f"~ {new.rule.id}.{key}: {_short(was)} → {_short(now)}"


def _short(value: Any) -> str:  # noqa: ANN401 - any JSON
    if value in ({}, None):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _block(mapping: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        if isinstance(value, list) and value:
            yield f"{indent}{key}:"
            for entry in value:
                yield f"{indent}  - {_flow(entry)}"
        else:
            yield f"{indent}{key}: {_flow(value)}"


def _flow(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: str | float | bool | None) -> str:  # noqa: FBT001 - a value of any plain type
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value not in _WORDS else json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return json.dumps(value)
