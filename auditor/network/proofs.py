"""What files say, put in the place of what was declared.

Nothing is proven by half: a session is established where a route shows that it is, and an access list is one list.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from auditor.model.deployment import AclEntry, BgpSession, Circuit, Deployment, Path, Proof, SessionState, Site
from auditor.network.addresses import parse_range

PROVABLE = (
    "circuits.subscription_id",
    "circuits.resource_id",
    "circuits.provider",
    "circuits.peering_location",
    "circuits.asn",
    "circuits.registry",
    "circuits.bgp_sessions.prefix",
    "circuits.bgp_sessions.state",
    "circuits.advertised_prefixes",
    "circuits.advertised_prefixes_state",
    "circuits.route_filter_communities",
    "sites.acl",
)
"""Parts of a deployment that a file can prove, as rules rest on them."""

PATHS: tuple[Path, Path] = ("primary", "secondary")
_RANGES = ("prefix", "advertised_prefixes")
_FEW = 5


@dataclass(frozen=True)
class Source:
    """Where something is said."""

    file: str
    """As the inventory names it."""
    kind: str
    sha256: str
    entry: int
    """Its number in the inventory, from 0."""


class About(NamedTuple):
    """One part of one circuit or site."""

    section: str
    name: str
    part: str
    """As asn, bgp_sessions[primary].state or acl."""

    def __str__(self) -> str:
        """Write it as the subject of a proof."""
        return f"{self.section}[{self.name}].{self.part}"


@dataclass(frozen=True)
class Said:
    """One thing that a file says."""

    about: About
    value: Any
    source: Source


class Route(NamedTuple):
    """A route of a table, as far as it says who it was learnt from."""

    next_hop: str
    neighbour: str
    """The first AS number of the path."""


@dataclass(frozen=True)
class RouteTable:
    """What Microsoft's router of one path knows."""

    circuit: str
    path: Path
    routes: tuple[Route, ...]
    source: Source


def state_of(path: Path) -> str:
    """The part of a circuit that is the state of a session."""
    return f"bgp_sessions[{path}].state"


def states(declared: Deployment, tables: Iterable[RouteTable]) -> Iterator[Said]:
    """What route tables say of sessions, whose prefixes and AS number are those of the deployment.

    Only a route that the operator's own router announced in this very session shows that it is established: its path
    begins with the AS number of the peer, and its next hop is the peer's address in the prefix of the path.  (The other
    router of Microsoft passes the same route on, with another next hop.)  An empty table is one of a session that is
    down; any other table leaves it open.
    """
    circuits = {circuit.name: circuit for circuit in declared.circuits}
    for table in tables:
        state: SessionState = "down"
        if table.routes:
            learnt = any(_from_peer(circuits[table.circuit], table.path, route) for route in table.routes)
            state = "established" if learnt else "unknown"
        yield Said(About("circuits", table.circuit, state_of(table.path)), state, table.source)


def _from_peer(circuit: Circuit, path: Path, route: Route) -> bool:
    if circuit.asn is None or route.neighbour != str(circuit.asn):
        return False
    try:
        hop = parse_range(route.next_hop)
    except ValueError:
        return False
    prefixes = [parse_range(one.prefix) for one in circuit.bgp_sessions if one.path == path and one.prefix]
    # In a /30 or /126 the operator's router has the first address of a host.
    return any(
        (hop.version, hop.first, hop.last) == (one.version, one.first + 1, one.first + 1) and one.last - one.first == 3
        for one in prefixes
    )


def conflicts(said: Iterable[Said]) -> Iterator[tuple[Said, Said]]:
    """Two files that say something else of the same thing, each with the first that spoke of it."""
    first: dict[About, Said] = {}
    for one in said:
        if one.value == "unknown":
            continue
        other = first.setdefault(one.about, one)
        if _comparable(one.about, one.value) != _comparable(one.about, other.value):
            yield other, one


