"""SIP messages and session descriptions, without the keys in them."""

from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from auditor.model.observation.seen import Seen
from auditor.model.target import Perspective
from auditor.model.tls import ProtocolVersion
from auditor.model.value import Value

Transport: TypeAlias = Literal["tls", "tcp", "udp", "file"]
"""How a message was transported; a file does not show it."""


class SipOptionsSeen(Seen):
    """The answer to a SIP OPTIONS over TLS."""

    kind: Literal["sip-options"] = "sip-options"
    version: ProtocolVersion
    status: int
    reason: str = ""
    allow: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()


class HopSeen(Value):
    """What one entry of a header says about the transport of a hop.  A URI that names no transport says nothing."""

    field: Literal["Via", "Route", "Record-Route", "Request-URI", "Contact"]
    position: int = Field(ge=1, description="The entry, from the top; the topmost Via is the hop of this message")
    transport: Literal["tls", "tcp", "udp", "sctp", "tls-sctp", "ws", "wss", "unknown"] = Field(
        description="The IANA name; unknown for any other text"
    )


class AddressSeen(Value):
    """One address that a peer is told to send to.  No text of the peer's own is kept, so a host name is not."""

    place: Literal["c=", "a=candidate", "a=rtcp", "a=altc", "Contact"]
    address: str = Field(default="", description="The IP address, for the form address")
    form: Literal["address", "documentation", "name", "local-name", "placeholder", "unreadable"] = Field(
        description="documentation: an address that stands for another (RFC 5737); placeholder: none, such as 0.0.0.0; "
        "local-name: a host name of a domain such as local, or of one label"
    )


class KeySeen(Value):
    """An SRTP key that was read and discarded."""

    octets: int | None = Field(description="Length of key and salt after base64 decoding; None if it is not base64")
    digest: str = Field(description="Salted for this run: shows only whether keys are equal")


class CryptoSeen(Value):
    """One a=crypto line (RFC 4568 section 9.1), without its keys."""

    tag: int
    suite: str
    keys: tuple[KeySeen, ...] = ()
    parameters: tuple[str, ...] = Field(default=(), description="Names of the session parameters, in order")


class MediaSeen(Value):
    """One m= section of a session description (RFC 8866 section 5.14)."""

    media: str
    port: int
    profile: str = Field(description="Such as RTP/SAVP")
    cryptos: tuple[CryptoSeen, ...] = ()
    malformed: tuple[str, ...] = Field(default=(), description="What is wrong with unreadable crypto lines")
    fingerprint: bool = Field(default=False, description="Whether DTLS-SRTP is offered (RFC 5763)")
    key_management: bool = Field(default=False, description="Whether there is a MIKEY message (RFC 4567)")
    clear_key: bool = Field(default=False, description="Whether there is a k= line (RFC 4566 section 5.12)")
    direction: Literal["sendrecv", "sendonly", "recvonly", "inactive"] = "sendrecv"
    bundle_only: bool = Field(
        default=False, description="Whether port 0 means that it shares the port of another section (RFC 9143)"
    )
    plain_configuration: bool = Field(
        default=False, description="Whether a=pcfg offers a profile without SRTP beside that of the m= line (RFC 5939)"
    )
    addresses: tuple[AddressSeen, ...] = ()


class SdpSeen(Seen):
    """One session description."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER, Perspective.CLIENT, Perspective.SDP})

    kind: Literal["sdp"] = "sdp"
    source: str = Field(description="Where it was found: a file, an answer to OPTIONS, an INVITE")
    role: Literal["offer", "answer", "unknown"]
    transport: Transport
    hops: tuple[HopSeen, ...] = Field(default=(), description="What the SIP message around it says of its transport")
    capabilities: bool = Field(
        default=False, description="Whether it is the answer to OPTIONS: what its sender could do, and no call"
    )
    session: str = Field(default="", description="Salted for this run: equal within one call, empty if unknown")
    exchange: str = Field(default="", description="Salted likewise: equal for an offer and its answer within one call")
    ours: bool = Field(default=False, description="Whether the auditor sent it: used for comparison, never judged")
    media: tuple[MediaSeen, ...] = ()
    malformed: tuple[str, ...] = Field(
        default=(), description="Crypto lines above the first m= line, where they are not allowed"
    )
    clear_key: bool = Field(default=False, description="Whether there is a k= line above the first m= line")
    addresses: tuple[AddressSeen, ...] = Field(
        default=(), description="The c= line above the first m= line, for sections without their own"
    )


class DscpSeen(Seen):
    """Packets of one kind between two addresses that have one DSCP value (RFC 2474)."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SDP})

    kind: Literal["dscp"] = "dscp"
    traffic: Literal["sip", "audio", "video", "rtp"] = Field(
        description="rtp where the payload type does not say whether it is audio or video"
    )
    sender: str
    receiver: str
    value: int = Field(ge=0, le=63)
    packets: int


class SipMessageSeen(Seen):
    """One SIP message: its transport, its Contacts, and the length of its parts in bytes (0 for absent parts)."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SDP})

    kind: Literal["sip-message"] = "sip-message"
    source: str = Field(description="Where it was found")
    octets: int = Field(default=0, description="The whole message")
    request_uri: int = 0
    contact_uri: int = Field(default=0, description="The longest")
    userinfo: int = Field(default=0, description="The longest, of any URI")
    from_domain: int = 0
    header_name: int = Field(default=0, description="The longest")
    option_tags: int = Field(default=0, description="The longest Supported, Require or Proxy-Require header")
    option_tag: int = Field(default=0, description="The longest")
    transport: Transport = "file"
    hops: tuple[HopSeen, ...] = ()
    contacts: tuple[AddressSeen, ...] = ()
