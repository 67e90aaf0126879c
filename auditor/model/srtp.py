"""The vocabulary of SRTP in session descriptions.

Sources: IANA "Session Description Protocol (SDP) Security Descriptions" (crypto suites, session parameters; RFC 4568,
RFC 5669, RFC 6188, RFC 7714), IANA "SDP Parameters" (transport protocols of the m= line).
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

# Master key and salt together, in bytes.
KEY_LENGTHS = {
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
"""Replaces the name of an unknown session parameter, medium or profile, which could contain anything."""

SECURE_PROFILES = frozenset(
    {
        "RTP/SAVP",
        "RTP/SAVPF",
        "TCP/RTP/SAVP",
        "TCP/RTP/SAVPF",
        "UDP/TLS/RTP/SAVP",
        "UDP/TLS/RTP/SAVPF",
        "TCP/DTLS/RTP/SAVP",
        "TCP/DTLS/RTP/SAVPF",
        "DCCP/RTP/SAVP",
        "DCCP/RTP/SAVPF",
        "DCCP/TLS/RTP/SAVP",
        "DCCP/TLS/RTP/SAVPF",
    }
)
PLAIN_PROFILES = frozenset({"RTP/AVP", "RTP/AVPF", "TCP/RTP/AVP", "TCP/RTP/AVPF", "DCCP/RTP/AVP", "DCCP/RTP/AVPF"})
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
        "TCP/TLS",
        "VAT",
        "RTP",
    }
)
"""Other words of m= lines that may be shown."""
MEDIA = ("audio", "video", "text", "application", "message", "image")
"""RFC 8866 section 8.2.1 and RFC 6466."""
