"""Voice and video need queues of their own, which Microsoft assigns by DSCP value.

Microsoft rewrites the values that it does not know to best effort.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.deployment import Qos
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.connections import uses_microsoft_peering
from auditor.network.subjects import QOS

_NAMES = {46: "EF", 34: "AF41"}
"""Expedited Forwarding (RFC 3246) and Assured Forwarding (RFC 2597)."""


class DscpValues(Params):
    """DSCP values."""

    voice: int = Field(default=46, ge=0, le=63, description="Value for voice")
    video: int = Field(default=34, ge=0, le=63, description="Value for interactive video")
    kept: tuple[int, ...] = Field(default=(46, 34, 18, 10, 0), description="Values that Microsoft does not rewrite")
    unsettled: tuple[int, ...] = Field(
        default=(24,), description="Values that get a warning: Microsoft named 24 (CS3) for SIP in an older document"
    )


def check(evidence: Evidence[DeploymentSeen], params: DscpValues) -> Iterator[Remark]:
    """Voice and video have the required DSCP values, and no traffic has one that Microsoft rewrites."""
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
        yield from _video(declared.qos, params)
        kept = f"one of {', '.join(map(str, params.kept)) or 'none'}"
        for name, values in (("signaling", (declared.qos.signaling,)), ("others", declared.qos.others or (None,))):
            for value in values:
                yield from _other(name, value, kept, params)


def _other(name: str, value: int | None, kept: str, params: DscpValues) -> Iterator[Remark]:
    """Signaling, or text and anything else, which must not take the queues of voice and video."""
    subject = QOS.at(name)
    if value is None:
        observed = "not declared; declare its value, such as 0"
        yield Warning(subject=subject, expected=kept, observed=observed, unproven=True)
    elif value not in params.kept:
        remark = Warning if value in params.unsettled else Violation
        yield remark(subject=subject, expected=kept, observed=str(value))
    elif name == "others" and value in (params.voice, params.video):
        queue = "voice" if value == params.voice else "video"
        yield Violation(subject=subject, expected="a value of its own", observed=f"{value}, the value of {queue}")
    elif value == params.voice:
        yield Warning(subject=subject, expected="a value of its own", observed=f"{value}, the value of voice")


def _video(qos: Qos, params: DscpValues) -> Iterator[Remark]:
    subject, expected = QOS.at("video"), _value(params.video)
    if qos.video is None:
        observed = "not declared; declare its value, or unused"
        yield Warning(subject=subject, expected=expected, observed=observed, unproven=True)
    elif qos.video not in ("unused", params.video):
        yield Violation(subject=subject, expected=expected, observed=str(qos.video))


def _value(dscp: int) -> str:
    return f"{_NAMES[dscp]} ({dscp})" if dscp in _NAMES else str(dscp)


def _remedy(params: DscpValues) -> str:
    kept = ", ".join(map(str, params.kept)) or "none"
    others = f"all other traffic only with values that are kept: {kept}"
    return f"Mark voice with DSCP {_value(params.voice)}, and {others}.  Mark video with {_value(params.video)}."


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
