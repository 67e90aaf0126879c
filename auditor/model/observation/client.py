"""What a client that connects to the listener offers, presents and accepts."""

from typing import ClassVar, Literal

from pydantic import Field

from auditor.model.observation.seen import Seen
from auditor.model.target import Perspective
from auditor.model.tls import ProtocolVersion


class ClientHelloSeen(Seen):
    """What a client offers in its ClientHello, in its own order."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.CLIENT})

    kind: Literal["client-hello"] = "client-hello"
    versions: tuple[str, ...] = Field(description="Such as TLSv1.2; unassigned numbers as hexadecimal")
    versions_complete: bool = Field(
        default=True,
        description="Whether the list is complete: the client listed its versions (RFC 9846 section 4.3.1), "
        "or older ones were tried; otherwise only the highest is known",
    )
    suites: tuple[str, ...] = Field(description="IANA names; unknown ones as hexadecimal")
    groups: tuple[str, ...] = ()
    signature_schemes: tuple[str, ...] = ()
    server_name: str | None = None


class ServerCertificateCaseSeen(Seen):
    """How a client treats a server that presents one particular, usually invalid, certificate."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.CLIENT})

    kind: Literal["server-certificate-case"] = "server-certificate-case"
    version: ProtocolVersion | None
    case: str = Field(description="The certificate that was presented, such as good or wrong-name")
    treatment: Literal["aborted", "continued", "undetermined"]
    evidence: str = ""
    spoke: bool = Field(default=False, description="Whether SIP or HTTP followed the handshake")


class ClientCertificatePresentedSeen(Seen):
    """Whether a client presents a certificate when the server requests one."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.CLIENT})

    kind: Literal["client-certificate-presented"] = "client-certificate-presented"
    version: ProtocolVersion | None
    presented: bool | None = Field(description="None if the handshake ended before this was known")
    evidence: str = ""
