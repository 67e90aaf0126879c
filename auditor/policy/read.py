"""Reading a policy file, with all that it extends, into the policy in effect."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.errors import InputError, InputErrors, escaped, quoted, suggestion
from auditor.inputs.documents.validation import complaints
from auditor.inputs.documents.yaml import Document, Keys, read_yaml
from auditor.model.asks import Asks
from auditor.model.policy import Policy, RuleSetting
from auditor.model.requirement import Requirements
from auditor.model.rule import Params
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion, cipher_suites, suites_by_name
from auditor.model.trust_anchor import TrustAnchor
from auditor.policy.layers import Layer, Setting, merge
from auditor.policy.requirements import read_requirements, shipped_requirements_file
from auditor.policy.schema import policy_schema
from auditor.policy.shipped import (
    pins,
    plug_in_of,
    policy_files,
    shipped_policies,
    shipped_requirements,
    shipped_roots,
)

MAX_EXTENDS = 8


def load_policy(name_or_path: str, declared: Sequence[TrustAnchor] = ()) -> Policy:
    """Load a shipped policy by its name, or a file by its path (which has a slash or ends in .yaml or .yml).

    ``declared`` are the roots the operator has sent to onboarding; they are no part of the policy's SHA-256.
    Raises ``InputErrors`` with everything that is wrong with the file and with those it extends.
    """
    try:
        layers = _layers(name_or_path)
        merged = merge(layers, _explain)
        settings = tuple(built(merged.settings))
    except InputErrors as wrong:
        raise InputErrors([*wrong.errors, *_of_plug_in(name_or_path, wrong)]) from None
    top = layers[-1].data
    fail_on = Severity(_inherited(layers, "fail_on", str(Severity.MEDIUM)))
    requirements = _requirements(layers)
    complete = _complete(layers, requirements)
    return Policy(
        id=top["id"],
        version=top["version"],
        title=top["title"],
        source=_inherited(layers, "source", ""),
        fail_on=fail_on,
        settings=settings,
        disabled=merged.disabled,
        anchors=(*shipped_roots(), *declared),
        sha256=_sha256(settings, fail_on, requirements if complete else None),
        complete=complete,
        facts=merged.facts,
        requirements_file=requirements,
    )


def _of_plug_in(name_or_path: str, wrong: InputErrors) -> Iterator[InputError]:
    """Name the plug-in that an invalid policy belongs to, because its file is hard to find.

    An error about the plug-in as a whole has no file, and names the plug-in itself.
    """
    path = policy_path(name_or_path) if any(error.file for error in wrong.errors) else None
    plug_in = plug_in_of(path) if path is not None else None
    if plug_in is not None:
        yield plug_in.error(f"its policy {name_or_path} is wrong")


def policy_path(name_or_path: str, beside: Path | None = None) -> Path | None:
    """Find the file of a policy; a relative path starts from the folder of the file ``beside``.  None: no such name."""
    if _is_path(name_or_path):
        return (beside.parent / name_or_path) if beside else Path(name_or_path)
    return policy_files().get(name_or_path)


def _is_path(name_or_path: str) -> bool:
    return "/" in name_or_path or "\\" in name_or_path or name_or_path.endswith((".yaml", ".yml"))


def _requirements(layers: Sequence[Layer]) -> Requirements:
    """Read the requirements file that the last of the files names, if one does."""
    layer = next((layer for layer in reversed(layers) if "requirements" in layer.data), None)
    if layer is None:
        return Requirements()
    wanted: str = layer.data["requirements"]
    known = shipped_requirements()
    if not _is_path(wanted) and wanted in known:
        return shipped_requirements_file(wanted)
    if not _is_path(wanted):
        hint = suggestion(wanted, known) or f"; shipped are {', '.join(known)}"
        problem = f"unknown requirements file {quoted(wanted)}{hint} (a path has a slash or ends in .yaml)"
    else:
        path = Path(layer.document.file).parent / wanted
        try:
            if path.is_file():
                return read_requirements(path)
            problem = f"requirements names {quoted(wanted)}, which is not a file"
        except (OSError, ValueError):
            problem = f"requirements names {quoted(wanted)}, which cannot be the name of a file"
    raise InputErrors([layer.document.error(problem, ("requirements",))])


def _complete(layers: Sequence[Layer], requirements: Requirements) -> bool:
    """Whether every requirement must be answered; a policy without requirements cannot ask for that."""
    layer = next((layer for layer in reversed(layers) if "complete" in layer.data), None)
    if layer is None or layer.data["complete"] == "shown":
        return False
    if not requirements.entries:
        message = "complete: required needs the key requirements, which names a requirements file"
        raise InputErrors([layer.document.error(message, ("complete",))])
    return True


def _layers(name_or_path: str) -> list[Layer]:
    """Read the file and all it extends, the outermost ancestor first; every file has passed the schema."""
    path = policy_path(name_or_path)
    if path is None:
        raise InputErrors([InputError(_unknown_policy(name_or_path))])
    layers: list[Layer] = []
    seen: list[Path] = []
    errors: list[InputError] = []
    while path is not None:
        document = read_yaml(path)
        seen.append(path.resolve())
        errors += complaints(document, policy_schema(), _explain)
        errors += _misnamed(document, path)
        layers.insert(0, Layer(document))
        path, problem = _parent(document, path, seen)
        errors += [document.error(problem, ("extends",))] if problem else []
    if errors:
        raise InputErrors(errors)
    return layers


def _misnamed(document: Document, path: Path) -> Iterator[InputError]:
    """A plug-in's policy goes by the name of its file, and by its id in reports, which must not be that of another."""
    given = document.data.get("id") if isinstance(document.data, dict) else None
    if isinstance(given, str) and given != path.stem and plug_in_of(path) is not None:
        yield document.error(f"the id of a plug-in's policy is the name of its file, {quoted(path.stem)}", ("id",))


