"""Evidence files: the facts they state, and the deployment in which these replace what was declared.

A session counts as established only if a route shows it.  An access list is replaced as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from auditor.model.deployment import AclEntry, BgpSession, Circuit, Deployment, Path, Proof, SessionState, Site
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import parse_range
from auditor.network.peering_subnets import session_subnet
from auditor.network.subjects import CIRCUITS, SITES

PROVABLE = (
    CIRCUITS.at("subscription_id"),
    CIRCUITS.at("resource_id"),
    CIRCUITS.at("provider"),
    CIRCUITS.at("connectivity_model"),
    CIRCUITS.at("peering_location"),
    CIRCUITS.at("asn"),
    CIRCUITS.at("registry"),
    CIRCUITS.at("bgp_sessions", entry_field="prefix"),
    CIRCUITS.at("bgp_sessions", entry_field="state"),
    CIRCUITS.at("advertised_prefixes"),
    CIRCUITS.at("advertised_prefixes_state"),
    CIRCUITS.at("route_filter_communities"),
    SITES.at("acl"),
)
"""Fields of a deployment that a file can prove."""

PATHS: tuple[Path, Path] = ("primary", "secondary")
_FEW = 5


@dataclass(frozen=True)
class EvidenceSource:
    """The file that states a fact."""

    file: str
    """The file's name in the inventory."""
    kind: str
    sha256: str
    entry: int
    """Its position in the inventory, from 0."""


@dataclass(frozen=True)
class Fact:
    """One value that a file states of one field of a circuit or a site."""

    subject: DeclaredSubject
    value: Any
    source: EvidenceSource


class LearnedRoute(NamedTuple):
    """A route of a table: the parts that show who announced it."""

    next_hop: str
    neighbour: str
    """The first AS number of the path."""


@dataclass(frozen=True)
class RouteTable:
    """The route table of Microsoft's router of one path."""

    circuit: str
    path: Path
    routes: tuple[LearnedRoute, ...]
    source: EvidenceSource


def session_state(circuit: str, path: Path) -> DeclaredSubject:
    """The state of one BGP session of a circuit."""
    return CIRCUITS.named(circuit).at("bgp_sessions", path, "state")


def session_prefix(circuit: str, path: Path) -> DeclaredSubject:
    """The prefix of one BGP session of a circuit."""
    return CIRCUITS.named(circuit).at("bgp_sessions", path, "prefix")


def provable_subjects(circuits: Iterable[str], sites: Iterable[str]) -> Iterator[DeclaredSubject]:
    """Every subject that a file can prove, of circuits and sites with these names."""
    names = {CIRCUITS.part: tuple(circuits), SITES.part: tuple(sites)}
    for field in PROVABLE:
        for name in names[field.part]:
            for entry in PATHS if field.entry_field else ("",):
                yield field.named(name).at(field.field, entry, field.entry_field)


def session_states(declared: Deployment, tables: Iterable[RouteTable]) -> Iterator[Fact]:
    """The states of BGP sessions by their route tables; prefixes and AS numbers are those of the deployment.

    Only a route that the operator's own router announced in this very session shows that it is established: its path
    begins with the AS number of the peer, and its next hop is the peer's address in the prefix of the path.  (The other
    router of Microsoft passes the same route on, with another next hop.)  An empty table belongs to a session that is
    down; any other table leaves it open.
    """
    circuits = {circuit.name: circuit for circuit in declared.circuits}
    for table in tables:
        state: SessionState = "down"
        if table.routes:
            learnt = any(_from_peer(circuits[table.circuit], table.path, route) for route in table.routes)
            state = "established" if learnt else "unknown"
        yield Fact(session_state(table.circuit, table.path), state, table.source)


def _from_peer(circuit: Circuit, path: Path, route: LearnedRoute) -> bool:
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
        for one in (session_subnet(path, prefix) for prefix in prefixes)
    )


