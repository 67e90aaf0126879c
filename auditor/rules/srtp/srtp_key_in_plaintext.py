"""The key of a call is in its signalling, so the call is only as secret as the signalling.

With SDP security descriptions, anyone who reads the SIP messages can decrypt the media.  Crypto attributes may be sent
only inside TLS.  RFC 8866 forbids the k= line, which exposes a key wherever it appears.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import MediaSubject
from auditor.rules.srtp._shared import judged

_INSIDE_TLS = "keys sent inside TLS only"


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """No crypto attribute may be sent outside TLS, and no k= line at all."""
    proven = False
    for seen in judged(evidence.seen):
        subject = MediaSubject(source=seen.source)
        if seen.clear_key or any(media.clear_key for media in seen.media):
            yield Violation(subject=subject, expected="no k= line", observed="k= line, which may contain a key")
        keyed = seen.malformed or any(media.cryptos or media.malformed for media in seen.media)
        proven = proven or (bool(keyed) and seen.transport == "tls")
        if seen.transport in ("tls", "file"):
            continue
        over = seen.transport.upper()
        if keyed:
            observed = f"crypto attributes over {over} without TLS"
            yield Violation(subject=subject, expected=_INSIDE_TLS, observed=observed)
        elif any(media.key_management for media in seen.media):
            reason = f"MIKEY message over {over} without TLS: whether it encrypts the key cannot be determined"
            yield Doubt(subject=subject, reason=reason)
    if not proven:
        yield NotApplicable(reason="no key was observed, or a file does not say how its messages were transported")


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
    remedy="Send and accept SRTP keys only over SIP with TLS, and disable SRTP on trunks that use UDP or TCP.",
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
