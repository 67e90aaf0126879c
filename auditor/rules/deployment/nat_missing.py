"""Microsoft peering carries public addresses only; a network with private addresses needs NAT.

A NAT pool towards the gateway is public over every connection but an injected virtual network.
"""

from collections.abc import Iterator

from auditor.model.deployment import Link, Site
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import why_not_public
from auditor.network.confirmations import is_placeholder
from auditor.network.connections import EXPRESSROUTE, only_vnet_injection, uses_microsoft_peering
from auditor.network.subjects import SITES


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each site with private addresses has a NAT pool of public addresses."""
    for seen in evidence.seen:
        declared = seen.declared
        links: dict[str, list[Link]] = {}
        for link in declared.links:
            links.setdefault(link.site, []).append(link)
        peering = uses_microsoft_peering(declared)
        outside = [site for site in declared.sites if not only_vnet_injection(declared, links.get(site.name, ()))]
        for site in outside:
            mine = links.get(site.name, ())
            peered = not mine or any(link.connection_type in (None, EXPRESSROUTE) for link in mine)
            # What a site translates that has other connections alone is no matter of the peering.
            yield from _site(site, peering=peering and peered, elsewhere=peering and not peered)
        if not (peering or any(site.nat and site.nat.pool for site in outside)):
            yield NotApplicable(reason="no Microsoft peering and no NAT pool is declared")
        if peering and not declared.sites:
            yield Doubt(subject=SITES, reason="no site is declared")


def _site(site: Site, *, peering: bool, elsewhere: bool) -> Iterator[Remark]:
    private = [text for text in site.internal_ranges if why_not_public(text)]
    pool = site.nat.pool if site.nat else ()
    owner = SITES.named(site.name)
    if peering and not (site.internal_ranges or pool or site.signaling_source or site.media):
        yield Doubt(subject=owner, reason="the addresses of the site are not declared")
    if private and not pool:
        if peering:
            observed = f"none for {private[0]}"
            yield Violation(subject=owner.at("nat"), expected="a pool of public addresses", observed=observed)
        elif not elsewhere:
            yield Doubt(subject=owner.at("nat"), reason=f"what translates {private[0]} is not declared")
    for text in pool:
        if why := why_not_public(text):
            yield Violation(subject=owner.at("nat.pool"), expected="public addresses", observed=f"{text}: {why}")
    if pool and site.nat and (site.nat.managed_by is None or is_placeholder(site.nat.managed_by)):
        yield Doubt(subject=owner.at("nat.managed_by"), reason="who manages NAT is not declared")


RULE = Rule(
    id="nat-missing",
    title="Private addresses are used without NAT",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=(
        "Translate the internal addresses to a pool of public ones and declare nat.pool and nat.managed_by, or use "
        "public addresses."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