def conflicts(facts: Iterable[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Each fact that contradicts an earlier one about the same field, after that one."""
    first: dict[DeclaredSubject, Fact] = {}
    for fact in facts:
        if fact.value == "unknown":
            continue
        other = first.setdefault(fact.subject, fact)
        if _comparable(fact.subject, fact.value) != _comparable(fact.subject, other.value):
            yield other, fact


def with_facts(declared: Deployment, facts: Sequence[Fact]) -> tuple[Deployment, tuple[Proof, ...]]:
    """The deployment with every proven value in place of the declared one, and the proofs."""
    chosen: dict[DeclaredSubject, Fact] = {}
    for fact in facts:
        if fact.subject not in chosen or chosen[fact.subject].value == "unknown":
            chosen[fact.subject] = fact
    by_owner: dict[DeclaredSubject, list[Fact]] = {}
    for fact in chosen.values():
        by_owner.setdefault(_owner(fact.subject), []).append(fact)
    of_circuits = {CIRCUITS.named(circuit.name): circuit for circuit in declared.circuits}
    of_sites = {SITES.named(site.name): site for site in declared.sites}
    circuits = tuple(_circuit(circuit, by_owner.get(owner, ())) for owner, circuit in of_circuits.items())
    sites = tuple(site.model_copy(update=_plain(by_owner.get(owner, ()))) for owner, site in of_sites.items())
    owners: dict[DeclaredSubject, Circuit | Site] = {**of_circuits, **of_sites}
    proofs = tuple(_proof(fact, _declared(owners[_owner(fact.subject)], fact.subject)) for fact in chosen.values())
    return declared.model_copy(update={"circuits": circuits, "sites": sites}), proofs


def _owner(subject: DeclaredSubject) -> DeclaredSubject:
    """The circuit or site of a field."""
    return subject.at("")


def _plain(facts: Iterable[Fact]) -> Mapping[str, Any]:
    """The values of the fields that are no entries of a list."""
    return {fact.subject.field: fact.value for fact in facts if not fact.subject.entry}


def _circuit(circuit: Circuit, facts: Sequence[Fact]) -> Circuit:
    sessions = list(circuit.bgp_sessions)
    for path in PATHS:
        proven = {fact.subject.entry_field: fact.value for fact in facts if fact.subject.entry == path}
        if proven and all(session.path != path for session in sessions):
            sessions.append(BgpSession(path=path))
        sessions = [one.model_copy(update=proven) if one.path == path else one for one in sessions]
    return circuit.model_copy(update={**_plain(facts), "bgp_sessions": tuple(sessions)})


def _declared(owner: Circuit | Site, subject: DeclaredSubject) -> Any:  # noqa: ANN401 - any part of a model
    """The declared value; None where nothing was declared."""
    if not subject.entry:
        return getattr(owner, subject.field) or None
    found = [one for one in getattr(owner, subject.field) if one.path == subject.entry]
    value = getattr(found[-1], subject.entry_field) if found else None
    return None if value == "unknown" else value


def _proof(fact: Fact, declared: Any) -> Proof:  # noqa: ANN401 - any part of a model
    source = fact.source
    differs = declared is not None and _comparable(fact.subject, declared) != _comparable(fact.subject, fact.value)
    return Proof(
        subject=fact.subject,
        file=source.file,
        kind=source.kind,
        sha256=source.sha256,
        proven=_shown(fact.value, declared),
        declared=_shown(declared, fact.value) if differs else None,
    )


def _comparable(subject: DeclaredSubject, value: Any) -> object:  # noqa: ANN401 - any part of a model
    field = subject.entry_field or subject.field
    if value is None or field == "state":
        return value
    if field == "prefix":
        return session_subnet(subject.entry, parse_range(value))
    if field == "advertised_prefixes":
        return frozenset(map(parse_range, value))
    if field == "acl":
        return _effective(value)
    if field == "route_filter_communities":
        return frozenset(value)
    return value.casefold() if isinstance(value, str) else value


def _effective(acl: Sequence[AclEntry]) -> tuple[object, ...]:
    """An access list without the denials at its end, which are implicit, and with ranges in one form."""
    last = max((at for at, entry in enumerate(acl, start=1) if entry.action == "allow"), default=0)
    return tuple(
        (entry.action, _range(entry.source), entry.protocol, entry.ports, _range(entry.destination))
        for entry in acl[:last]
    )


def _range(text: str) -> object:
    return text if text == "any" else parse_range(text)


def _shown(value: Any, other: Any) -> str:  # noqa: ANN401 - any part of a model
    """Shortened; for an access list, its length and the first entry that differs from the other list."""
    if value is None:
        return "no accepted route"
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
