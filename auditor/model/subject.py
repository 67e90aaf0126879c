"""Subjects of remarks: one value for each kind, and one function that writes any of them as text.

A subject carries its parts, so no code parses texts to learn which site, version or certificate was
meant.  Every text in a subject that came from a peer has passed the sanitiser before it is put here.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from auditor.model.value import Value

Digest: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]*$", description="SHA-256, lower-case hexadecimal")]
SHOWN_DIGITS = 12
"""Hexadecimal digits of a SHA-256 shown in texts."""


class WholeTarget(Value):
    """The target itself, which the finding names."""

    kind: Literal["target"] = "target"


class Named(Value):
    """A subject with a name and no further parts, such as a root, a weakness, or a subject of an old report."""

    kind: Literal["named"] = "named"
    name: str


class ProtocolVersionSubject(Value):
    """One protocol version, or alternatives of which one is enough."""

    kind: Literal["protocol-version"] = "protocol-version"
    versions: tuple[str, ...] = Field(min_length=1, description="Such as TLSv1.2")


class CipherSuiteSubject(Value):
    """One cipher suite in one protocol version."""

    kind: Literal["cipher-suite"] = "cipher-suite"
    version: str | None = Field(default=None, description="None if it applies to every version")
    suite: str = Field(description="IANA name")


class GroupSubject(Value):
    """One key-exchange group in one protocol version."""

    kind: Literal["group"] = "group"
    version: str | None = None
    group: str


class SignatureSchemeSubject(Value):
    """One signature scheme of a handshake in one protocol version."""

    kind: Literal["signature-scheme"] = "signature-scheme"
    version: str | None = None
    scheme: str


class WeaknessSubject(Value):
    """One known weakness of TLS implementations."""

    kind: Literal["weakness"] = "weakness"
    weakness: str = Field(description="Such as heartbleed")


class PortSubject(Value):
    """One port."""

    kind: Literal["port"] = "port"
    transport: Literal["tcp", "udp"]
    port: int


class ClientHelloSubject(Value):
    """The ClientHello, or one part of it."""

    kind: Literal["client-hello"] = "client-hello"
    part: str = Field(default="", description="Such as older versions; empty for the whole")


class CertificateCaseSubject(Value):
    """One certificate presented to a peer to test whether the peer accepts it."""

    kind: Literal["certificate-case"] = "certificate-case"
    case: str = Field(description="Such as self-signed or wrong-name")
    version: str | None = Field(default=None, description="The protocol version it was presented in")
    root: str | None = Field(default=None, description="The root whose forged issuer signed it")


class RootSubject(Value):
    """One root certificate by its name."""

    kind: Literal["root"] = "root"
    root: str
    version: str | None = Field(default=None, description="The protocol version it was tested in")
    chain: str = Field(default="", description="Name of the leaf whose chain ends at the root")
    chain_sha256: Digest = ""


class CertificateSubject(Value):
    """One certificate, or a part of it."""

    kind: Literal["certificate"] = "certificate"
    name: str = Field(description="Its common name, or another name if it has none")
    sha256: Digest
    position: int | None = Field(default=None, description="Its position in the chain as sent, from 1")
    chain: str = Field(default="", description="Name of the leaf of that chain, if that is another certificate")
    chain_sha256: Digest = ""
    root: str = Field(default="", description="Name of the root that the chain of this certificate ends at")
    code: str = Field(default="", description="The linter's id of the finding")


class CertificationRequestSubject(Value):
    """One certification request (RFC 2986)."""

    kind: Literal["certification-request"] = "certification-request"
    name: str = ""
    sha256: Digest = ""


class PrivateKeySubject(Value):
    """One private key, identified by its public half."""

    kind: Literal["private-key"] = "private-key"
    sha256: Digest = Field(description="Of the SubjectPublicKeyInfo")


class DeclaredSubject(Value):
    """A part of the declared deployment: a section of the inventory, one entry of it, or one field.

    ``part`` and ``names`` alone say which element it is.  ``part`` is a section of the inventory: deployment, regions,
    sites, links, cross_connects, circuits, maps, qos or attestations.  ``names`` is empty for the section as a whole,
    and otherwise holds what identifies the entry: the name of a site, a region or a circuit; the location of a MAPS
    peering; the site and the region of a link, in this order; the two sites of a cross-connect in alphabetical order;
    the statement of an attestation.  A name in DNS is a ``DnsNameSubject``.
    """

    kind: Literal["declared"] = "declared"
    part: str = Field(description="The section of the inventory, such as sites or deployment")
    names: tuple[str, ...] = Field(default=(), description="What identifies the entry; empty for the whole section")
    field: str = Field(default="", description="The field, such as media, nat.pool or bgp_sessions")
    entry: str = Field(default="", description="The entry of that field, such as primary of bgp_sessions")
    entry_field: str = Field(default="", description="The field of that entry, such as prefix")
    items: str = Field(default="", description="Items of the connectivity page, such as items 3 and 6")

    def named(self, *names: str) -> "DeclaredSubject":
        """The entry of this section with these names."""
        return self.model_copy(update={"names": names})

    def at(self, field: str, entry: str = "", entry_field: str = "", *, items: str = "") -> "DeclaredSubject":
        """A field of this section or entry."""
        return self.model_copy(update={"field": field, "entry": entry, "entry_field": entry_field, "items": items})

    @property
    def any_entry(self) -> "DeclaredSubject":
        """The same field of whichever entry."""
        return self.model_copy(update={"names": (), "entry": "", "items": ""})


class DnsNameSubject(Value):
    """One name in DNS."""

    kind: Literal["dns-name"] = "dns-name"
    name: str


class MediaSubject(Value):
    """A session description, one media section of it, or one crypto attribute of that."""

    kind: Literal["media"] = "media"
    source: str = Field(description="Where the description was found")
    section: int | None = Field(default=None, description="The media section, from 1")
    media: str = Field(default="", description="Such as audio")
    tag: int | None = Field(default=None, description="Tag of the crypto attribute (RFC 4568 section 9.1)")


class SipMessageSubject(Value):
    """One SIP message, or a part of it."""

    kind: Literal["sip-message"] = "sip-message"
    source: str
    part: str = ""


Subject: TypeAlias = Annotated[
    WholeTarget
    | Named
    | ProtocolVersionSubject
    | CipherSuiteSubject
    | GroupSubject
    | SignatureSchemeSubject
    | WeaknessSubject
    | PortSubject
    | ClientHelloSubject
    | CertificateCaseSubject
    | RootSubject
    | CertificateSubject
    | CertificationRequestSubject
    | PrivateKeySubject
    | DeclaredSubject
    | DnsNameSubject
    | MediaSubject
    | SipMessageSubject,
    Field(discriminator="kind"),
]

TARGET = WholeTarget()
_BETWEEN = {"links": " to ", "cross_connects": " and "}


def subject_text(subject: Subject) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    """Write a subject as text; the target itself is the empty text, because every finding names it already."""
    match subject:
        case WholeTarget():
            return ""
        case Named(name=name):
            return name
        case ProtocolVersionSubject(versions=versions):
            return " or ".join(versions)
        case CipherSuiteSubject(suite=suite):
            return suite
        case GroupSubject(group=group):
            return group
        case SignatureSchemeSubject(scheme=scheme):
            return scheme
        case WeaknessSubject(weakness=weakness):
            return weakness
        case PortSubject():
            return f"{subject.transport.upper()} port {subject.port}"
        case ClientHelloSubject(part=part):
            return part or "ClientHello"
        case CertificateCaseSubject():
            root = f"({subject.root})" if subject.root else ""
            return " ".join(filter(None, (subject.version, subject.case, root)))
        case RootSubject():
            root = " ".join(filter(None, (subject.version, subject.root)))
            return f"{root}, root of {_with_digest(subject.chain, subject.chain_sha256)}" if subject.chain else root
        case CertificateSubject():
            return _certificate_text(subject)
        case CertificationRequestSubject():
            return _with_digest(subject.name, subject.sha256) if subject.name else "certification request"
        case PrivateKeySubject(sha256=digest):
            return f"private key (public half sha256 {digest[:SHOWN_DIGITS]})"
        case DeclaredSubject():
            return _declared_text(subject)
        case DnsNameSubject(name=name):
            return name
        case MediaSubject():
            section = f", media {subject.section} ({subject.media})" if subject.section is not None else ""
            return f"{subject.source}{section}{'' if subject.tag is None else f', tag {subject.tag}'}"
        case SipMessageSubject(source=source, part=part):
            return f"{source}: {part}" if part else source


def _certificate_text(subject: CertificateSubject) -> str:
    text = _with_digest(subject.name, subject.sha256)
    if subject.position is not None:
        text += f", certificate {subject.position}"
        if subject.chain:
            text += f" of {_with_digest(subject.chain, subject.chain_sha256)}"
    if subject.root:
        text += f", under {subject.root}"
    return f"{text}: {subject.code}" if subject.code else text


def _declared_text(subject: DeclaredSubject) -> str:
    names = f"[{_BETWEEN.get(subject.part, ', ').join(subject.names)}]" if subject.names else ""
    field = f".{subject.field}" if subject.field else ""
    entry = f"[{subject.entry}]" if subject.entry else ""
    entry_field = f".{subject.entry_field}" if subject.entry_field else ""
    items = f" ({subject.items})" if subject.items else ""
    return f"{subject.part}{names}{field}{entry}{entry_field}{items}"


def _with_digest(name: str, digest: str) -> str:
    return f"{name} (sha256 {digest[:SHOWN_DIGITS]})" if digest else name
