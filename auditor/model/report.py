"""The result: one finding for every check that was promised, and what the endpoints looked like."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from auditor.model.deployment import Deployment
from auditor.model.rule import Citation, Violation
from auditor.model.severity import Severity
from auditor.model.value import Value
from auditor.model.waiver import Waiver, WaiverStatus


class Outcome(StrEnum):
    """What came of a check."""

    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    WARN = "warn"
    NOT_TESTED = "not-tested"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105 - an outcome, no password
    NOT_APPLICABLE = "not-applicable"


class Verdict(StrEnum):
    """What came of the whole audit."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Finding(Value):
    """What one rule says about one target."""

    rule: str
    target: str
    outcome: Outcome
    severity: Severity
    title: str
    violations: tuple[Violation, ...] = ()
    reason: str = Field(default="", description="Why it is inconclusive, not tested or not applicable; empty otherwise")
    remediation: str = ""
    citations: tuple[Citation, ...] = ()
    requirements: tuple[str, ...] = ()
    basis: tuple[str, ...] = Field(
        default=(),
        description="What it rests on, where that is no observation: a declaration, or the files that prove it",
    )
    waiver: Waiver | None = Field(default=None, description="Who accepts the violation, where the outcome is waived")


class PolicyReference(Value):
    """Which policy judged."""

    id: str
    version: str
    title: str
    sha256: str


class CertificateFacts(Value):
    """What a reader wants to know of one certificate."""

    subject: str
    issuer: str
    serial_number: str = Field(description="Upper-case hexadecimal")
    not_before: datetime
    not_after: datetime
    key: str = Field(description="As RSA 2048 or EC secp256r1")
    signature_algorithm: str
    names: tuple[str, ...] = Field(description="Subject alternative names, as DNS:… IP:… URI:…")
    sha256: str = Field(description="SHA-256 of the DER, lower-case hexadecimal")
    certificate_authority: bool


class ChainSummary(Value):
    """One chain as it was sent, and the anchor it ends at."""

    versions: tuple[str, ...]
    certificates: tuple[CertificateFacts, ...]
    anchor: CertificateFacts | None = Field(default=None, description="The pinned root it ends at, if it does")
    anchor_name: str | None = None


class VersionSummary(Value):
    """One protocol version of one endpoint."""

    version: str
    spoken: bool | None
    suites: tuple[str, ...] = ()
    client_certificate: Literal["not requested", "optional", "required", "unknown", ""] = ""


class EndpointSummary(Value):
    """What one endpoint looked like, for reading beside the findings."""

    target: str
    host: str | None = Field(description="None for what is no endpoint: a file, or a deployment")
    address: str | None
    port: int | None = Field(description="As host; for a client that of the listener")
    service: str
    perspective: str = Field(default="server", description="server, client, deployment, sdp, or certificate for a file")
    server_name: str | None
    site: str | None = Field(default=None, description="The site of the deployment it stands at")
    connections: int | None = None
    seconds: float | None = None
    versions: tuple[VersionSummary, ...] = ()
    chains: tuple[ChainSummary, ...] = ()


class Report(Value):
    """An audit's result."""

    schema_version: Literal["1"] = "1"
    verdict: Verdict
    policy: PolicyReference
    auditor_version: str
    generated_at: datetime
    observed_at: datetime
    fail_on: Severity
    counts: dict[Outcome, int]
    findings: tuple[Finding, ...]
    endpoints: tuple[EndpointSummary, ...] = ()
    deployment: Deployment | None = Field(default=None, description="As it is declared, or proven by files")
    waivers: tuple[WaiverStatus, ...] = Field(default=(), description="Every waiver that was handed in")
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know that is no finding")
