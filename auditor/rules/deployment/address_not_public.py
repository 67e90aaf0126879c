"""Packets to a private, shared or documentation address never arrive, and public DNS has no name below .local.

Private addresses work only with an injected virtual network.  Behind a public NAT pool they are translated, and the
items of the connectivity page are the addresses of the pool.
"""

from collections.abc import Iterator, Mapping

from auditor.model.deployment import Site
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, parse_range, why_not_public
from auditor.network.connections import only_vnet_injection
from auditor.network.endpoints import plain_name
from auditor.network.subjects import SITES

_NOT_IN_DNS = (".alt", ".home.arpa", ".internal", ".invalid", ".local", ".localhost", ".onion", ".test")
"""Special-use domains (IANA; RFC 6761, 6762, 7686, 8375, 9476), and the one that ICANN keeps for private use."""


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """The addresses of every site are public, unless all its links lead to an injected virtual network."""
    for seen in evidence.seen:
        declared = seen.declared
        links = {site.name: [link for link in declared.links if link.site == site.name] for site in declared.sites}
        reached = [site for site in declared.sites if not only_vnet_injection(declared, links[site.name])]
        if not reached and only_vnet_injection(declared, declared.links):
            yield NotApplicable(reason="VNet injection allows private addresses")
            continue
        found = [
            (SITES.named(site.name).at(field), text, _translated(site))
            for site in reached
            for field, ranges in (
                ("signaling_source", site.signaling_source),
                ("signaling_destination", site.signaling_destination),
                ("media", site.media),
            )
            for text in filter(is_range, ranges)
        ]
        hidden = [
            (SITES.named(site.name).at("signaling_destination"), text)
            for site in reached
            for text in site.signaling_destination
            if not is_range(text) and f".{plain_name(text)}".endswith(_NOT_IN_DNS)
        ]
        for subject, text in hidden:
            observed = f"{text}: a name that is not in public DNS"
            yield Violation(subject=subject, expected="a public name", observed=observed)
        if not found and not hidden:
            yield Doubt(subject=SITES, reason="no address of a site is declared")
        resolved = {endpoint.host.lower(): endpoint.addresses for endpoint in seen.endpoints or ()}
        for site in reached:
            yield from _names(site, resolved)
        for subject, text, translated in found:
            if not (why := why_not_public(text)):
                continue
            if translated:
                expected, observed = "the public addresses of the NAT pool", f"{text}: {why}, behind a NAT pool"
                yield Warning(subject=subject, expected=expected, observed=observed)
            else:
                yield Violation(subject=subject, expected="public addresses", observed=f"{text}: {why}")


def _names(site: Site, resolved: Mapping[str, tuple[str, ...]]) -> Iterator[Warning]:
    """Names that led the auditor to private addresses, which need not be those that the gateway is led to."""
    subject = SITES.named(site.name).at("signaling_destination")
    for name in site.signaling_destination:
        for address in () if is_range(name) else resolved.get(name.lower().removesuffix("."), ()):
            if parse_range(address).version == 4 and (why := why_not_public(address)):
                observed = f"{name} leads to {address} here: {why}"
                yield Warning(subject=subject, expected="public addresses", observed=observed, unproven=True)


def _translated(site: Site) -> bool:
    """Whether the site declares a NAT pool and all of it is public."""
    return site.nat is not None and bool(site.nat.pool) and not any(map(why_not_public, site.nat.pool))


RULE = Rule(
    id="address-not-public",
    title="A site's address is not public",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy="Use public addresses towards the gateway, with NAT in front of a private network, or use VNet injection.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
