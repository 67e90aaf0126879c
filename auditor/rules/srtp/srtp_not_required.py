"""Encryption that the other side may decline is not guaranteed.

RTP/AVP with a crypto attribute is opportunistic.  A peer that does not support SRTP gets the call in plain RTP, and so
does an attacker who removes the attribute on the way.  RFC 8643 says not to use it where SRTP is known to be required.
RTP/AVP without a crypto attribute is not encrypted at all.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import PLAIN_PROFILES, SECURE_PROFILES
from auditor.model.subject import MediaSubject
from auditor.rules.srtp._shared import active, judged, without_active_audio


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every active section that carries RTP must have a secure profile, and one must carry audio."""
    applies = False
    for seen in judged(evidence.seen):
        for subject, media in active(seen):
            profile = media.profile.upper()
            audio = media.media == "audio"
            applies = applies or audio or profile in PLAIN_PROFILES
            if profile in PLAIN_PROFILES:
                keyed = media.cryptos or media.malformed or media.fingerprint or media.key_management
                yield Violation(
                    subject=subject,
                    expected="RTP/SAVP or RTP/SAVPF",
                    observed=f"{media.profile} {'with keys: the peer may decline SRTP' if keyed else 'without keys'}",
                )
            elif audio and profile not in SECURE_PROFILES:
                yield Doubt(subject=subject, reason="the profile of the m= line is no known profile of RTP or SRTP")
        if without_active_audio(seen):
            applies = True
            yield Doubt(subject=MediaSubject(source=seen.source), reason="every audio section is rejected or inactive")
    if not applies:
        yield NotApplicable(reason="there is no active audio section")


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
