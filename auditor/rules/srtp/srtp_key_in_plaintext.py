"""The key of a call is in its signalling, so the call is only as secret as the signalling.

With SDP security descriptions, anyone who reads the SIP messages can decrypt the media.  Crypto attributes may be sent
only inside TLS, on every hop: a Via header names the transport of a hop that the message has passed, and a Route header
that of a hop to come.  RFC 8866 forbids the k= line, which exposes a key wherever it appears.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import MediaSubject
from auditor.rules.sip._shared import hop_text, in_the_clear
from auditor.rules.srtp._shared import judged

_INSIDE_TLS = "keys sent inside TLS only, on every hop"
_MOST_HOPS = 4
"""The most hops that one finding names."""


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """No crypto attribute may be sent outside TLS, and no k= line at all."""
    proven = False
    for seen in judged(evidence.seen):
        subject = MediaSubject(source=seen.source)
        if seen.clear_key or any(media.clear_key for media in seen.media):
            yield Violation(subject=subject, expected="no k= line", observed="k= line, which may contain a key")
        keyed = bool(seen.malformed) or any(media.cryptos or media.malformed for media in seen.media)
        clear = _in_the_clear(seen)
        proven = proven or (keyed and seen.transport == "tls")
        if keyed and clear:
            proven = True
            yield Violation(subject=subject, expected=_INSIDE_TLS, observed=f"crypto attributes {clear}")
        elif keyed and (unknown := [hop for hop in seen.hops if hop.field != "Contact" and hop.transport == "unknown"]):
            reason = f"a {unknown[0].field} with keys in its message names no known transport, or port 5060 and none"
            yield Doubt(subject=subject, reason=reason)
        elif keyed and seen.transport == "file":
            proven = True
            reason = "a file does not prove how it was transported: use --transport, or a packet capture"
            yield NotTested(subject=subject, reason=reason, whole=True, closes="--transport, or a packet capture")
        elif clear and any(media.key_management for media in seen.media):
            reason = f"MIKEY message {clear}: whether it encrypts the key cannot be determined"
            yield Doubt(subject=subject, reason=reason)
    if not proven:
        yield NotApplicable(reason="no key was observed")


def _in_the_clear(seen: SdpSeen) -> str:
    """How a message was sent without TLS; empty where nothing says that it was."""
    said = [f"over {seen.transport.upper()} without TLS"] if seen.transport in ("tcp", "udp") else []
    clear = [hop_text(hop) for hop in seen.hops if hop.field != "Contact" and in_the_clear(hop)]
    more = len(clear) - _MOST_HOPS
    named = [*clear[:_MOST_HOPS], f"{more} more"] if more > 0 else clear
    said += [f"in a message in which {', '.join(named)}"] if named else []
    return ", ".join(said)


RULE = Rule(
    id="srtp-key-in-plaintext",
    title="SRTP key is sent in plaintext",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 4568", section="8.3", url="https://www.rfc-editor.org/rfc/rfc4568#section-8.3"),
        Citation(document="RFC 8643", section="4", url="https://www.rfc-editor.org/rfc/rfc8643#section-4"),
        Citation(document="RFC 8866", section="5.12", url="https://www.rfc-editor.org/rfc/rfc8866#section-5.12"),
    ),
    remedy=(
        "Send and accept SRTP keys only over SIP with TLS, on every hop up to the gateway, and disable SRTP on trunks "
        "that use UDP or TCP."
    ),
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
