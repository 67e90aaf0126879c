"""The roots in a file that an endpoint verifies its peers with."""

from typing import ClassVar, Literal

from pydantic import Field

from auditor.model.observation.seen import Der, Seen
from auditor.model.target import Perspective
from auditor.model.value import Value


class TrustSettings(Value):
    """OpenSSL's settings behind a certificate (TRUSTED CERTIFICATE) that exclude it from a purpose."""

    sha256: str = Field(description="SHA-256 of the certificate's DER, lower-case hexadecimal")
    excluded: tuple[Literal["serverAuth", "clientAuth"], ...] = Field(
        min_length=1, description="Purposes of peers' certificates for which the root is not trusted"
    )


class TrustStoreSeen(Seen):
    """The certificates of one trust store."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset({Perspective.TRUST_STORE})

    kind: Literal["trust-store"] = "trust-store"
    certificates: tuple[Der, ...] = Field(min_length=1, description="In the order of the file, duplicates included")
    settings: tuple[TrustSettings, ...] = Field(default=(), description="Certificates that are trusted in part only")
