"""Where the Internet and ExpressRoute know the same route, answers take the other way.

Stateful devices drop them then, and calls have one-way audio.
"""

from collections.abc import Iterator

from auditor.deployment.addresses import parse_range
from auditor.deployment.declared import uses_expressroute
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NoParameters, NotApplicable, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        declared = seen.declared
        if not uses_expressroute(declared):
            yield NotApplicable(reason="no ExpressRoute is declared")
            continue
        if not declared.circuits:
            yield Inconclusive(subject="circuits", reason="no circuit is declared")
        for circuit in declared.circuits:
            where = f"circuits[{circuit.name}]"
            pools = [text for site in declared.sites if site.nat for text in site.nat.pool]
            for text in circuit.internet_prefixes:
                wide = parse_range(text)
                for own in circuit.advertised_prefixes:
                    if parse_range(own).overlaps(wide) and wide.within(parse_range(own)):
                        yield Violation(
                            subject=f"{where}.internet_prefixes", expected=f"nothing within {own}", observed=text
                        )
                for pool in pools:
                    if parse_range(pool).overlaps(wide):
                        yield Violation(
                            subject=f"{where}.internet_prefixes",
                            expected=f"no address of the NAT pool {pool}",
                            observed=text,
                        )


RULE = Rule(
    id="prefix-advertised-twice",
    title="A prefix is advertised to the Internet and to ExpressRoute alike",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="ExpressRoute routing requirements",
            url="https://learn.microsoft.com/en-us/azure/expressroute/expressroute-routing",
        ),
        Citation(
            document="ExpressRoute NAT requirements",
            url="https://learn.microsoft.com/en-us/azure/expressroute/expressroute-nat",
        ),
    ),
    requirements=("DER-ER-05",),
    remediation=(
        "Advertise to ExpressRoute only what is not advertised to the Internet, or is more specific; keep NAT pools"
        " off the Internet."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.advertised_prefixes",),
)
