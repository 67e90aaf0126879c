"""Encryption that the other side may decline is not required of anybody.

RTP/AVP with a crypto line is opportunistic: who does not know SRTP, or takes the line out on the way, gets the call in
plain RTP.  RFC 8643 says that where SRTP is known to be required this must not be used.  RTP/AVP without a crypto line
is not encrypted at all.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import SdpSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import PLAIN_PROFILES, SECURE_PROFILES, active, judged, voiceless


def check(evidence: Evidence[SdpSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every section in use that carries RTP has a secure profile, and there is one for audio."""
    spoken = False
    for seen in judged(evidence.seen):
        for name, media in active(seen):
            profile = media.profile.upper()
            audio = media.media == "audio"
            spoken = spoken or audio or profile in PLAIN_PROFILES
            if profile in PLAIN_PROFILES:
                keyed = media.cryptos or media.malformed or media.fingerprint or media.key_management
                yield Violation(
                    subject=name,
                    expected="RTP/SAVP or RTP/SAVPF",
                    observed=f"{media.profile} {'with keys: SRTP may be declined' if keyed else 'without keys'}",
                )
            elif audio and profile not in SECURE_PROFILES:
                yield Doubt(subject=name, reason="the profile of the m= line is none that is known for RTP or SRTP")
        if voiceless(seen):
            spoken = True
            yield Doubt(subject=seen.source, reason="every audio section is rejected or inactive")
    if not spoken:
        yield NotApplicable(reason="there is no audio section in use")


RULE = Rule(
    id="srtp-not-required",
    title="Media may flow without encryption",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 8643", section="4", url="https://www.rfc-editor.org/rfc/rfc8643#section-4"),
        Citation(document="RFC 3711", url="https://www.rfc-editor.org/rfc/rfc3711"),
    ),
    remedy=(
        "Set SRTP to mandatory on this trunk (not optional, preferred or best effort), so that m= lines say RTP/SAVP."
    ),
    observes=SdpSeen,
    params=NoParameters,
    check=check,
)
