"""Requirements that no endpoint can meet, or that can never find anything.  They are rejected, because they mislead."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from auditor.errors import InputError
from auditor.inputs.documents.yaml import Keys
from auditor.model.rule import Rule
from auditor.model.tls import ProtocolVersion

_SUITES_ALLOWED = "cipher-suite-not-allowed"
# The parameters by which a rule about roots accepts one.
_WAYS = ("roots", "declared_roots", "public_roots", "root_programs")
_SUITES_USABLE = "cipher-suite-none-usable"


class LocatedSetting(Protocol):
    """A rule's setting with its source location."""

    rule: Rule[Any, Any]
    params: dict[str, Any]

    def error(self, message: str, where: Keys = ()) -> InputError:
        """Make an error at the location of a parameter."""
        ...


def contradictions(settings: Mapping[str, LocatedSetting]) -> Iterator[InputError]:
    """Find every impossible combination of a policy in effect."""
    yield from _versions(settings)
    yield from _suites(settings)
    yield from _usable(settings)
    yield from _roots(settings)


def _allowed_versions(settings: Mapping[str, LocatedSetting]) -> list[str] | None:
    rule = settings.get("protocol-not-allowed")
    return rule.params.get("allowed") if rule else None


def _versions(settings: Mapping[str, LocatedSetting]) -> Iterator[InputError]:
    """Find required versions that are not allowed."""
    allowed = _allowed_versions(settings)
    if allowed is None:
        return
    if required := settings.get("protocol-required-missing"):
        for index, version in enumerate(required.params.get("any_of", [])):
            if version not in allowed:
                message = f"{version} is required, but protocol-not-allowed does not allow it"
                yield required.error(message, ("any_of", index))
    preferred = settings.get("protocol-preferred-missing")
    if preferred and (version := preferred.params.get("preferred")) and version not in allowed:
        yield preferred.error(f"{version} is preferred, but protocol-not-allowed does not allow it", ("preferred",))


def _suites(settings: Mapping[str, LocatedSetting]) -> Iterator[InputError]:
    """Find allowed versions without an allowed suite, and suites for versions that are not allowed."""
    allowed = _allowed_versions(settings)
    for rule_id in (_SUITES_ALLOWED, _SUITES_USABLE):
        if not (rule := settings.get(rule_id)):
            continue
        for version in filter(rule.params.__contains__, ProtocolVersion):
            is_allowed = allowed is None or version in allowed
            if is_allowed and not rule.params[version]:
                yield rule.error(f"{version} is allowed, but {rule_id} lists no suite for it", (version,))
            elif rule.params[version] and not is_allowed:
                message = f"suites are listed for {version}, but protocol-not-allowed does not allow it"
                yield rule.error(message, (version,))
        if rule_id == _SUITES_ALLOWED:
            for name in allowed or ():
                if name not in rule.params:
                    yield rule.error(f"{name} is allowed, but {rule_id} lists no suite for it")


def _usable(settings: Mapping[str, LocatedSetting]) -> Iterator[InputError]:
    """Find suites that count as usable but are not allowed."""
    allowed, usable = settings.get(_SUITES_ALLOWED), settings.get(_SUITES_USABLE)
    if allowed is None or usable is None:
        return
    for version in filter(usable.params.__contains__, ProtocolVersion):
        for index, suite in enumerate(usable.params[version]):
            if suite not in allowed.params.get(version, [suite]):
                yield usable.error(
                    f"{suite} counts as usable, but {_SUITES_ALLOWED} does not allow it", (version, index)
                )


def _roots(settings: Mapping[str, LocatedSetting]) -> Iterator[InputError]:
    """Find rules about roots that accept no root."""
    for rule_id, setting in settings.items():
        if not set(_WAYS) <= set(setting.rule.params.model_fields):
            continue
        defaults = {name: field.default for name, field in setting.rule.params.model_fields.items()}
        if not any({**defaults, **setting.params}[name] for name in _WAYS):
            place: Keys = ("roots",) if "roots" in setting.params else ()
            yield setting.error(
                f"{rule_id} accepts no root: name roots, or set declared_roots or public_roots to true", place
            )
