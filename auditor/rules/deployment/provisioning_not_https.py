"""Clients reach the Provisioning API over HTTPS at provapi below the base domain, from public addresses."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import why_not_public
from auditor.network.connections import only_vnet_injection
from auditor.network.subjects import RESOURCE


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
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
        # With VNet injection the operator's addresses may be private; whether the API sees them is not documented.
        remark = Warning if only_vnet_injection(seen.declared, seen.declared.links) else Violation
        for text in client.source_ranges:
            if why := why_not_public(text):
                yield remark(subject=source_ranges, expected="public addresses", observed=f"{text}: {why}")


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
    params=NoParameters,
    check=check,
)
