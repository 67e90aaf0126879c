"""Voice needs its own queue, which Microsoft assigns by DSCP value.

Microsoft rewrites the values that it does not know to best effort.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.connections import uses_microsoft_peering
from auditor.network.subjects import QOS

_EF = 46
"""Expedited Forwarding (RFC 3246)."""


class DscpValues(Params):
    """DSCP values."""

    voice: int = Field(default=46, ge=0, le=63, description="Value for voice")
    kept: tuple[int, ...] = Field(default=(46, 34, 18, 10, 0), description="Values that Microsoft does not rewrite")
    unsettled: tuple[int, ...] = Field(
        default=(24,), description="Values that get a warning: Microsoft named 24 (CS3) for SIP in an older document"
    )


def check(evidence: Evidence[DeploymentSeen], params: DscpValues) -> Iterator[Remark]:
    """Voice has the required DSCP value, and no traffic has one that Microsoft rewrites."""
    for seen in evidence.seen:
        declared = seen.declared
        if not uses_microsoft_peering(declared):
            yield NotApplicable(reason="no Microsoft peering is declared")
            continue
        if declared.qos is None or declared.qos.voice is None:
            yield Doubt(subject=QOS.at("voice"), reason="the DSCP value of voice is not declared")
            continue
        if declared.qos.voice != params.voice:
            observed = str(declared.qos.voice)
            yield Violation(subject=QOS.at("voice"), expected=_value(params.voice), observed=observed)
        kept = f"one of {', '.join(map(str, params.kept)) or 'none'}"
        for name, value in (("signaling", declared.qos.signaling), *(("others", one) for one in declared.qos.others)):
            if value is not None and value not in params.kept:
                remark = Warning if value in params.unsettled else Violation
                yield remark(subject=QOS.at(name), expected=kept, observed=str(value))


def _value(dscp: int) -> str:
    return f"EF ({_EF})" if dscp == _EF else str(dscp)


def _remedy(params: DscpValues) -> str:
    kept = ", ".join(map(str, params.kept)) or "none"
    return f"Mark voice with DSCP {_value(params.voice)}, and all other traffic only with values that are kept: {kept}."


RULE = Rule(
    id="dscp-not-as-required",
    title="Traffic is not marked with the required DSCP values",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=DscpValues,
    check=check,
)
