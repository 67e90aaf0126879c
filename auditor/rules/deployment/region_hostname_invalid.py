"""Calls are routed to the regional host name, and its certificate is checked against it: it has to be the right one.

It is a subdomain of the base domain, another one for each region, and none that faces a communications service.
"""

import re
from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity

_TEAMS_FACING = re.compile(r"[0-9]+-r[0-9]+")


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each region has a name of its own under the base domain, which no communications service uses."""
    for seen in evidence.seen:
        base = _plain(seen.declared.deployment.base_domain or "")
        facing = {_plain(text) for region in seen.declared.regions for text in region.service_facing}
        names: dict[str, str] = {}
        for region in seen.declared.regions:
            subject = f"regions[{region.name}].hostname (items 7 and 10)"
            name = _plain(region.hostname or "")
            if not name:
                yield Violation(subject=subject, expected="the Hostname of the portal", observed="it is not declared")
                continue
            if name in facing:
                observed = f"{name}, which is declared to face communications services"
                yield Violation(subject=subject, expected="the name that faces the operator", observed=observed)
            elif not base:
                yield Doubt(subject=subject, reason="the base domain is not declared")
            elif wrong := _wrong(name, base):
                yield Violation(subject=subject, expected=wrong[0], observed=wrong[1])
            if name in names:
                yield Violation(subject=subject, expected="a name of its own", observed=f"{name}, as {names[name]} has")
            names.setdefault(name, region.name)
        if not seen.declared.regions:
            yield Violation(subject="regions", expected="the service regions", observed="none is declared")
        elif seen.declared.production and len(seen.declared.regions) < 2:
            yield Violation(subject="regions (item 10)", expected="a second one", observed="one is declared")


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")


def _wrong(name: str, base: str) -> tuple[str, str] | None:
    if not name.endswith(f".{base}"):
        return f"a name under {base}", name
    if _TEAMS_FACING.fullmatch(name.removesuffix(f".{base}")):
        return "the name that faces the operator", f"{name} faces Teams"
    if name == f"provapi.{base}":
        return "the name that faces the operator", f"{name} is that of the Provisioning API"
    return None


RULE = Rule(
    id="region-hostname-invalid",
    title="The name of a service region is missing or a wrong one",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=(
        "Copy the Hostname of each region from the Azure portal.  Names such as 1-r1.BASE-DOMAIN face Teams, and "
        "those of the items 15 and 18 Zoom, not the operator."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
