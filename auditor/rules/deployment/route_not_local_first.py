"""Each site sends its calls to its local service region, and to the other region only when the local one fails."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import SITES
from auditor.rules.deployment._shared import undeclared_sku


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """At each site only the local region has the lowest priority number; in production not all sites share theirs."""
    for seen in evidence.seen:
        declared = seen.declared
        locals_: dict[str, list[str]] = {}
        for site in declared.sites:
            subject = SITES.named(site.name).at("routes")
            if not site.routes or site.local_region is None:
                missing = "routes of the site are" if not site.routes else "local region of the site is"
                yield Doubt(subject=subject, reason=f"the {missing} not declared")
                continue
            first = min(route.priority for route in site.routes)
            leading = sorted({route.region for route in site.routes if route.priority == first})
            if leading != [site.local_region]:
                yield Violation(
                    subject=subject, expected=f"{site.local_region} first", observed=f"{' and '.join(leading)} first"
                )
            locals_.setdefault(site.local_region, []).append(site.name)
        shared = locals_.popitem()[1] if len(locals_) == 1 else []
        if len(shared) > 1:
            yield from undeclared_sku(declared)
        for name in shared[1:] if declared.production else ():
            subject, observed = SITES.named(name).at("local_region"), f"the region of {shared[0]} too"
            yield Violation(subject=subject, expected="a region of its own", observed=observed)
        if not declared.sites:
            yield Doubt(subject=SITES, reason="no site is declared")


RULE = Rule(
    id="route-not-local-first",
    title="A site does not route calls to its local region first",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Give the route to the local region the lowest priority number at each site, and give the sites different "
        "local regions."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
