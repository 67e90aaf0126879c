"""Versions, cipher suites, groups, signatures and weaknesses of an endpoint, and its answers without TLS."""

from typing import ClassVar, Literal

from pydantic import Field

from auditor.model.observation.seen import Seen, Undetermined
from auditor.model.target import Perspective
from auditor.model.tls import ProtocolVersion
from auditor.model.value import Value


class AcceptedSuite(Value):
    """A cipher suite that the endpoint chose in a ServerHello."""

    name: str = Field(description="IANA name")
    encrypt_then_mac: bool | None = Field(
        default=None,
        description="CBC suites: whether encrypt-then-MAC (RFC 7366) was negotiated; None if it was not offered",
    )


class CipherSuitesSeen(Seen):
    """What one protocol version accepts.  ``accepted`` is in the order of the endpoint's picks."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER})

    kind: Literal["cipher-suites"] = "cipher-suites"
    version: ProtocolVersion
    accepted: tuple[AcceptedSuite, ...] = ()
    refused: tuple[str, ...] = Field(default=(), description="IANA names covered by a confirmed rejection")
    undetermined: tuple[Undetermined, ...] = Field(
        default=(), description="By IANA name: neither accepted nor rejected"
    )
    possibly_more: bool = Field(
        default=False, description="Whether the connection limit was reached while suites were still being accepted"
    )
    preference: Literal["server", "client"] | None = Field(
        default=None, description="Whose preference order decides; None if unknown"
    )
    prefers_cbc: bool | None = Field(
        default=None,
        description="Whether a CBC suite was chosen although the ClientHello put an accepted AEAD suite first",
    )
    exhaustive: tuple[str, ...] | None = Field(
        default=None, description="Suites that an exhaustive enumeration found accepted, if one was run"
    )
    evidence: tuple[str, ...] = Field(default=(), description="The decisive answers, one sentence each")

    @property
    def spoken(self) -> bool | None:
        """Whether the endpoint supports this version; None when unknown."""
        if self.accepted:
            return True
        return None if self.doubts else False

    @property
    def doubts(self) -> tuple[Undetermined, ...]:
        """What is undetermined; if nothing was tested at all, the version itself."""
        if self.accepted or self.refused or self.undetermined:
            return self.undetermined
        return (Undetermined(subject=self.version, reason="none of its cipher suites was tested"),)


class GroupsSeen(Seen):
    """Key-exchange groups of one protocol version."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER})

    kind: Literal["groups"] = "groups"
    version: ProtocolVersion
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()


class SignatureSchemesSeen(Seen):
    """Whether a ServerKeyExchange or CertificateVerify is signed with a weak hash when the client offers no better."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER})

    kind: Literal["signature-schemes"] = "signature-schemes"
    version: ProtocolVersion
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()


class PlaintextSeen(Seen):
    """Whether the service answers without TLS."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER})

    kind: Literal["plaintext"] = "plaintext"
    transport: Literal["tcp", "udp"]
    port: int
    answered: bool | None = Field(description="None when unknown")
    evidence: str = ""
    redirect: str = Field(
        default="", description="Scheme and host that an HTTP answer redirects to, such as https://sbc.example.net"
    )
    demands_tls: bool = Field(
        default=False, description="Whether an HTTP answer is 426 with TLS in its Upgrade field (RFC 2817 section 4.2)"
    )


class WeaknessSeen(Seen):
    """One known weakness, as sslyze's scan command judged it."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER})

    kind: Literal["weakness"] = "weakness"
    weakness: str
    vulnerable: bool | None = Field(description="None when unknown")
    evidence: str = ""
