"""The declared deployment in an inventory: its schema, and the checks beyond a schema."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeAlias

from auditor.errors import InputError, quoted, suggestion
from auditor.inputs.documents.json_schema import inlined
from auditor.inputs.documents.yaml import Document, Keys
from auditor.inputs.host import parse_name
from auditor.inputs.inventory.contradictions import contradictions
from auditor.model.deployment import DeclaredEndpoint, Deployment, Proof, SentRoot
from auditor.model.observation import DeploymentSeen, NotAttempted, Observation
from auditor.model.target import DeploymentTarget, Target
from auditor.network.addresses import is_range, overlapping, parse_range, prefix_length
from auditor.network.confirmations import gives_reason
from auditor.network.regions import geographies, region_name

DEPLOYMENT = "deployment"
"""The name of the deployment in reports."""
BY_DNS = ("dns", "site-dns")
"""The kinds of observation that DNS lookups make."""
SECTIONS = tuple(Deployment.model_fields)
Declared: TypeAlias = tuple[tuple[Target, ...], tuple[Observation, ...]]
NOTHING_DECLARED: Declared = ((), ())
_RANGES = {
    "signaling_ranges", "media_ranges", "signaling_source", "media", "internal_ranges", "pool", "source_ranges",
    "address_ranges", "service_signaling_source", "service_media",
}  # fmt: skip
_ROUTES = {"advertised_prefixes", "internet_prefixes", "prefix"}
"""Keys of networks, which may overlap."""
_RANGES_OR_NAMES = {"signaling_destination", "service_facing", "service_signaling_destination", "service_side"}
NAMES = {"base_domain", "hostname"}
"""Keys of names in DNS."""
_FEW = 1000
"""The most names among which an error suggests a similar one; the search takes time for each."""
_LISTS = ("regions", "sites", "links", "cross_connects", "circuits")
_UNIQUE = {"regions": "name", "sites": "name", "circuits": "name", "maps": "location"}
_Check: TypeAlias = Callable[[str], object]


def deployment_schema() -> dict[str, Any]:
    """The properties that the deployment adds to an inventory."""
    schema = Deployment.model_json_schema()
    properties: dict[str, Any] = inlined(schema, schema.get("$defs", {}))["properties"]
    return properties


def deployment_errors(document: Document) -> Iterator[InputError]:
    """All errors beyond the schema: addresses, names, regions, repeated names, dangling references, contradictions."""
    data = document.data if isinstance(document.data, dict) else {}
    for section in SECTIONS:
        yield from _values(document, data.get(section), (section,))
    for section in data if "deployment" not in data else ():
        if section in SECTIONS and section != "sites":  # endpoints have sites too
            yield document.error(f'{section} requires a section "deployment"', (section,))
    for section, key in _UNIQUE.items():
        yield from _repeated(document, _list(data, section), section, key)
    yield from _references(document, data)
    yield from contradictions(document, {section: _list(data, section) for section in _LISTS}, data.get("deployment"))


def deployment_of(document: Document) -> Deployment | None:
    """The deployment of a document without errors; None where it declares none."""
    if "deployment" not in document.data:
        return None
    return Deployment.model_validate({key: value for key, value in document.data.items() if key in SECTIONS})


def observe_deployment(
    declared: Deployment,
    at: datetime,
    proofs: tuple[Proof, ...] = (),
    *,
    endpoints: tuple[DeclaredEndpoint, ...] | None = None,
    roots: tuple[SentRoot, ...] | None = None,
) -> Declared:
    """The deployment as a target, and the observation of what is declared and proven; DNS is not queried here."""
    target = DeploymentTarget(name=DEPLOYMENT)
    unasked = (
        NotAttempted(
            target=DEPLOYMENT, at=at, wanted=kind, reason="DNS lookups were not requested (--dns)", closes="--dns"
        )
        for kind in BY_DNS
    )
    seen = DeploymentSeen(target=DEPLOYMENT, at=at, declared=declared, proofs=proofs, endpoints=endpoints, roots=roots)
    return (target,), (seen, *unasked)


def _values(document: Document, value: object, path: Keys) -> Iterator[InputError]:
    """Errors in every value below, by the name of its key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _values(document, inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _values(document, inner, (*path, index))
        if _key(path) in _RANGES:
            yield from _overlapping(document, value, path)
    elif isinstance(value, str) and not value.strip():
        yield document.error(f"{_key(path)} is empty", path)
    elif isinstance(value, str) and (check := _check(_key(path))):
        try:
            check(value)
        except ValueError as error:
            yield document.error(f"{_key(path)} {quoted(value)}: {error}", path)


def _key(path: Keys) -> str:
    return next(str(key) for key in reversed(path) if isinstance(key, str))


def _check(key: str) -> _Check | None:
    if key in _RANGES:
        return parse_range
    if key in _ROUTES:
        return _route
    if key in _RANGES_OR_NAMES:
        return _range_or_name
    return {
        "azure_region": _azure_region,
        "source": _source,
        "destination": _source,
        "ports": _ports,
        "media_ports": _ports,
        "anycast_reason": _reason,
        **dict.fromkeys(NAMES, parse_name),
    }.get(key)


def _route(text: str) -> None:
    parse_range(text)
    if prefix_length(text) is None:
        raise ValueError("a route is one network, such as 198.51.100.0/24")


def _range_or_name(text: str) -> None:
    if ":" in text or "/" in text or text.rpartition(".")[2].strip().isdigit():
        parse_range(text)
    elif "." not in parse_name(text):
        raise ValueError("this name has no domain")


def _azure_region(text: str) -> None:
    if region_name(text) is None:
        raise ValueError(f"not an Azure region{suggestion(text, geographies())}")


def _source(text: str) -> None:
    if text != "any":
        parse_range(text)


def _reason(text: str) -> None:
    if not gives_reason(text):
        raise ValueError("not a reason; say why the sites share an item 2 or 5")


def _ports(text: str) -> None:
    if text == "any" or not text.replace("-", "").isdigit():
        return
    first, _, last = text.partition("-")
    if not 0 < int(first) <= int(last or first) <= 65535:
        raise ValueError("ports must be from 1 to 65535, the lower one first")


def _overlapping(document: Document, values: list[object], path: Keys) -> Iterator[InputError]:
    texts = {index: text for index, text in enumerate(values) if isinstance(text, str) and is_range(text)}
    spans = {index: parse_range(text) for index, text in texts.items()}
    for first, second in map(sorted, overlapping(spans)):
        if _key(path) in _ROUTES and spans[first] != spans[second]:
            continue
        message = f"{_key(path)} {quoted(texts[second])} overlaps the earlier {quoted(texts[first])}"
        yield document.error(message, (*path, second))


def _list(data: dict[str, Any], section: str) -> list[dict[str, Any]]:
    entries = data.get(section)
    return [entry if isinstance(entry, dict) else {} for entry in entries] if isinstance(entries, list) else []


def _repeated(document: Document, entries: list[dict[str, Any]], section: str, key: str) -> Iterator[InputError]:
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        name = entry.get(key)
        if isinstance(name, str) and name in seen:
            yield document.error(f"two entries of {section} are called {quoted(name)}", (section, index, key))
        seen |= {name} if isinstance(name, str) else set()


def _references(document: Document, data: dict[str, Any]) -> Iterator[InputError]:
    names = {
        section: {entry[key] for entry in _list(data, section) if isinstance(entry.get(key), str)}
        for section, key in _UNIQUE.items()
    }

    def dangling(value: object, section: str, path: Keys) -> Iterator[InputError]:
        if isinstance(value, str) and value not in names[section]:
            hint = suggestion(value, sorted(names[section])) if len(names[section]) <= _FEW else ""
            yield document.error(f"there is no entry of {section} called {quoted(value)}{hint}", path)

    for index, link in enumerate(_list(data, "links")):
        for key, section in (("site", "sites"), ("region", "regions"), ("circuit", "circuits"), ("peering", "maps")):
            yield from dangling(link.get(key), section, ("links", index, key))
    for index, pair in enumerate(_list(data, "cross_connects")):
        sites = pair.get("sites")
        for position, site in enumerate(sites if isinstance(sites, list) else ()):
            yield from dangling(site, "sites", ("cross_connects", index, "sites", position))
    for index, site in enumerate(_list(data, "sites")):
        yield from dangling(site.get("local_region"), "regions", ("sites", index, "local_region"))
        for position, route in enumerate(_list(site, "routes")):
            yield from dangling(route.get("region"), "regions", ("sites", index, "routes", position, "region"))
    for index, endpoint in enumerate(_list(data, "endpoints") if "sites" in data else ()):
        yield from dangling(endpoint.get("site"), "sites", ("endpoints", index, "site"))