def _parent(document: Document, path: Path, seen: list[Path]) -> tuple[Path | None, str | None]:
    """Find the file that this one extends, or say why it cannot be."""
    wanted = document.data.get("extends") if isinstance(document.data, dict) else None
    if not isinstance(wanted, str) or not wanted:
        return None, None
    parent = policy_path(wanted, beside=path)
    problem = _unknown_policy(wanted) if parent is None else _unfit_parent(wanted, parent, seen)
    return (None, problem) if problem else (parent, None)


def _unfit_parent(wanted: str, parent: Path, seen: list[Path]) -> str | None:
    try:
        resolved = parent.resolve()
        missing = not parent.is_file()
    except (OSError, ValueError):
        return f"extends names {quoted(wanted)}, which cannot be the name of a file"
    if resolved in seen:
        loop = [*seen[seen.index(resolved) :], resolved]
        return f"extends forms a circle: {' → '.join(escaped(step.name) for step in loop)}"
    if missing:
        return f"extends names {quoted(wanted)}, which is not a file"
    return f"extends goes more than {MAX_EXTENDS} files deep" if len(seen) > MAX_EXTENDS else None


def _unknown_policy(name: str) -> str:
    known = shipped_policies()
    hint = suggestion(name, known) or f"; shipped are {', '.join(known)}"
    return f"unknown policy {quoted(name)}{hint} (a file is named by a path with a slash, or that ends in .yaml)"


def _explain(path: Keys, word: object) -> str | None:
    """Say of a real cipher suite, and of the name of a list, why it is refused where it stands."""
    if isinstance(word, str) and word.startswith("$") and path and isinstance(path[-1], int):
        return f"{quoted(word)} cannot be an entry of a list; the name of a list takes the place of the whole list"
    if not isinstance(word, str) or len(path) < 2 or path[-2] not in list(ProtocolVersion):
        return None
    suite = suites_by_name().get(word)
    if suite:
        versions = sorted(suite.versions, key=list(ProtocolVersion).index)
        return f"{word} is a {' or '.join(versions)} suite; it cannot be allowed under {path[-2]}"
    by_openssl_name = {suite.openssl_name: suite.name for suite in cipher_suites() if suite.openssl_name}
    if word in by_openssl_name:
        return f"{word} is OpenSSL's name; write the IANA name {by_openssl_name[word]}"
    return None


def _inherited(layers: Sequence[Layer], key: str, default: str) -> str:
    return str(next((layer.data[key] for layer in reversed(layers) if key in layer.data), default))


def built(settings: Mapping[str, Setting]) -> Iterator[RuleSetting]:
    """Make the parameters; what pydantic refuses after the schema has passed is an error at the place it was set."""
    errors: list[InputError] = []
    for rule_id, setting in sorted(settings.items()):
        try:
            params = setting.rule.params.model_validate(setting.params)
        except ValidationError as error:
            errors += _refusals(error, rule_id, setting)
        else:
            errors += _failures(setting, params)
            yield RuleSetting(setting.rule, params, setting.severity)
    if errors:
        raise InputErrors(errors)


def _failures(setting: Setting, params: Params) -> Iterator[InputError]:
    """Ask the rule for its remedy and for what it needs: a plug-in's may fail under these parameters."""
    rule = setting.rule
    for what, ask, kind in (("remedy", rule.remedy_for, str), ("asks", rule.asks, Asks)):
        try:
            said = ask(params)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a rule of somebody else raises
            yield setting.error(f"{what} of {rule.id} failed with {type(error).__name__}: the rule itself is broken")
        else:
            if not isinstance(said, kind):
                yield setting.error(f"{what} of {rule.id} returned {type(said).__name__}: the rule itself is broken")


def _refusals(error: ValidationError, rule_id: str, setting: Setting) -> Iterator[InputError]:
    for detail in error.errors(include_url=False):
        where = tuple(detail["loc"])
        if detail["type"] == "missing" and len(where) == 1:
            yield setting.error(f"{rule_id} lacks the key {quoted(str(where[0]))}")
        else:
            message = detail["msg"].removeprefix("Value error, ")
            yield setting.error(f"{rule_id}: {escaped(message[:300])}", where)


def _sha256(settings: Iterable[RuleSetting], fail_on: Severity, required: Requirements | None) -> str:
    """Hash what decides the verdict: policies that differ only in wording, order or location have the same hash.

    ``required`` are the requirements that must be answered; None if open ones are only shown.
    """
    rules = {
        setting.rule.id: {"severity": str(setting.severity), "params": unordered(parameters(setting.params))}
        for setting in settings
    }
    roots = sorted({name for rule in rules.values() for name in _roots(rule["params"])})
    demand = {"fail_on": str(fail_on), "rules": rules, "roots": {name: pins()[name] for name in roots}}
    if required is not None:
        demand["complete"] = {
            found.id: repr((found.severity, found.applies, found.needs)) for found in required.entries
        }
    text = json.dumps(demand, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def parameters(params: Params) -> dict[str, Any]:
    """Return the parameters as a policy would write them, defaults included."""
    plain: dict[str, Any] = params.model_dump(mode="json", by_alias=True, exclude_none=True)
    return plain


def unordered(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Sort every list, as no parameter's order means anything: all are sets, or schedules keyed by a date."""
    if isinstance(value, Mapping):
        return {key: unordered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((unordered(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value


def _roots(params: Any) -> list[str]:  # noqa: ANN401 - any JSON
    return [name for name in params.get("roots", []) if name in pins()]
