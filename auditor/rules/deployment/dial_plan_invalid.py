"""Phone System expects numbers in E.164 format, and emergency calls must not be routed to the gateway."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import RESOURCE


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Numbers are in E.164 format, and emergency calls are not routed to the gateway."""
    for seen in evidence.seen:
        plan = seen.declared.deployment.dial_plan
        if plan is None or plan.e164 is None:
            yield Doubt(subject=RESOURCE.at("dial_plan.e164"), reason="the number format is not declared")
        elif not plan.e164:
            yield Violation(subject=RESOURCE.at("dial_plan.e164"), expected="E.164 numbers", observed="another format")
        subject = RESOURCE.at("dial_plan.emergency_calls_to_gateway")
        if plan is None or plan.emergency_calls_to_gateway is None:
            yield Doubt(subject=subject, reason="the route of emergency calls is not declared")
        elif plan.emergency_calls_to_gateway:
            yield Violation(subject=subject, expected="another route", observed="emergency calls go to the gateway")


RULE = Rule(
    id="dial-plan-invalid",
    title="The dial plan does not meet the gateway's requirements",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy="Send numbers to the gateway in E.164 format, and route emergency calls elsewhere.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
