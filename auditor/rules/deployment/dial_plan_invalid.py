"""Phone System wants numbers in the E.164 format, and emergency calls must not be routed to the gateway."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Numbers are in E.164, and emergency calls go elsewhere."""
    for seen in evidence.seen:
        plan = seen.declared.deployment.dial_plan
        if plan is None or plan.e164 is None:
            yield Doubt(subject="deployment.dial_plan.e164", reason="the format of numbers is not declared")
        elif not plan.e164:
            yield Violation(subject="deployment.dial_plan.e164", expected="E.164 numbers", observed="another format")
        subject = "deployment.dial_plan.emergency_calls_to_gateway"
        if plan is None or plan.emergency_calls_to_gateway is None:
            yield Doubt(subject=subject, reason="the route of emergency calls is not declared")
        elif plan.emergency_calls_to_gateway:
            yield Violation(subject=subject, expected="another route", observed="emergency calls go to the gateway")


RULE = Rule(
    id="dial-plan-invalid",
    title="Calls are not numbered or routed as the gateway expects",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=("Use numbers in the E.164 format towards the gateway, and route emergency calls elsewhere."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
