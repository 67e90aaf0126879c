"""All SIP traffic to the gateway and to its Mobile Control Point must be encrypted with TLS."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import RESOURCE, SITES


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every site, and the Mobile Control Point where there is one, uses SIP over TLS."""
    for seen in evidence.seen:
        declared = seen.declared
        if not declared.sites:
            yield Doubt(subject=SITES, reason="no site is declared")
        transports = {SITES.named(site.name).at("sip_transport"): site.sip_transport for site in declared.sites}
        if "teams_phone_mobile" in declared.deployment.services:
            subject = RESOURCE.at("mobile_control_point_transport")
            transports[subject] = declared.deployment.mobile_control_point_transport
        for subject, transport in transports.items():
            if transport is None:
                yield Doubt(subject=subject, reason="the SIP transport is not declared")
            elif transport != "tls":
                yield Violation(subject=subject, expected="tls", observed=transport)


RULE = Rule(
    id="sip-transport-not-tls",
    title="The SIP transport is not TLS",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy="Set the transport of the SIP trunk to TLS.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
