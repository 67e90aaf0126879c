"""The vocabulary of SRTP in session descriptions, and which parts of a description count.

Sources: IANA "Session Description Protocol (SDP) Security Descriptions" (crypto suites, session parameters; RFC 4568,
RFC 5669, RFC 6188, RFC 7714), IANA "SDP Parameters" (transport protocols of the m= line).
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from auditor.model.observation import MediaSeen, SdpSeen

# Octets of master key and salt together.
KEY_OCTETS = {
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
    "F8_128_HMAC_SHA1_80": 30,
    "SEED_CTR_128_HMAC_SHA1_80": 30,
    "SEED_128_CCM_80": 28,
    "SEED_128_GCM_96": 28,
    "AES_192_CM_HMAC_SHA1_80": 38,
    "AES_192_CM_HMAC_SHA1_32": 38,
    "AES_256_CM_HMAC_SHA1_80": 46,
    "AES_256_CM_HMAC_SHA1_32": 46,
    "AEAD_AES_128_GCM": 28,
    "AEAD_AES_256_GCM": 44,
}

CryptoSuite: TypeAlias = Annotated[
    Literal[
        "AES_CM_128_HMAC_SHA1_80",
        "AES_CM_128_HMAC_SHA1_32",
        "F8_128_HMAC_SHA1_80",
        "SEED_CTR_128_HMAC_SHA1_80",
        "SEED_128_CCM_80",
        "SEED_128_GCM_96",
        "AES_192_CM_HMAC_SHA1_80",
        "AES_192_CM_HMAC_SHA1_32",
        "AES_256_CM_HMAC_SHA1_80",
        "AES_256_CM_HMAC_SHA1_32",
        "AEAD_AES_128_GCM",
        "AEAD_AES_256_GCM",
    ],
    Field(title="SRTP crypto suite"),
]
"""A suite that a policy may name."""

WEAKENING = ("UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP")
"""Session parameters that negotiate protection away (RFC 4568 sections 6.3.2 and 6.3.3)."""
HARMLESS = ("KDR", "FEC_ORDER", "FEC_KEY", "WSH")
"""The other session parameters of RFC 4568 section 6.3."""
UNKNOWN = "unknown"
"""Stands for a session parameter, a medium or a profile whose name is not shown, as it could be anything."""

SECURE_PROFILES = frozenset(
    {"RTP/SAVP", "RTP/SAVPF", "TCP/RTP/SAVP", "TCP/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"}
)
PLAIN_PROFILES = frozenset({"RTP/AVP", "RTP/AVPF", "TCP/RTP/AVP", "TCP/RTP/AVPF"})
OTHER_PROFILES = frozenset(
    {
        "UDP",
        "UDPTL",
        "TCP",
        "UDP/TLS/UDPTL",
        "TCP/MSRP",
        "TCP/TLS/MSRP",
        "TCP/BFCP",
        "TCP/TLS/BFCP",
        "UDP/BFCP",
        "DTLS/SCTP",
        "UDP/DTLS/SCTP",
        "TCP/DTLS/SCTP",
        "TCP/DTLS/RTP/SAVP",
        "TCP/DTLS/RTP/SAVPF",
        "VAT",
        "RTP",
    }
)
"""What else stands in m= lines and may be shown."""
MEDIA = ("audio", "video", "text", "application", "message", "image")
"""RFC 8866 section 8.2.1 and RFC 6466."""


def judged(seen: Iterable[SdpSeen]) -> tuple[SdpSeen, ...]:
    """The descriptions of the other side."""
    return tuple(found for found in seen if not found.ours)


def sections(seen: SdpSeen) -> Iterator[tuple[str, MediaSeen]]:
    """The media sections that were not rejected (port 0, RFC 3264 section 6), each with the words to name it by."""
    for number, media in enumerate(seen.media, 1):
        if media.port:
            yield f"{seen.source}, media {number} ({media.media})", media


def active(seen: SdpSeen) -> Iterator[tuple[str, MediaSeen]]:
    """The sections over which media are to flow at all."""
    return ((name, media) for name, media in sections(seen) if media.direction != "inactive")


def active_audio(seen: SdpSeen) -> tuple[tuple[str, MediaSeen], ...]:
    """The sections that a call's voice is to use."""
    return tuple((name, media) for name, media in active(seen) if media.media == "audio")


def voiceless(seen: SdpSeen) -> bool:
    """Whether an offer or answer has audio sections and all are rejected or on hold: it shows nothing of a call.

    What is neither, such as an answer to OPTIONS, says with port 0 what its sender can do (RFC 3264 section 9).
    """
    return seen.role != "unknown" and any(media.media == "audio" for media in seen.media) and not active_audio(seen)


def protection(media: MediaSeen) -> str:
    """How the media are protected, for a sentence: the profile, the suites and other ways of keying."""
    keyed = list(dict.fromkeys(crypto.suite for crypto in media.cryptos))
    keyed += ["DTLS-SRTP"] if media.fingerprint else []
    keyed += ["MIKEY"] if media.key_management else []
    keyed += [media.malformed[0]] if media.malformed else []
    few = keyed if len(keyed) <= 4 else [*keyed[:4], f"{len(keyed) - 4} more"]
    return f"{media.profile} with {', '.join(few)}" if few else f"{media.profile} without a key"
