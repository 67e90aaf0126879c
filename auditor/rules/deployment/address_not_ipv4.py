"""All traffic to and from the gateway is IPv4."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, parse_range


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every range of sites and regions, and of the client of the Provisioning API, is of IPv4."""
    for seen in evidence.seen:
        declared = seen.declared
        named = {
            **{
                f"sites[{site.name}]": (
                    *site.signaling_source,
                    *site.signaling_destination,
                    *site.media,
                    *(site.nat.pool if site.nat else ()),
                )
                for site in declared.sites
            },
            **{f"regions[{r.name}]": (*r.signaling_ranges, *r.media_ranges) for r in declared.regions},
        }
        if declared.deployment.provisioning:
            named["deployment.provisioning.source_ranges"] = declared.deployment.provisioning.source_ranges
        found = [(where, text) for where, ranges in named.items() for text in filter(is_range, ranges)]
        if not found:
            yield Doubt(subject="sites and regions", reason="no address is declared")
        for where, text in found:
            if parse_range(text).version != 4:
                yield Violation(subject=where, expected="IPv4", observed=text)


RULE = Rule(
    id="address-not-ipv4",
    title="An address is not an IPv4 address",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Use IPv4 addresses: the gateway speaks nothing else.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
