"""Packets get the queue of the DSCP value that they have, whatever the configuration says.

Microsoft's network assigns queues on Microsoft peering only, and rewrites values that it does not know to best effort.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import NotApplicable, NotTested, Remark, Violation, Warning
from auditor.model.observation import DscpSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET, Named
from auditor.model.target import SessionDescriptionTarget

_EF = 46
"""Expedited Forwarding (RFC 3246)."""
_VOICE = ("audio", "rtp")
_TRAFFIC = {"sip": "SIP", "audio": "audio", "video": "video", "rtp": "RTP"}


class CapturedDscpValues(Params):
    """DSCP values of captured packets."""

    voice: int = Field(default=_EF, ge=0, le=63, description="Value for voice")
    kept: tuple[int, ...] = Field(default=(46, 34, 18, 10, 0), description="Values that Microsoft does not rewrite")
    unsettled: tuple[int, ...] = Field(
        default=(24,), description="Values that get a warning: Microsoft named 24 (CS3) for SIP in an older document"
    )


def check(evidence: Evidence[DscpSeen], params: CapturedDscpValues) -> Iterator[Remark]:
    """Voice has the required value, and no traffic has one that Microsoft rewrites."""
    target = evidence.target
    peering = target.microsoft_peering if isinstance(target, SessionDescriptionTarget) else None
    if peering is False:
        yield NotApplicable(reason="no Microsoft peering is declared")
        return
    for seen in evidence.seen:
        subject = Named(name=f"{_TRAFFIC[seen.traffic]} from {seen.sender} to {seen.receiver}")
        voice = seen.traffic in _VOICE
        right = (params.voice,) if voice else params.kept
        if seen.value in right:
            continue
        expected = _value(params.voice) if voice else f"one of {', '.join(map(str, right)) or 'none'}"
        observed = f"{seen.value} in {seen.packets} packets"
        # RTP of an unknown kind with another value that is kept may be video.
        unsettled = seen.value in (params.kept if seen.traffic == "rtp" else params.unsettled)
        if unsettled or peering is None:
            yield Warning(subject=subject, expected=expected, observed=observed, unproven=True)
        else:
            yield Violation(subject=subject, expected=expected, observed=observed)
    if not any(seen.traffic in _VOICE for seen in evidence.seen):
        reason = "the capture shows no RTP of a call, so no voice"
        yield NotTested(
            subject=TARGET, reason=reason, whole=True, closes="auditor sdp FILE, a packet capture of a call"
        )


def _value(dscp: int) -> str:
    return f"EF ({_EF})" if dscp == _EF else str(dscp)


RULE = Rule(
    id="dscp-seen-not-as-required",
    title="Captured packets lack the required DSCP values",
    group=Group.SIP,
    severity=Severity.MEDIUM,
    citations=(Citation(document="RFC 2474", section="3", url="https://www.rfc-editor.org/rfc/rfc2474#section-3"),),
    remedy=(
        "Configure the SBC and the routers in front of it to mark voice with its DSCP value, and all other traffic "
        "only with values that the network at the other end keeps."
    ),
    observes=DscpSeen,
    params=CapturedDscpValues,
    check=check,
)
