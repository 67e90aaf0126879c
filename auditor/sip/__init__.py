"""SDP and SIP messages → what they say about SRTP.  No key, and no text of a peer's own choosing, is in what comes out.

A key is replaced while it is read by a salted digest.  Nothing else is copied out of a description: media, profiles,
crypto suites and session parameters are kept where they are names known to a registry or cannot be a key, and what
cannot be read is described without being quoted.  A search for keys to black out would miss those in odd places; an
allow-list has nothing to miss.
"""

from auditor.sip.description import MOST_CRYPTOS, MOST_MEDIA, Around, MalformedSdp, Origin, describe
from auditor.sip.message import MAX_BYTES, MOST_MESSAGES, Captured, captured, descriptions, measured, paired

__all__ = [
    "MAX_BYTES",
    "MOST_CRYPTOS",
    "MOST_MEDIA",
    "MOST_MESSAGES",
    "Around",
    "Captured",
    "MalformedSdp",
    "Origin",
    "captured",
    "describe",
    "descriptions",
    "measured",
    "paired",
]
