"""Shared by the rules about session descriptions: the parts that they judge."""

from collections.abc import Iterable, Iterator

from auditor.model.finding import NotApplicable, NotTested
from auditor.model.observation import MediaSeen, SdpSeen
from auditor.model.srtp import PLAIN_PROFILES, SECURE_PROFILES
from auditor.model.subject import TARGET, MediaSubject

DERIVED = "derived: the suite has the name of one of SDES, RFC 4568"
"""What a document says that names a suite and no way of exchanging keys."""
_RTP_MEDIA = ("audio", "video", "text")

OF_A_CALL = "auditor sdp FILE, of a call with media"
"""What closes it where every section of a description is rejected."""


def judged(seen: Iterable[SdpSeen]) -> tuple[SdpSeen, ...]:
    """The descriptions that the peer sent."""
    return tuple(found for found in seen if not found.ours)


def section_subject(seen: SdpSeen, index: int) -> MediaSubject:
    """The media section at ``index``, from 0."""
    return MediaSubject(source=seen.source, section=index + 1, media=seen.media[index].media)


def accepted(seen: SdpSeen, media: MediaSeen) -> bool:
    """Whether a section is not rejected: port 0 rejects it (RFC 3264 section 6), but for bundle-only (RFC 9143)."""
    return bool(media.port) or (media.bundle_only and seen.role != "answer")


def sections(seen: SdpSeen) -> Iterator[tuple[MediaSubject, MediaSeen]]:
    """The media sections that were not rejected, those on hold among them."""
    for index, media in enumerate(seen.media):
        if accepted(seen, media):
            yield section_subject(seen, index), media


def carries_rtp(media: MediaSeen) -> bool:
    """Whether it carries RTP, or may do so because its medium is one of RTP or its profile is not known."""
    profile = media.profile.upper()
    return profile in SECURE_PROFILES or profile in PLAIN_PROFILES or media.media in _RTP_MEDIA


def nothing_accepted(seen: SdpSeen) -> str:
    """Why an offer or answer shows nothing of a call: every section, or every one with voice, is rejected; or empty.

    An answer to OPTIONS says with port 0 what its sender can do (RFC 3264 section 9).
    """
    if seen.capabilities:
        return ""
    if not any(accepted(seen, media) for media in seen.media):
        return "every media section is rejected"
    voice = [accepted(seen, media) for media in seen.media if media.media == "audio"]
    return "every audio section is rejected" if voice and not any(voice) else ""


def nothing_keyed(seen: Iterable[SdpSeen], reason: str) -> NotApplicable | NotTested:
    """The remark of a rule about crypto attributes where there are none to judge."""
    for why in filter(None, map(nothing_accepted, judged(seen))):
        reason = f"{why}: provide an offer or answer that accepts one"
        return NotTested(subject=TARGET, reason=reason, whole=True, closes=OF_A_CALL)
    return NotApplicable(reason=reason)