def merged(declared: Deployment, said: Sequence[Said]) -> tuple[Deployment, tuple[Proof, ...]]:
    """The deployment with everything that is proven in the place of what was declared, and what proves it."""
    chosen: dict[About, Said] = {}
    for one in said:
        if one.about not in chosen or chosen[one.about].value == "unknown":
            chosen[one.about] = one
    of: dict[tuple[str, str], dict[str, Any]] = {}
    for about, one in chosen.items():
        of.setdefault((about.section, about.name), {})[about.part] = one.value
    circuits = tuple(_circuit(circuit, of.get(("circuits", circuit.name), {})) for circuit in declared.circuits)
    sites = tuple(site.model_copy(update=of.get(("sites", site.name), {})) for site in declared.sites)
    owners: dict[tuple[str, str], Circuit | Site] = {
        **{("circuits", circuit.name): circuit for circuit in declared.circuits},
        **{("sites", site.name): site for site in declared.sites},
    }
    proofs = tuple(_proof(one, _declared(owners[one.about.section, one.about.name], one)) for one in chosen.values())
    return declared.model_copy(update={"circuits": circuits, "sites": sites}), proofs


def _circuit(circuit: Circuit, proven: dict[str, Any]) -> Circuit:
    plain = {part: value for part, value in proven.items() if "[" not in part}
    sessions = list(circuit.bgp_sessions)
    for path in PATHS:
        prefix = f"bgp_sessions[{path}]."
        known = {part.removeprefix(prefix): value for part, value in proven.items() if part.startswith(prefix)}
        if known and all(session.path != path for session in sessions):
            sessions.append(BgpSession(path=path))
        sessions = [one.model_copy(update=known) if one.path == path else one for one in sessions]
    return circuit.model_copy(update={**plain, "bgp_sessions": tuple(sessions)})


def _declared(owner: Circuit | Site, said: Said) -> Any:  # noqa: ANN401 - any part of a model
    """What was declared of it; nothing where nothing was."""
    sessions, _, part = said.about.part.rpartition(".")
    if not sessions:
        return getattr(owner, part) or None
    found = [one for one in getattr(owner, "bgp_sessions", ()) if sessions == f"bgp_sessions[{one.path}]"]
    value = getattr(found[-1], part) if found else None
    return None if value == "unknown" else value


def _proof(said: Said, declared: Any) -> Proof:  # noqa: ANN401 - any part of a model
    about, source = said.about, said.source
    differs = declared is not None and _comparable(about, declared) != _comparable(about, said.value)
    return Proof(
        subject=str(about),
        file=source.file,
        kind=source.kind,
        sha256=source.sha256,
        proven=_text(said.value, declared),
        declared=_text(declared, said.value) if differs else None,
    )


def _comparable(about: About, value: Any) -> object:  # noqa: ANN401 - any part of a model
    part = about.part.rpartition(".")[2]
    if value is None or part == "state":
        return value
    if part in _RANGES:
        return frozenset(map(parse_range, (value,) if isinstance(value, str) else value))
    if part == "acl":
        return _meaning(value)
    if part == "route_filter_communities":
        return frozenset(value)
    return value.casefold() if isinstance(value, str) else value


def _meaning(acl: Sequence[AclEntry]) -> tuple[object, ...]:
    """An access list without the denials at its end, which are there in any case, and with ranges in one form."""
    last = max((at for at, entry in enumerate(acl, start=1) if entry.action == "allow"), default=0)
    return tuple(
        (entry.action, _range(entry.source), entry.protocol, entry.ports, _range(entry.destination))
        for entry in acl[:last]
    )


def _range(text: str) -> object:
    return text if text == "any" else parse_range(text)


def _text(value: Any, other: Any) -> str:  # noqa: ANN401 - any part of a model
    """In short, and for a list of entries with the first that the other does not have in its place."""
    if value is None:
        return "none that is accepted"
    if isinstance(value, str | int):
        return {"unknown": "no route from the peer"}.get(str(value), str(value))
    if any(isinstance(entry, AclEntry) for entry in (*value, *(other or ()))):
        return _entries(value, other or ())
    shown = ", ".join(value[:_FEW]) or "none"
    return f"{shown} and {len(value) - _FEW} more" if len(value) > _FEW else shown


def _entries(acl: Sequence[AclEntry], other: Sequence[AclEntry]) -> str:
    at = next((at for at, (one, two) in enumerate(zip(acl, other, strict=False)) if one != two), len(other))
    if at >= len(acl) or not other:
        return f"{len(acl)} entries"
    entry = acl[at]
    line = f"{entry.action} {entry.protocol} {entry.ports} from {entry.source} to {entry.destination}"
    return f"{len(acl)} entries, number {at + 1}: {line}"
