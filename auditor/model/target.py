"""What is audited: one service at one address."""

from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from auditor.model.value import Value


class Service(StrEnum):
    """The protocol spoken inside TLS; it decides what is asked after the handshake."""

    SIP = "sip"
    HTTPS = "https"


class Perspective(StrEnum):
    """From where a target is seen; it decides which rules can say something about it."""

    SERVER = "server"
    """The auditor connects to it."""
    CLIENT = "client"
    """It connects to the auditor."""
    SDP = "sdp"
    """Offers and answers in a file."""
    DEPLOYMENT = "deployment"
    """What is declared of sites, network and connection."""
    CERTIFICATE = "certificate"
    """A certificate, or a request for one, in a file."""


Role: TypeAlias = Literal["server", "client"]
"""A TLS role in which a certificate is used."""


class Target(Value):
    """One service at one address.  A host name with several addresses gives one target for each."""

    name: str = Field(description="Its name in reports: the inventory name, host:port, or host:port@address")
    host: str = Field(
        description="The host as it was given, in ASCII (IDNA A-labels), without a trailing dot; or an IP address"
    )
    port: int = Field(ge=1, le=65535)
    service: Service
    perspective: Perspective = Perspective.SERVER
    address: str | None = Field(
        default=None, description="The IP address to connect to; none when the name did not resolve"
    )
    server_name: str | None = Field(
        default=None, description="The DNS name sent as SNI and expected in the certificate; none for a bare address"
    )
    other_names: tuple[str, ...] = Field(default=(), description="Further names the certificate has to be for")
    roles: tuple[Role, ...] = Field(
        default=(), description="The TLS roles the certificate is used in; none leaves it to the policy"
    )
    site: str | None = Field(default=None, description="The site of the deployment it stands at")
    unresolved: str | None = Field(default=None, description="Why there is no address, as one sentence")

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the certificate has to be for."""
        return (*((self.server_name,) if self.server_name else ()), *self.other_names)
