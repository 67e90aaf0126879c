"""All traffic to and from the gateway is IPv4."""

from collections.abc import Iterator

from auditor.deployment.addresses import is_range, parse_range
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, NoParameters, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every range of sites and regions is of IPv4."""
    for seen in evidence.seen:
        declared = seen.declared
        named = {
            **{
                f"sites[{site.name}]": (*site.signaling_source, *site.signaling_destination, *site.media)
                for site in declared.sites
            },
            **{f"regions[{r.name}]": (*r.signaling_ranges, *r.media_ranges) for r in declared.regions},
        }
        for where, ranges in named.items():
            for text in filter(is_range, ranges):
                if parse_range(text).version != 4:
                    yield Violation(subject=where, expected="IPv4", observed=text)


RULE = Rule(
    id="address-not-ipv4",
    title="An address is not an IPv4 address",
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="Azure Communications Gateway: limits",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/limits",
        ),
    ),
    requirements=("DER-02",),
    remediation="Use IPv4 addresses: the gateway speaks nothing else.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
