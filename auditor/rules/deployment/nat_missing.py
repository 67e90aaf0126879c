"""Microsoft peering carries public addresses only; a network with private addresses needs NAT."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import why_not_public
from auditor.network.connections import uses_microsoft_peering
from auditor.network.subjects import SITES


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each site with private addresses has a NAT pool of public addresses."""
    for seen in evidence.seen:
        declared = seen.declared
        if not uses_microsoft_peering(declared):
            yield NotApplicable(reason="no Microsoft peering is declared")
            continue
        for site in declared.sites:
            private = [text for text in site.internal_ranges if why_not_public(text)]
            pool = site.nat.pool if site.nat else ()
            owner = SITES.named(site.name)
            if not (site.internal_ranges or pool or site.signaling_source or site.media):
                yield Doubt(subject=owner, reason="the addresses of the site are not declared")
            if private and not pool:
                observed = f"none for {private[0]}"
                yield Violation(subject=owner.at("nat"), expected="a pool of public addresses", observed=observed)
            for text in pool:
                if why := why_not_public(text):
                    observed = f"{text}: {why}"
                    yield Violation(subject=owner.at("nat.pool"), expected="public addresses", observed=observed)
            if pool and site.nat and site.nat.managed_by is None:
                yield Doubt(subject=owner.at("nat.managed_by"), reason="who manages NAT is not declared")
        if not declared.sites:
            yield Doubt(subject=SITES, reason="no site is declared")


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
