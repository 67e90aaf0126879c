"""The Provisioning API is reached over HTTPS at provapi under the base domain, from addresses that were allowed."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import not_public


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Where a client is declared, it uses https at the right name, and from public addresses."""
    for seen in evidence.seen:
        resource = seen.declared.deployment
        client = resource.provisioning
        if client is None:
            yield NotApplicable(reason="no client of the Provisioning API is declared")
            continue
        if client.url is None:
            yield Doubt(subject="deployment.provisioning.url", reason="it is not declared")
        elif not client.url.lower().startswith("https://"):
            yield Violation(subject="deployment.provisioning.url", expected="https", observed=client.url)
        elif resource.base_domain is None:
            yield Doubt(subject="deployment.provisioning.url", reason="the base domain is not declared")
        elif not _leads_to(host := f"provapi.{resource.base_domain.lower().removesuffix('.')}", client.url):
            yield Violation(subject="deployment.provisioning.url", expected=f"https://{host}", observed=client.url)
        if not client.source_ranges:
            yield Warning(
                subject="deployment.provisioning.source_ranges",
                expected="public addresses",
                observed="none is declared",
            )
        for text in client.source_ranges:
            if why := not_public(text):
                subject = "deployment.provisioning.source_ranges"
                yield Warning(subject=subject, expected="public addresses", observed=f"{text}: {why}")


def _leads_to(host: str, url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removesuffix(".") == host and parts.port in (None, 443)
    except ValueError:
        return False


RULE = Rule(
    id="provisioning-not-https",
    title="The client of the Provisioning API is not declared as the API wants it",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=("Point the client at https://provapi.BASE-DOMAIN, and declare the public addresses it connects from."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
