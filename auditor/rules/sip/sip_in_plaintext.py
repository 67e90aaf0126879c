"""SIP without TLS can be read and changed on its way: numbers, routes, and the keys of the media.

The topmost Via names the transport of the message itself.  Other Vias name earlier hops, which may be inside a network,
and a Contact that of messages to come.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotTested, Remark, Violation, Warning
from auditor.model.observation import HopSeen, SipMessageSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import SipMessageSubject
from auditor.rules.sip._shared import hop_text, in_the_clear

_TLS = "TLS"
_MOST = 20
"""The most messages that a finding names one by one."""


def check(evidence: Evidence[SipMessageSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each message must be sent over TLS, and no header may name a transport without it."""
    failed = 0
    for seen in evidence.seen:
        remarks = list(_message(seen))
        failed += any(isinstance(remark, Violation) for remark in remarks)
        if failed <= _MOST:
            yield from remarks
    if failed > _MOST:
        subject = SipMessageSubject(source=evidence.target.name)
        yield Violation(subject=subject, expected=_TLS, observed=f"no TLS in {failed - _MOST} more messages")


def _message(seen: SipMessageSeen) -> Iterator[Remark]:
    subject = SipMessageSubject(source=seen.source)
    sent = [hop for hop in seen.hops if hop.field in ("Via", "Route", "Request-URI") and not _earlier(hop)]
    other = [hop for hop in seen.hops if hop not in sent]
    if seen.transport in ("udp", "tcp"):
        yield Violation(subject=subject, expected=_TLS, observed=f"{seen.transport.upper()} without TLS")
    elif clear := [hop for hop in sent if in_the_clear(hop)]:
        yield Violation(subject=subject, expected=_TLS, observed=hop_text(clear[0]))
    elif any(hop.transport == "unknown" for hop in sent):
        reason = "its topmost Via, Route or request-URI names no known transport, or port 5060 and none"
        yield Doubt(subject=subject, reason=reason)
    elif seen.transport == "file":
        reason = "a file does not prove how it was transported: use --transport, or a packet capture"
        yield NotTested(subject=subject, reason=reason, whole=True, closes="--transport, or a packet capture")
    for hop in [hop for hop in other if in_the_clear(hop)][:1]:
        yield Warning(subject=subject, expected=_TLS, observed=hop_text(hop))


def _earlier(hop: HopSeen) -> bool:
    return hop.field == "Via" and hop.position > 1


RULE = Rule(
    id="sip-in-plaintext",
    title="SIP message is sent without TLS",
    group=Group.SIP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 3261", section="26.2.1", url="https://www.rfc-editor.org/rfc/rfc3261#section-26.2.1"),
    ),
    remedy=(
        "Set the transport of the trunk to TLS, and remove UDP and TCP from Route, Record-Route and Contact headers."
    ),
    observes=SipMessageSeen,
    params=NoParameters,
    check=check,
)
