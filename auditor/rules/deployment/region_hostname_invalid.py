"""Calls are routed to the regional host name, and its certificate is checked against it: it has to be the right one.

It is a subdomain of the base domain, another one for each region, and not the name that faces Microsoft Teams.
"""

import re
from collections.abc import Iterator

from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NoParameters, Remark, Rule, Violation
from auditor.model.severity import Severity

_TEAMS_FACING = re.compile(r"[0-9]+-r[0-9]+")


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each region has a name of its own under the base domain."""
    for seen in evidence.seen:
        base = (seen.declared.deployment.base_domain or "").lower().removesuffix(".")
        names: dict[str, str] = {}
        for region in seen.declared.regions:
            subject = f"regions[{region.name}].hostname (items 7 and 10)"
            name = (region.hostname or "").lower().removesuffix(".")
            if not name:
                yield Violation(subject=subject, expected="the Hostname of the portal", observed="it is not declared")
                continue
            if not base:
                yield Inconclusive(subject=subject, reason="the base domain is not declared")
            elif not name.endswith(f".{base}"):
                yield Violation(subject=subject, expected=f"a name under {base}", observed=name)
            elif _TEAMS_FACING.fullmatch(name.removesuffix(f".{base}")):
                yield Violation(
                    subject=subject, expected="the name that faces the operator", observed=f"{name} faces Teams"
                )
            if name in names:
                yield Violation(subject=subject, expected="a name of its own", observed=f"{name}, as {names[name]} has")
            names.setdefault(name, region.name)
        if not seen.declared.regions:
            yield Violation(subject="regions", expected="the service regions", observed="none is declared")


RULE = Rule(
    id="region-hostname-invalid",
    title="The name of a service region is missing or a wrong one",
    severity=Severity.CRITICAL,
    citations=(
        Citation(
            document="Azure Communications Gateway: connectivity",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/connectivity",
        ),
        Citation(
            document="Azure Communications Gateway: deploy",
            url="https://learn.microsoft.com/en-us/azure/communications-gateway/deploy",
        ),
    ),
    requirements=(
        "CON-21",
        "CON-IP07",
        "CON-IP10",
    ),
    remediation=(
        "Copy the Hostname of each region from the Azure portal.  Names such as 1-r1.BASE-DOMAIN face Teams, not "
        "the operator."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
