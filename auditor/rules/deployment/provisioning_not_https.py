"""Clients reach the Provisioning API over HTTPS at provapi below the base domain, from public addresses."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import Field

from auditor.model.deployment import Deployment, Ranges
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import is_range, parse_range, why_not_public
from auditor.network.advertised import ranges_set
from auditor.network.connections import only_vnet_injection
from auditor.network.subjects import RESOURCE


class ProvisioningSources(Params):
    """What the allowlist of the Provisioning API may hold."""

    widest_source: int = Field(
        default=24, ge=0, le=32, description="Prefix length of the most addresses that the client has in all"
    )


def check(evidence: Evidence[DeploymentSeen], params: ProvisioningSources) -> Iterator[Remark]:
    """A declared client uses HTTPS with the right name, and connects from public addresses."""
    url, source_ranges = RESOURCE.at("provisioning.url"), RESOURCE.at("provisioning.source_ranges")
    for seen in evidence.seen:
        resource = seen.declared.deployment
        client = resource.provisioning
        if client is None:
            yield NotApplicable(reason="no client of the Provisioning API is declared")
            continue
        if client.url is None:
            yield Doubt(subject=url, reason="the URL of the client is not declared")
        elif not client.url.lower().startswith("https://"):
            yield Violation(subject=url, expected="https", observed=client.url)
        elif resource.base_domain is None:
            yield Doubt(subject=url, reason="the base domain is not declared")
        elif not _leads_to(host := f"provapi.{resource.base_domain.lower().removesuffix('.')}", client.url):
            yield Violation(subject=url, expected=f"https://{host}", observed=client.url)
        if not client.source_ranges:
            yield Warning(
                subject=source_ranges,
                expected="public addresses",
                observed="none is declared",
                unproven=True,
            )
        yield from _sources(seen.declared, client.source_ranges, params)
        # With VNet injection the operator's addresses may be private; whether the API sees them is not documented.
        remark = Warning if only_vnet_injection(seen.declared, seen.declared.links) else Violation
        for text in client.source_ranges:
            if why := why_not_public(text):
                yield remark(subject=source_ranges, expected="public addresses", observed=f"{text}: {why}")


def _sources(declared: Deployment, sources: Ranges, params: ProvisioningSources) -> Iterator[Remark]:
    """The client's addresses are few, and none is the gateway's."""
    subject = RESOURCE.at("provisioning.source_ranges")
    public = (text for text in sources if parse_range(text).version == 4 and not why_not_public(text))
    number, most = ranges_set(public).size, 1 << (32 - params.widest_source)
    if number > most:
        expected, observed = f"at most {most} addresses in all", f"{number} addresses"
        yield Warning(subject=subject, expected=expected, observed=observed, unproven=True)
    gateway = ranges_set(
        text
        for region in declared.regions
        for text in (*region.signaling_ranges, *region.media_ranges, *region.towards_services)
        if is_range(text)
    )
    for text in sources:
        if gateway.touches(parse_range(text)):
            observed = f"{text}, which holds addresses of the gateway"
            yield Violation(subject=subject, expected="addresses of the client", observed=observed)


def _leads_to(host: str, url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removesuffix(".") == host and parts.port in (None, 443)
    except ValueError:
        return False


RULE = Rule(
    id="provisioning-not-https",
    title="A Provisioning API client has a wrong URL or address",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Set the URL of the client to https://provapi.BASE-DOMAIN, and declare the public addresses it connects from "
        "in source_ranges."
    ),
    observes=DeploymentSeen,
    params=ProvisioningSources,
    check=check,
)
