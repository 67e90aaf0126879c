"""The gateway sends and receives all traffic over IPv4."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, parse_range
from auditor.network.subjects import REGIONS, RESOURCE, SITES


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every range of a site, of a region and of the Provisioning API client is an IPv4 range."""
    for seen in evidence.seen:
        declared = seen.declared
        named = {
            **{
                SITES.named(site.name): (
                    *site.signaling_source,
                    *site.signaling_destination,
                    *site.media,
                    *(site.nat.pool if site.nat else ()),
                )
                for site in declared.sites
            },
            **{
                REGIONS.named(r.name): (*r.signaling_ranges, *r.media_ranges, *r.towards_services)
                for r in declared.regions
            },
        }
        if declared.deployment.provisioning:
            provisioning = RESOURCE.at("provisioning.source_ranges")
            named[provisioning] = declared.deployment.provisioning.source_ranges
        found = [(subject, text) for subject, ranges in named.items() for text in filter(is_range, ranges)]
        if not found:
            yield Doubt(subject=SITES, reason="no address of a site or a region is declared")
        for subject, text in found:
            if parse_range(text).version != 4:
                yield Violation(subject=subject, expected="an IPv4 address", observed=text)


RULE = Rule(
    id="address-not-ipv4",
    title="An address is not an IPv4 address",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Use IPv4 addresses: the gateway does not support IPv6.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
