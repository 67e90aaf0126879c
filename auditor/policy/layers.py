"""Layered policies: what each file sets, and where every setting comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.errors import InputError, InputErrors
from auditor.inputs.documents.validation import Explain
from auditor.inputs.documents.yaml import Document, Keys
from auditor.model.dated import FactsReference
from auditor.model.rule import Rule
from auditor.model.severity import Severity
from auditor.policy.conflicts import contradictions
from auditor.policy.dated_facts import LISTS, PREFIX, facts_in_force, unknown_facts
from auditor.policy.lists import misfits, named_lists, replaced, unknown_list, unused_lists
from auditor.rules import all_rules


@dataclass(frozen=True)
class Layer:
    """One policy file."""

    document: Document

    @property
    def data(self) -> dict[str, Any]:
        """The file's content; the schema ensures that it is a mapping."""
        found: dict[str, Any] = self.document.data
        return found


@dataclass
class Setting:
    """One rule while the layers are being merged."""

    rule: Rule[Any, Any]
    severity: Severity
    params: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Document] = field(default_factory=dict)
    """The file that last set each parameter; an empty key stands for the rule as a whole."""
    listed: dict[Keys, tuple[Document, tuple[str, str]]] = field(default_factory=dict)
    """The values that are named lists, each with the file that gives the list, and its place there."""

    def error(self, message: str, where: Keys = ()) -> InputError:
        """Make an error at a parameter, or at the rule where the parameter is not set.

        An error in a list is at the entry of the named list, where there is one.
        """
        for end in range(1, len(where)):
            if where[:end] in self.listed:
                document, place = self.listed[where[:end]]
                return document.error(message, (*place, *where[end:]))
        document = self.origins.get(str(where[0]) if where else "", self.origins[""])
        return document.error(message, ("rules", self.rule.id, *where), at_key=not where)


@dataclass(frozen=True)
class Merged:
    """All layers together."""

    settings: dict[str, Setting]
    disabled: tuple[tuple[str, str], ...]
    facts: FactsReference | None
    """The file of dated facts, if a rule names a list of it."""


def merge(layers: Sequence[Layer], explain: Explain) -> Merged:
    """Merge the files, the outermost ancestor first.

    A rule's parameters replace those of the ancestor key by key, and a later file may disable or re-enable a
    rule.  The names of lists are resolved last.  Raises ``InputErrors`` if a file disables an unknown rule, if a list
    is missing, unused or wrong, or when the result contradicts itself.
    """
    settings: dict[str, Setting] = {}
    disabled: dict[str, str] = {}
    errors: list[InputError] = []
    for layer in layers:
        for rule_id, given in layer.data.get("rules", {}).items():
            _lay(settings, rule_id, given, layer.document)
            disabled.pop(rule_id, None)
        errors += _disable(settings, disabled, layer)
        used = {named.name for one in settings.values() for named in named_lists(one.params, one.rule)}
        errors += unused_lists(layer.document, used)
    errors += _resolve(settings, [layer.document for layer in layers], explain)
    if errors:
        raise InputErrors(errors)
    top = layers[-1].document
    if not settings:
        errors.append(top.error("the policy has no rules, so it requires nothing", ("rules",)))
    errors += contradictions(settings)
    if errors:
        raise InputErrors(errors)
    facts = facts_in_force().reference if any(_names_facts(setting) for setting in settings.values()) else None
    return Merged(settings, tuple(sorted(disabled.items())), facts)


def _lay(settings: dict[str, Setting], rule_id: str, given: dict[str, Any], document: Document) -> None:
    rule = all_rules()[rule_id]
    setting = settings.setdefault(rule_id, Setting(rule, rule.severity))
    setting.origins[""] = document
    for key, value in given.items():
        if key == "severity":
            setting.severity = Severity(value)
        else:
            setting.params[key] = value
            setting.origins[key] = document


def _resolve(settings: dict[str, Setting], documents: Sequence[Document], explain: Explain) -> Iterator[InputError]:
    """Put the lists in place of their names; of two files that give a list, the later one counts."""
    given = {name: document for document in documents for name in document.data.get("lists", {})}
    for setting in settings.values():
        for named in named_lists(setting.params, setting.rule):
            room, name = ("facts" if named.name.startswith(PREFIX) else "lists"), named.name.removeprefix(PREFIX)
            document = given.get(name) if room == "lists" else facts_in_force().document if name in LISTS else None
            if document is not None:
                yield from misfits(document, (room, name), named, explain)
                setting.params = replaced(setting.params, named.way, document.data[room][name])
                setting.listed[named.way] = (document, (room, name))
            else:
                problem = unknown_list(name, given) if room == "lists" else unknown_facts(name)
                yield setting.error(problem, named.way)


def _names_facts(setting: Setting) -> bool:
    return any(room == "facts" for _, (room, _) in setting.listed.values())


def _disable(settings: dict[str, Setting], disabled: dict[str, str], layer: Layer) -> Iterator[InputError]:
    for index, entry in enumerate(layer.data.get("disable", [])):
        rule_id = entry["rule"]
        place = ("disable", index, "rule")
        if rule_id in layer.data.get("rules", {}):
            yield layer.document.error(f"{rule_id} is both set and disabled in this file", place)
        elif rule_id not in settings:
            yield layer.document.error(
                f"{rule_id} is not a rule of the extended policy, so it cannot be disabled", place
            )
        else:
            del settings[rule_id]
            disabled[rule_id] = entry["reason"]
