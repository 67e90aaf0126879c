"""Policies laid over each other: what each file sets, and from which place every setting came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.inputs.documents.errors import InputError, InputErrors
from auditor.inputs.documents.yaml import Document, Keys
from auditor.model.rule import Rule
from auditor.model.severity import Severity
from auditor.policy.conflicts import contradictions
from auditor.rules import all_rules


@dataclass(frozen=True)
class Layer:
    """One policy file."""

    document: Document

    @property
    def data(self) -> dict[str, Any]:
        """What the file says; the schema has made sure that it is a mapping."""
        found: dict[str, Any] = self.document.data
        return found


@dataclass
class Setting:
    """One rule while the layers are put together."""

    rule: Rule[Any, Any]
    severity: Severity
    params: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Document] = field(default_factory=dict)
    """The file that last set each parameter; an empty key stands for the rule as a whole."""

    def error(self, message: str, where: Keys = ()) -> InputError:
        """Make an error at the place of a parameter, or at the rule where it is not set."""
        document = self.origins.get(str(where[0]) if where else "", self.origins[""])
        return document.error(message, ("rules", self.rule.id, *where), at_key=not where)


@dataclass(frozen=True)
class Merged:
    """All layers together."""

    settings: dict[str, Setting]
    disabled: tuple[tuple[str, str], ...]


def merge(layers: Sequence[Layer]) -> Merged:
    """Lay the files over each other, the outermost ancestor first.

    A rule's parameters replace those of the ancestor key by key, and a later file may disable a rule or take it up
    again.  ``InputErrors`` when a file disables what is not there or the result contradicts itself.
    """
    settings: dict[str, Setting] = {}
    disabled: dict[str, str] = {}
    errors: list[InputError] = []
    for layer in layers:
        for rule_id, given in layer.data.get("rules", {}).items():
            _lay(settings, rule_id, given, layer.document)
            disabled.pop(rule_id, None)
        errors += _disable(settings, disabled, layer)
    top = layers[-1].document
    if not settings:
        errors.append(top.error("the policy demands nothing: it has no rules", ("rules",)))
    errors += contradictions(settings)
    if errors:
        raise InputErrors(errors)
    return Merged(settings, tuple(sorted(disabled.items())))


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
