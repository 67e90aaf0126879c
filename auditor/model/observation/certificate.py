"""Certificates as sent or as stored in files, with their revocation status and lint results."""

from typing import ClassVar, Literal, TypeAlias, get_args

from pydantic import Field

from auditor.model.observation.seen import Der, Seen, Undetermined
from auditor.model.target import Perspective
from auditor.model.tls import ProtocolVersion
from auditor.model.value import Value


class CertificateChainSeen(Seen):
    """A certificate chain exactly as the endpoint sent it, or as a file holds it, leaf first."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset(
        {Perspective.SERVER, Perspective.CLIENT, Perspective.CERTIFICATE}
    )

    kind: Literal["certificate-chain"] = "certificate-chain"
    role: Literal["server", "client"] = Field(
        default="server", description="The TLS role in which the peer presented it"
    )
    versions: tuple[ProtocolVersion, ...] = Field(default=(), description="The protocol versions it was sent in")
    certificates: tuple[Der, ...] = ()
    leaf_position: int | None = Field(
        default=None, description="The leaf's position in a file whose order matters, from 1"
    )
    request: Der | None = Field(
        default=None, description="A certification request (RFC 2986), if there is no certificate yet"
    )


class CertificateFileSeen(Seen):
    """The related contents of a file or directory: certificates, requests, and public halves of keys."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.CERTIFICATE})

    kind: Literal["certificate-file"] = "certificate-file"
    certificates: tuple[Der, ...] = Field(default=(), description="End-entity certificates")
    requests: tuple[Der, ...] = Field(default=(), description="Certification requests")
    keys: tuple[Der, ...] = Field(default=(), description="SubjectPublicKeyInfo of each private key")
    closed_keys: int = Field(default=0, description="Private keys that are encrypted and were not opened")


class StatusSource(Value):
    """One CRL or OCSP response, exactly as received."""

    form: Literal["ocsp", "crl"]
    source: Literal["stapled", "file", "fetched"]
    origin: str = Field(default="", description="The file or the URL")
    der: Der


class RevocationSeen(Seen):
    """CRLs and OCSP responses about the certificates of one chain."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset(
        {Perspective.SERVER, Perspective.CLIENT, Perspective.CERTIFICATE}
    )

    kind: Literal["revocation"] = "revocation"
    certificates: tuple[Der, ...] = Field(description="The chain, leaf first")
    asked: tuple[Literal["stapled", "file", "fetched"], ...] = Field(description="Where the status was sought")
    found: tuple[StatusSource, ...] = ()
    missing: tuple[Undetermined, ...] = Field(default=(), description="What was sought and not found, and why")


class RenewalSeen(Seen):
    """A certificate, or a request for one, with the certificate it replaces."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.CERTIFICATE})

    kind: Literal["renewal"] = "renewal"
    source: str = Field(description="Where the old certificate was found")
    replaced: tuple[tuple[Der, ...], ...] = Field(description="The old chains, leaf first")
    chains: tuple[tuple[Der, ...], ...] = Field(default=(), description="The new chains, leaf first")
    requests: tuple[Der, ...] = ()


LintProfile: TypeAlias = Literal["rfc5280", "cabf"]
"""What a linter checks against: RFC 5280, or the CA/Browser Forum's TLS Baseline Requirements."""


LintSeverity: TypeAlias = Literal["fatal", "error", "warning", "notice", "info"]
"""A severity of pkilint (pkilint.validation.ValidationFindingSeverity)."""


LINT_SEVERITIES: tuple[LintSeverity, ...] = get_args(LintSeverity)
"""Worst first."""


class LintFinding(Value):
    """One finding of a linter about one certificate."""

    code: str = Field(description="The linter's own id, such as pkix.authority_key_identifier_extension_absent")
    severity: LintSeverity
    where: str = Field(description="The field, as the linter names it")
    message: str = ""


class CertificateLint(Value):
    """What a linter found in one certificate."""

    sha256: str = Field(description="SHA-256 of the certificate's DER, lower-case hexadecimal")
    findings: tuple[LintFinding, ...] = Field(default=(), description="Worst first")
    failures: tuple[str, ...] = Field(default=(), description="Fields at which the linter itself failed")
    complete: bool = Field(default=True, description="Whether all findings are here; the mildest are left out first")


class LintSeen(Seen):
    """What a linter found in the certificates of one chain."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset(
        {Perspective.SERVER, Perspective.CLIENT, Perspective.CERTIFICATE}
    )

    kind: Literal["lint"] = "lint"
    profile: LintProfile
    certificates: tuple[Der, ...] = Field(
        default=(), description="The chain, leaf first; none for a certification request, which is not linted"
    )
    results: tuple[CertificateLint, ...] = Field(
        default=(), description="One for each certificate; empty if linting failed"
    )
    linter: str = Field(default="", description="Name and version")
    problem: str = Field(default="", description="Why there are no results, as one sentence")
