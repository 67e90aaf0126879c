"""All SIP traffic to the gateway, and to its Mobile Control Point, is encrypted with TLS."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every site, and the Mobile Control Point where there is one, is reached over TLS."""
    for seen in evidence.seen:
        declared = seen.declared
        if not declared.sites:
            yield Doubt(subject="sites", reason="no site is declared")
        transports = {f"sites[{site.name}].sip_transport": site.sip_transport for site in declared.sites}
        if "teams_phone_mobile" in declared.deployment.services:
            subject = "deployment.mobile_control_point_transport"
            transports[subject] = declared.deployment.mobile_control_point_transport
        for subject, transport in transports.items():
            if transport is None:
                yield Doubt(subject=subject, reason="the transport is not declared")
            elif transport != "tls":
                yield Violation(subject=subject, expected="tls", observed=transport)


RULE = Rule(
    id="sip-transport-not-tls",
    title="SIP is declared to run without TLS",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy="Set the transport of the trunk to TLS, on port 5061.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
