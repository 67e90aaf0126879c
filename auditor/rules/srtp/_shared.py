"""Shared by the SRTP rules: the parts of a session description that they judge."""

from collections.abc import Iterable, Iterator

from auditor.model.observation import MediaSeen, SdpSeen
from auditor.model.subject import MediaSubject


def judged(seen: Iterable[SdpSeen]) -> tuple[SdpSeen, ...]:
    """The descriptions that the peer sent."""
    return tuple(found for found in seen if not found.ours)


def section_subject(seen: SdpSeen, index: int) -> MediaSubject:
    """The media section at ``index``, from 0."""
    return MediaSubject(source=seen.source, section=index + 1, media=seen.media[index].media)


def sections(seen: SdpSeen) -> Iterator[tuple[MediaSubject, MediaSeen]]:
    """The media sections that were not rejected (port 0, RFC 3264 section 6)."""
    for index, media in enumerate(seen.media):
        if media.port:
            yield section_subject(seen, index), media


def active(seen: SdpSeen) -> Iterator[tuple[MediaSubject, MediaSeen]]:
    """The sections over which media may flow."""
    return ((subject, media) for subject, media in sections(seen) if media.direction != "inactive")


def active_audio(seen: SdpSeen) -> tuple[tuple[MediaSubject, MediaSeen], ...]:
    """The sections that carry the voice of a call."""
    return tuple((subject, media) for subject, media in active(seen) if media.media == "audio")


def without_active_audio(seen: SdpSeen) -> bool:
    """Whether an offer or answer has audio sections and all are rejected or inactive: it shows nothing of a call.

    What is neither, such as an answer to OPTIONS, says with port 0 what its sender can do (RFC 3264 section 9).
    """
    return seen.role != "unknown" and any(media.media == "audio" for media in seen.media) and not active_audio(seen)
