"""What is audited: a server, a client, a file of certificates, a trust store, session descriptions, or a deployment."""

from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from auditor.model.value import Value


class Service(StrEnum):
    """The protocol inside TLS; it decides what the auditor sends after the handshake."""

    SIP = "sip"
    HTTPS = "https"


class Perspective(StrEnum):
    """The kind of target; it decides which rules can judge it."""

    SERVER = "server"
    """The auditor connects to it."""
    CLIENT = "client"
    """It connects to the auditor."""
    SDP = "sdp"
    """Session descriptions (offers and answers) in a file."""
    DEPLOYMENT = "deployment"
    """The declared sites, network and connection."""
    CERTIFICATE = "certificate"
    """A certificate, or a request for one, in a file."""
    TRUST_STORE = "trust-store"
    """The root certificates, in a file, that an endpoint verifies its peers with."""


OWED = "owed"
"""Stands for the perspective of an ``OwedTarget`` in reports."""


Role: TypeAlias = Literal["server", "client"]
"""A TLS role in which a certificate is used."""


class _Target(Value):
    """What every target has."""

    name: str = Field(description="Its name in reports: the inventory name, host:port, host:port@address, or a file's")

    @model_validator(mode="before")
    @classmethod
    def _as_once_written(cls, data: Any) -> Any:  # noqa: ANN401 - whatever pydantic is given
        """Read what earlier versions wrote: the fields of a server for every target, a made-up host and port too."""
        if not isinstance(data, dict) or not {"host", "port"} <= data.keys():
            return data
        own = {key: value for key, value in data.items() if key in cls.model_fields or key not in _ONCE_EVERYWHERE}
        if "names" in cls.model_fields:
            name = data.get("server_name")
            own.setdefault("names", (*((name,) if name else ()), *data.get("other_names", ())))
        return own


class ServerTarget(_Target):
    """One service at one address.  A host name with several addresses gives one target for each."""

    host: str = Field(
        description="The host as given, in ASCII (IDNA A-labels), without a trailing dot; or an IP address"
    )
    port: int = Field(ge=1, le=65535)
    service: Service
    perspective: Literal[Perspective.SERVER] = Perspective.SERVER
    address: str | None = Field(
        default=None, description="The IP address to connect to; None if the name did not resolve"
    )
    server_name: str | None = Field(
        default=None, description="The DNS name sent as SNI and expected in the certificate; None for a bare address"
    )
    other_names: tuple[str, ...] = Field(default=(), description="Further names that the certificate must contain")
    roles: tuple[Role, ...] = Field(
        default=(), description="The TLS roles the certificate is used in; None leaves it to the policy"
    )
    site: str | None = Field(default=None, description="The site of the deployment it belongs to")
    unresolved: str | None = Field(default=None, description="Why there is no address, as one sentence")

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the certificate must contain."""
        return (*((self.server_name,) if self.server_name else ()), *self.other_names)


class ClientTarget(_Target):
    """A client that connected to the auditor's listener."""

    address: str = Field(description="The IP address it connected from")
    port: int = Field(ge=1, le=65535, description="The port of the listener")
    service: Service
    perspective: Literal[Perspective.CLIENT] = Perspective.CLIENT
    server_name: str | None = Field(default=None, description="The DNS name expected in its certificate")

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the certificate must contain."""
        return (self.server_name,) if self.server_name else ()

    @property
    def roles(self) -> tuple[Role, ...]:
        """The TLS roles the certificate is used in; None leaves it to the policy."""
        return ()


class CertificateFileTarget(_Target):
    """A file that holds certificates, or requests for them."""

    service: Service = Field(description="The service they are meant for; it decides how names match")
    perspective: Literal[Perspective.CERTIFICATE] = Perspective.CERTIFICATE
    names: tuple[str, ...] = Field(
        default=(), description="DNS names or addresses that the certificate must contain, all of them"
    )
    roles: tuple[Role, ...] = Field(
        default=(), description="The TLS roles the certificate is used in; None leaves it to the policy"
    )


class _WithoutCertificate(_Target):
    """A target without a certificate of its own."""

    @property
    def service(self) -> Service:
        """Session descriptions and trunks of a deployment are those of SIP."""
        return Service.SIP

    @property
    def names(self) -> tuple[str, ...]:
        """No name: there is no certificate."""
        return ()

    @property
    def roles(self) -> tuple[Role, ...]:
        """No role: there is no certificate."""
        return ()


class SessionDescriptionTarget(_WithoutCertificate):
    """A file that holds session descriptions, or SIP messages with them."""

    perspective: Literal[Perspective.SDP] = Perspective.SDP
    vnet_injection: bool = Field(
        default=False, description="Whether the gateway is declared to be injected into a virtual network"
    )
    microsoft_peering: bool | None = Field(
        default=None, description="Whether the traffic is declared to cross Microsoft peering; None if unknown"
    )


class DeploymentTarget(_WithoutCertificate):
    """The deployment that an inventory declares."""

    perspective: Literal[Perspective.DEPLOYMENT] = Perspective.DEPLOYMENT


class TrustStoreTarget(_WithoutCertificate):
    """A file that holds the roots an endpoint verifies its peers with."""

    perspective: Literal[Perspective.TRUST_STORE] = Perspective.TRUST_STORE


Target: TypeAlias = Annotated[
    ServerTarget
    | ClientTarget
    | CertificateFileTarget
    | TrustStoreTarget
    | SessionDescriptionTarget
    | DeploymentTarget,
    Field(discriminator="perspective"),
]
"""Any target.  Each has ``names``, ``roles`` and ``service``."""


class OwedTarget(_Target):
    """Something that the deployment must have and that no target stands for, such as the endpoint of a site.

    It is planned like a target, and every one of its findings is not tested.  It is never in a file of observations.
    """

    stands_for: Perspective
    service: Service
    site: str | None = Field(default=None, description="The site that lacks it; None if it is the deployment's")
    closes: str = Field(description="What would put a target in its place, in one sentence")


_ONCE_EVERYWHERE = frozenset(
    {"host", "port", "service", "address", "server_name", "other_names", "roles", "site", "unresolved"}
)
"""Fields that every target had in observation files until each kind got its own."""
