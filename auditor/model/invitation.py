"""A call that may be made to learn how a peer answers an offer of SRTP."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Invitation:
    """A test number, and the run's salt for the keys that are agreed on with it."""

    uri: str
    """As ``sip:+4930123@sbc.example.net``; checked to hold nothing that could break a line."""
    salt: bytes = field(repr=False)
    """Never stored."""
