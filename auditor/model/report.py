"""Reports: one finding for every planned check, and the state of the endpoints."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from auditor.model.answer import Completeness, RequirementAnswer
from auditor.model.dated import FactsReference
from auditor.model.deployment import Deployment
from auditor.model.finding import Finding, Outcome
from auditor.model.rule import Citation
from auditor.model.scanner import ScannerVersions
from auditor.model.severity import Severity
from auditor.model.value import Value
from auditor.model.waiver import WaiverStatus


class Verdict(StrEnum):
    """The result of the whole audit."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class RuleSummary(Value):
    """What is true of a rule in this audit, written once for all its findings."""

    title: str
    group: str = Field(description="The heading its findings stand under")
    severity: Severity = Field(description="As the policy sets it")
    remedy: str = ""
    citations: tuple[Citation, ...] = ()
    requirements: tuple[str, ...] = Field(default=(), description="Ids from the policy's list of requirements")


class PolicyReference(Value):
    """The policy that the audit used."""

    id: str
    version: str
    title: str
    sha256: str
    facts: FactsReference | None = Field(default=None, description="The file of dated facts that it takes rows from")


class CertificateFacts(Value):
    """The facts of one certificate."""

    subject: str
    issuer: str
    serial_number: str = Field(description="Upper-case hexadecimal")
    not_before: datetime
    not_after: datetime
    key: str = Field(description="Such as RSA 2048 or EC secp256r1")
    signature_algorithm: str
    names: tuple[str, ...] = Field(description="Subject alternative names, as DNS:… IP:… URI:…")
    sha256: str = Field(description="SHA-256 of the DER, lower-case hexadecimal")
    certificate_authority: bool


class ChainSummary(Value):
    """One chain as sent, and the trust anchor it ends at."""

    versions: tuple[str, ...]
    certificates: tuple[str, ...] = Field(description="SHA-256 of each, keys of the report's certificates")
    anchor: str | None = Field(default=None, description="SHA-256 of the pinned root it ends at, if it does")
    anchor_name: str | None = None


class VersionSummary(Value):
    """One protocol version of one endpoint."""

    version: str
    spoken: bool | None
    suites: tuple[str, ...] = ()
    client_certificate: Literal["not requested", "optional", "required", "unknown", ""] = ""


class EndpointSummary(Value):
    """The state of one target, to read alongside the findings."""

    target: str
    perspective: str = Field(
        default="server",
        description="server, client, deployment, sdp, certificate for a file, trust-store, or owed if nobody listed it",
    )
    host: str | None = None
    address: str | None = None
    port: int | None = None
    service: str | None = None
    server_name: str | None = None
    site: str | None = Field(default=None, description="The site of the deployment it belongs to")
    connections: int | None = None
    seconds: float | None = None
    versions: tuple[VersionSummary, ...] = ()
    chains: tuple[ChainSummary, ...] = ()


class Report(Value):
    """An audit's result."""

    schema_version: Literal["2"] = "2"
    verdict: Verdict
    policy: PolicyReference
    auditor_version: str
    scanner: ScannerVersions | None = Field(
        default=None, description="What made the ClientHellos; none if no endpoint was connected to"
    )
    generated_at: datetime
    observed_at: datetime
    fail_on: Severity
    counts: dict[Outcome, int]
    rules: dict[str, RuleSummary] = Field(description="Every rule that a finding names, by its id")
    findings: tuple[Finding, ...]
    requirements: tuple[RequirementAnswer, ...] = Field(
        default=(), description="One answer for each requirement of the documents behind the policy"
    )
    completeness: Completeness | None = Field(
        default=None, description="How many requirements are answered; null if the policy names no requirements"
    )
    certificates: dict[str, CertificateFacts] = Field(default={}, description="Every certificate seen, by its SHA-256")
    endpoints: tuple[EndpointSummary, ...] = ()
    deployment: Deployment | None = Field(default=None, description="As declared, or as proven by files")
    waivers: tuple[WaiverStatus, ...] = Field(default=(), description="Every waiver that was given")
    notes: tuple[str, ...] = Field(default=(), description="Notes to the reader that are not findings")
