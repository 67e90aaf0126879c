"""Microsoft peering takes public addresses alone, so that a network with private ones has to translate them."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import not_public
from auditor.rules.deployment._shared import uses_microsoft_peering


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each site with private addresses has a public pool."""
    for seen in evidence.seen:
        declared = seen.declared
        if not uses_microsoft_peering(declared):
            yield NotApplicable(reason="no Microsoft peering is declared")
            continue
        for site in declared.sites:
            private = [text for text in site.internal_ranges if not_public(text)]
            pool = site.nat.pool if site.nat else ()
            if not (site.internal_ranges or pool or site.signaling_source or site.media):
                yield Doubt(subject=f"sites[{site.name}]", reason="which addresses it uses is not declared")
            if private and not pool:
                yield Violation(
                    subject=f"sites[{site.name}].nat", expected="a public pool", observed=f"none for {private[0]}"
                )
            for text in pool:
                if why := not_public(text):
                    yield Violation(
                        subject=f"sites[{site.name}].nat.pool", expected="public addresses", observed=f"{text}: {why}"
                    )
            if pool and site.nat and site.nat.managed_by is None:
                yield Doubt(subject=f"sites[{site.name}].nat.managed_by", reason="who manages NAT is not declared")
        if not declared.sites:
            yield Doubt(subject="sites", reason="no site is declared")


RULE = Rule(
    id="nat-missing",
    title="Private addresses are used without NAT",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=("Translate the addresses inside to a public pool, and say who manages it; or use public addresses."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
