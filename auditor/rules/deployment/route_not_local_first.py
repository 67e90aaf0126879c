"""Each site sends its calls to the service region next to it, and to the other one only when that is gone."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import undeclared_sku


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """At each site the local region has the lowest priority, alone; and in production not all sites share theirs."""
    for seen in evidence.seen:
        declared = seen.declared
        locals_: dict[str, list[str]] = {}
        for site in declared.sites:
            where = f"sites[{site.name}].routes"
            if not site.routes or site.local_region is None:
                missing = "its routes are" if not site.routes else "its local region is"
                yield Doubt(subject=where, reason=f"{missing} not declared")
                continue
            first = min(route.priority for route in site.routes)
            leading = sorted({route.region for route in site.routes if route.priority == first})
            if leading != [site.local_region]:
                yield Violation(
                    subject=where, expected=f"{site.local_region} first", observed=f"{' and '.join(leading)} first"
                )
            locals_.setdefault(site.local_region, []).append(site.name)
        shared = locals_.popitem()[1] if len(locals_) == 1 else []
        if len(shared) > 1:
            yield from undeclared_sku(declared)
        for name in shared[1:] if declared.production else ():
            observed = f"also that of {shared[0]}"
            yield Violation(subject=f"sites[{name}].local_region", expected="a region of its own", observed=observed)
        if not declared.sites:
            yield Doubt(subject="sites", reason="no site is declared")


RULE = Rule(
    id="route-not-local-first",
    title="A site does not send its calls to its own region first",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Give the route to the local region the lowest priority number at each site, and each site a region of its own."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
