"""What a declared deployment must have and no target stands for: the endpoint of a site, its client, its media."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.model.deployment import Deployment, Site
from auditor.model.policy import Policy
from auditor.model.requirement import TargetKind
from auditor.model.target import ClientTarget, OwedTarget, Perspective, ServerTarget, Service, Target
from auditor.network.addresses import is_range, parse_range
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
        owed.model_copy(update={"name": f"{owed.name} (owed)"}) if owed.name in names else owed
        for owed in found
        if owed.stands_for in wanted
    )


def why_none(kind: TargetKind, declared: Deployment) -> str | None:
    """Why a deployment has no target of the kind; None if it must have one."""
    roles = declared.deployment.https_roles
    role = next((role.name for role in _HTTPS if role.kind is kind), None)
    if role is None or roles is None or role in roles:
        return None
    return f"the inventory declares that the network is no HTTPS {role}"


def _of_sites(targets: tuple[Target, ...], declared: Deployment) -> Iterator[OwedTarget]:
    for number, site in enumerate(declared.sites, 1):
        only = len(declared.sites) == 1
        for role in _SIP:
            if any(is_of(target, role.kind) and (only or _stands_at(target, site)) for target in targets):
                continue
            item = "item 2" if number == 1 else "item 5"
            closes = {
                "server": f"list the SIP endpoint of site {site.name} ({item}) under endpoints in the inventory",
                "client": f"have the SBC of site {site.name} connect to auditor listen, which plays the gateway",
            }[role.name]
            yield _owed(f"site {site.name}: SIP {role.name}", role, closes, site.name)


def _of_https(targets: tuple[Target, ...], declared: Deployment) -> Iterator[OwedTarget]:
    for role in _HTTPS:
        if why_none(role.kind, declared) is None and not any(is_of(target, role.kind) for target in targets):
            look = {
                "server": "list the HTTPS endpoint under endpoints in the inventory",
                "client": "have the HTTPS client connect to auditor listen on an HTTPS port",
            }[role.name]
            closes = f"{look}, or declare deployment.https_roles without {role.name}"
            yield _owed(f"HTTPS {role.name}", role, closes)


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


def _stands_at(target: Target, site: Site) -> bool:
    """Whether an endpoint is the site's, by its site or by items 2 and 5, or a client connected from the site."""
    if isinstance(target, ServerTarget):
        if target.site is not None:
            return target.site == site.name
        names = {plain_name(text) for text in site.signaling_destination if not is_range(text)}
        own = {plain_name(name) for name in (target.host, target.server_name) if name}
        return bool(names & own) or _within(target.address, site.signaling_destination)
    ours = (*site.signaling_source, *site.internal_ranges, *(site.nat.pool if site.nat else ()))
    return isinstance(target, ClientTarget) and _within(target.address, ours)


def _within(address: str | None, ranges: Iterable[str]) -> bool:
    source = parse_range(address) if address else None
    return source is not None and any(source.within(parse_range(text)) for text in ranges if is_range(text))
