"""What a declared deployment must have and no target stands for: the endpoint of a site, its client, its media."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.model.deployment import Deployment, Site
from auditor.model.policy import Policy
from auditor.model.requirement import TargetKind
from auditor.model.target import ClientTarget, OwedTarget, Perspective, ServerTarget, Service, Target
from auditor.network.addresses import Range, is_range, parse_range
from auditor.network.endpoints import plain_name
from auditor.requirements.kinds import KINDS, is_of


@dataclass(frozen=True)
class _Role:
    """One role of TLS in one service."""

    kind: TargetKind
    service: Service
    name: str


_SIP = (_Role(TargetKind.SIP_SERVER, Service.SIP, "server"), _Role(TargetKind.SIP_CLIENT, Service.SIP, "client"))
_HTTPS = (
    _Role(TargetKind.HTTPS_SERVER, Service.HTTPS, "server"),
    _Role(TargetKind.HTTPS_CLIENT, Service.HTTPS, "client"),
)


@dataclass(frozen=True)
class _Standing:
    """Where the targets of one role stand."""

    looked_at: frozenset[str]
    """The sites with one.  A target at an address of several sites, as behind a shared NAT, is that of one of them."""
    nowhere: Target | None
    """The first that stands at no site."""

    @classmethod
    def of(cls, targets: Sequence[Target], sites: Sequence[Site]) -> "_Standing":
        """Wherever they stand; of a single site is every one."""
        if targets and len(sites) == 1:
            return cls(frozenset({sites[0].name}), None)
        reached = {site.name: _Reached.of(site) for site in sites}
        places = [(target, _places(target, reached)) for target in targets]
        found = {names[0] for _, names in places if len(names) == 1}
        for _, names in places:
            if len(names) > 1 and (free := [name for name in names if name not in found]):
                found.add(free[0])
        return cls(frozenset(found), next((target for target, names in places if not names), None))


def owed_targets(policy: Policy, targets: Iterable[Target], declared: Deployment | None) -> tuple[OwedTarget, ...]:
    """What the policy's requirements concern in the declared deployment and no target stands for.

    Each site has a SIP endpoint and a SIP client; the deployment has session descriptions, and speaks HTTPS in the
    roles that it declares, in both if it declares none.
    """
    if declared is None:
        return ()
    wanted = {KINDS[need.at].perspective for found in policy.requirements for need in found.needs}
    given = tuple(targets)
    names = {target.name for target in given}
    found = (*_of_sites(given, declared), *_of_https(given, declared), *_of_media(given))
    return tuple(
        owed.model_copy(update={"name": _own_name(owed.name, names)}) for owed in found if owed.stands_for in wanted
    )


def _own_name(name: str, taken: Collection[str]) -> str:
    """The name, or a longer one that no target has."""
    while name in taken:
        name += " (owed)"
    return name


def why_none(kind: TargetKind, declared: Deployment) -> str | None:
    """Why a deployment has no target of the kind; None if it must have one."""
    roles = declared.deployment.https_roles
    role = next((role.name for role in _HTTPS if role.kind is kind), None)
    if role is None or roles is None or role in roles or _is_declared(role, declared):
        return None
    return f"the inventory declares that the network is no HTTPS {role}"


def _is_declared(role: str, declared: Deployment) -> bool:
    """Whether the inventory has the client of the Provisioning API, whatever https_roles says."""
    return role == "client" and declared.deployment.provisioning is not None


def _of_sites(targets: tuple[Target, ...], declared: Deployment) -> Iterator[OwedTarget]:
    standing = {role: _Standing.of([one for one in targets if is_of(one, role.kind)], declared.sites) for role in _SIP}
    for number, site in enumerate(declared.sites, 1):
        for role, found in standing.items():
            if site.name in found.looked_at:
                continue
            item = "item 2" if number == 1 else "item 5"
            closes = {
                "server": f"list the SIP endpoint of site {site.name} ({item}) under endpoints in the inventory",
                "client": f"have the SBC of site {site.name} connect to auditor listen, which plays the gateway",
            }[role.name]
            if found.nowhere:
                closes += f", or {_placing(found.nowhere, site)}"
            yield _owed(f"site {site.name}: SIP {role.name}", role, closes, site.name)


def _of_https(targets: tuple[Target, ...], declared: Deployment) -> Iterator[OwedTarget]:
    for role in _HTTPS:
        if why_none(role.kind, declared) is None and not any(is_of(target, role.kind) for target in targets):
            look = {
                "server": "list the HTTPS endpoint under endpoints in the inventory",
                "client": "have the HTTPS client connect to auditor listen on an HTTPS port",
            }[role.name]
            unless = "" if _is_declared(role.name, declared) else f", or declare https_roles without {role.name}"
            yield _owed(f"HTTPS {role.name}", role, f"{look}{unless}")


def _of_media(targets: tuple[Target, ...]) -> Iterator[OwedTarget]:
    if not any(target.perspective is Perspective.SDP for target in targets):
        yield OwedTarget(
            name="session descriptions",
            stands_for=Perspective.SDP,
            service=Service.SIP,
            closes=KINDS[TargetKind.SESSION_DESCRIPTION].closes,
        )


def _owed(name: str, role: _Role, closes: str, site: str | None = None) -> OwedTarget:
    return OwedTarget(
        name=name, stands_for=KINDS[role.kind].perspective, service=role.service, site=site, closes=closes
    )


def _placing(target: Target, site: Site) -> str:
    """What would say that a target which stands at no site stands at this one."""
    if isinstance(target, ClientTarget):
        where = "signaling_source, internal_ranges or nat.pool"
        return f"declare {target.address}, which {target.name} connected from, under its {where} if it is there"
    return f"set site: {site.name} at the endpoint {target.name} if it is there"


@dataclass(frozen=True)
class _Reached:
    """What a site is known by: where its clients connect from, and where its endpoints stand (items 2 and 5)."""

    sources: tuple[Range, ...]
    destinations: tuple[Range, ...]
    names: frozenset[str]

    @classmethod
    def of(cls, site: Site) -> "_Reached":
        ours = (*site.signaling_source, *site.internal_ranges, *(site.nat.pool if site.nat else ()))
        return cls(
            sources=tuple(parse_range(text) for text in ours if is_range(text)),
            destinations=tuple(parse_range(text) for text in site.signaling_destination if is_range(text)),
            names=frozenset(plain_name(text) for text in site.signaling_destination if not is_range(text)),
        )


def _places(target: Target, reached: Mapping[str, _Reached]) -> list[str]:
    """The sites at which an endpoint is listed or stands, or from an address of which a client connected."""
    if not isinstance(target, ServerTarget):
        source = parse_range(target.address) if isinstance(target, ClientTarget) else None
        return [site for site, known in reached.items() if source and any(map(source.within, known.sources))]
    if target.site is not None:
        return [target.site] if target.site in reached else []
    own = plain_name(target.server_name or target.host)  # another name may lead to another server at that address
    at = parse_range(target.address) if target.address else None
    return [
        site
        for site, known in reached.items()
        if own in known.names or (at and any(map(at.within, known.destinations)))
    ]
