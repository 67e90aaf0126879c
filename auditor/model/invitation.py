"""A call that may be made to learn how a peer answers an SRTP offer."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Invitation:
    """A test number, and the run's salt for the digests of the keys negotiated with it."""

    uri: str
    """Such as ``sip:+4930123@sbc.example.net``; free of line breaks."""
    salt: bytes = field(repr=False)
    """Never stored."""
