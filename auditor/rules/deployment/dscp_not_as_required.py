"""Voice needs a queue of its own.

Microsoft knows it by EF (46), and rewrites values it does not know to best effort.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import uses_microsoft_peering


class Markings(Params):
    """DSCP values."""

    voice: int = Field(default=46, ge=0, le=63, description="Voice")
    kept: tuple[int, ...] = Field(default=(46, 34, 18, 10, 0), description="Values that Microsoft does not rewrite")
    unsettled: tuple[int, ...] = Field(
        default=(24,), description="Values of which it is not known: CS3 was for SIP in an older text"
    )


def check(evidence: Evidence[DeploymentSeen], params: Markings) -> Iterator[Remark]:
    """Voice is marked as wanted, and nothing is marked with a value that does not last."""
    for seen in evidence.seen:
        declared = seen.declared
        if not uses_microsoft_peering(declared):
            yield NotApplicable(reason="no Microsoft peering is declared")
            continue
        if declared.qos is None or declared.qos.voice is None:
            yield Doubt(subject="qos.voice", reason="how voice is marked is not declared")
            continue
        if declared.qos.voice != params.voice:
            yield Violation(subject="qos.voice", expected=f"EF ({params.voice})", observed=str(declared.qos.voice))
        kept = f"one of {', '.join(map(str, params.kept))}"
        for name, value in (("signaling", declared.qos.signaling), *(("others", one) for one in declared.qos.others)):
            if value is not None and value not in params.kept:
                said = Warning if value in params.unsettled else Violation
                yield said(subject=f"qos.{name}", expected=kept, observed=str(value))


RULE = Rule(
    id="dscp-not-as-required",
    title="Voice is not marked as ExpressRoute expects",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy="Mark voice with EF (46), and nothing with a value that Microsoft rewrites.",
    observes=DeploymentSeen,
    params=Markings,
    check=check,
)
