"""The operator routes calls to the regional host name and checks the gateway's certificate against it.

The name is below the base domain, differs for each region, and is not one that faces a communications service.
"""

import re
from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import REGIONS

_TEAMS_FACING = re.compile(r"[0-9]+-r[0-9]+")
"""First label of a name towards Teams, as 1-r1."""


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each region has its own host name below the base domain, which no communications service uses."""
    for seen in evidence.seen:
        base = _plain(seen.declared.deployment.base_domain or "")
        facing = {_plain(text) for region in seen.declared.regions for text in region.towards_services}
        names: dict[str, str] = {}
        for region in seen.declared.regions:
            subject = REGIONS.named(region.name).at("hostname", items="items 7 and 10")
            name = _plain(region.hostname or "")
            if not name:
                yield Violation(
                    subject=subject, expected="the Hostname from the portal", observed="the host name is not declared"
                )
                continue
            if name in facing:
                observed = f"{name}, which is declared as a name towards communications services"
                yield Violation(subject=subject, expected="the name that faces the operator", observed=observed)
            elif not base:
                yield Doubt(subject=subject, reason="the base domain is not declared")
            elif wrong := _wrong(name, base):
                yield Violation(subject=subject, expected=wrong[0], observed=wrong[1])
            if name in names:
                yield Violation(
                    subject=subject, expected="a host name of its own", observed=f"{name}, which {names[name]} uses too"
                )
            names.setdefault(name, region.name)
        if not seen.declared.regions:
            yield Violation(subject=REGIONS, expected="the service regions", observed="none is declared")
        elif seen.declared.production and len(seen.declared.regions) < 2:
            yield Violation(
                subject=REGIONS.at("", items="item 10"), expected="a second region", observed="one is declared"
            )


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")


def _wrong(name: str, base: str) -> tuple[str, str] | None:
    if not name.endswith(f".{base}"):
        return f"a name below {base}", name
    if _TEAMS_FACING.fullmatch(name.removesuffix(f".{base}")):
        return "the name that faces the operator", f"{name}, which faces Teams"
    if name == f"provapi.{base}":
        return "the name that faces the operator", f"{name}, the name of the Provisioning API"
    return None


RULE = Rule(
    id="region-hostname-invalid",
    title="A service region's host name is missing or wrong",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=(
        "Set hostname of each region to the Hostname in the Azure portal.  Do not use names such as 1-r1.BASE-DOMAIN,"
        " which face Teams, or those of items 15 and 18, which face Zoom."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
