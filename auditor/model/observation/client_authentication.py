"""How an endpoint treats clients with and without certificates."""

from typing import Any, ClassVar, Final, Literal, TypeAlias

from pydantic import Field, model_validator

from auditor.model.observation.seen import Der, Seen
from auditor.model.target import Perspective
from auditor.model.tls import ProtocolVersion

Treatment: TypeAlias = Literal["refused", "served", "undetermined"]
FORGED: Final = "impostor-root"
"""The case of a certificate whose issuer bears a root's name with another key; the root's name follows in brackets."""


class ClientCertificateSeen(Seen):
    """How a server treats a client without a certificate, in one protocol version."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER})

    kind: Literal["client-certificate"] = "client-certificate"
    version: ProtocolVersion
    requested: bool | None = Field(
        description="Whether a CertificateRequest arrived; None if the handshake failed before"
    )
    authorities: tuple[Der, ...] = Field(default=(), description="The CA names of the CertificateRequest, DER Names")
    trust_probe: bool = Field(default=False, description="Whether the trust probe (--trust-probe) was requested")
    without: Literal["refused", "served", "undetermined"] = Field(
        description="How a client without a certificate is treated: refused, served, or undetermined"
    )
    stage: Literal["handshake", "after-handshake", "after-request"] | None = Field(
        default=None, description="When the rejection or the answer came"
    )
    evidence: str = Field(default="", description="The evidence: the alert, the close or the application's status line")
    control: Literal["succeeded", "failed", "none"] = Field(
        default="none",
        description="Whether a client with a valid certificate (the control) was served; none without one",
    )


class ClientCertificateCaseSeen(Seen):
    """How a server treats a client that presents one particular, usually invalid, certificate."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER})

    kind: Literal["client-certificate-case"] = "client-certificate-case"
    version: ProtocolVersion
    case: str = Field(description="The certificate that was presented, such as self-signed or impostor-root (NAME)")
    forged_root: str | None = Field(
        default=None, description="Name of the root whose issuer was forged; none for other certificates"
    )
    treatment: Treatment
    stage: Literal["handshake", "after-handshake", "after-request"] | None = None
    evidence: str = ""
    control: Literal["succeeded", "failed", "none"] = Field(
        default="none", description="Whether a valid certificate (the control) was accepted before and after all cases"
    )

    @model_validator(mode="before")
    @classmethod
    def _as_once_written(cls, data: Any) -> Any:  # noqa: ANN401 - whatever pydantic is given
        """Read what earlier versions wrote: the name of the forged root in the name of the case alone."""
        if not isinstance(data, dict) or data.get("forged_root") is not None or not isinstance(data.get("case"), str):
            return data
        name, bracket, root = data["case"].removesuffix(")").partition(" (")
        return {**data, "forged_root": root} if bracket and name == FORGED else data


class RootTrustSeen(Seen):
    """Whether a peer trusts one root, determined by how it rejects a forged issuer with the root's name (opt-in)."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.SERVER, Perspective.CLIENT})

    kind: Literal["root-trust"] = "root-trust"
    version: ProtocolVersion
    root: str = Field(description="The root's name")
    trusted: bool | None = Field(description="None when unknown")
    evidence: str = ""
