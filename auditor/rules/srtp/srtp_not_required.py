"""Encryption that the other side may decline is not guaranteed.

RTP/AVP with a crypto attribute is opportunistic.  A peer that does not support SRTP gets the call in plain RTP, and so
does an attacker who removes the attribute on the way.  RFC 8643 says not to use it where SRTP is known to be required.
RTP/AVP without a crypto attribute is not encrypted at all.  Neither is fax over UDPTL, which no SRTP protects.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import MediaSeen, SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import PLAIN_PROFILES, SECURE_PROFILES, UNKNOWN
from auditor.model.subject import MediaSubject
from auditor.rules.srtp._shared import OF_A_CALL, carries_rtp, judged, nothing_accepted, sections

_SECURE = "RTP/SAVP or RTP/SAVPF"


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every section that is not rejected must have a secure profile, and one must not be rejected."""
    applies = False
    for seen in judged(evidence.seen):
        for subject, media in sections(seen):
            remark = _section(subject, media)
            applies = applies or carries_rtp(media) or remark is not None
            if remark:
                yield remark
        if why := nothing_accepted(seen):
            applies = True
            yield Doubt(subject=MediaSubject(source=seen.source), reason=why, closes=OF_A_CALL)
    if not applies:
        yield NotApplicable(reason="no media section carries RTP")


def _section(subject: MediaSubject, media: MediaSeen) -> Remark | None:
    profile = media.profile.upper()
    if profile in PLAIN_PROFILES:
        keyed = media.cryptos or media.malformed or media.fingerprint or media.key_management
        how = "with keys: the peer may decline SRTP" if keyed else "without keys"
        return Violation(subject=subject, expected=_SECURE, observed=f"{media.profile} {how}")
    if media.plain_configuration:
        observed = f"{media.profile}, with a profile without SRTP as an alternative (a=pcfg)"
        return Violation(subject=subject, expected=_SECURE, observed=observed)
    if profile in SECURE_PROFILES or (not carries_rtp(media) and "TLS" in profile):
        return None
    if carries_rtp(media) or profile == UNKNOWN.upper():
        return Doubt(subject=subject, reason="the profile of the m= line is no known profile of RTP or SRTP")
    observed = f"{media.profile}, which is not encrypted"
    return Warning(subject=subject, expected=_SECURE, observed=observed, unproven=True)


RULE = Rule(
    id="srtp-not-required",
    title="SRTP is not required",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 8643", section="4", url="https://www.rfc-editor.org/rfc/rfc8643#section-4"),
        Citation(document="RFC 3711", url="https://www.rfc-editor.org/rfc/rfc3711"),
    ),
    remedy=(
        "Set SRTP to mandatory on this trunk (not optional, preferred or best effort), so m= lines contain RTP/SAVP."
    ),
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
