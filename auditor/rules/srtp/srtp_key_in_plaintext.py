"""The key of a call stands in its signalling, so the call is no more secret than the signalling is.

With SDP security descriptions whoever reads the SIP messages can decrypt the media.  Crypto lines may travel inside TLS
only.  A k= line, which RFC 8866 forbids, is a key in the open wherever it stands.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import judged

_INSIDE_TLS = "keys inside TLS only"


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """No crypto line was seen outside TLS, and no k= line anywhere."""
    proven = False
    for seen in judged(evidence.seen):
        if seen.clear_key or any(media.clear_key for media in seen.media):
            yield Violation(subject=seen.source, expected="no k= line", observed="a k= line, which may hold a key")
        keyed = seen.malformed or any(media.cryptos or media.malformed for media in seen.media)
        proven = proven or (bool(keyed) and seen.transport == "tls")
        if seen.transport in ("tls", "file"):
            continue
        over = seen.transport.upper()
        if keyed:
            yield Violation(subject=seen.source, expected=_INSIDE_TLS, observed=f"crypto lines over {over} without TLS")
        elif any(media.key_management for media in seen.media):
            reason = f"a MIKEY message over {over} without TLS; whether it encrypts the key cannot be seen"
            yield Doubt(subject=seen.source, reason=reason)
    if not proven:
        yield NotApplicable(reason="no key was seen, or a file does not say how its messages travelled")


RULE = Rule(
    id="srtp-key-in-plaintext",
    title="An SRTP key travels where anybody on the path can read it",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 4568", section="8.3", url="https://www.rfc-editor.org/rfc/rfc4568#section-8.3"),
        Citation(document="RFC 8643", section="4", url="https://www.rfc-editor.org/rfc/rfc8643#section-4"),
        Citation(document="RFC 8866", section="5.12", url="https://www.rfc-editor.org/rfc/rfc8866#section-5.12"),
    ),
    remedy="Send and accept SRTP keys over SIP with TLS only, and switch SRTP off where signalling is UDP or TCP.",
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
