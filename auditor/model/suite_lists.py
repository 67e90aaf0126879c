"""Cipher suites by protocol version, as a policy lists them."""

from typing import Annotated

from pydantic import ConfigDict, Field

from auditor.model.rule import Params
from auditor.model.tls import ProtocolVersion
from auditor.model.vocabulary import words_of

_SUITES = "Cipher suites (IANA names) of this version"


class SuiteLists(Params):
    """One list per protocol version; a version without a list is left to ``protocol-not-allowed``."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_alias=True, serialize_by_alias=True)

    ssl_3_0: tuple[Annotated[str, words_of("suites-SSLv3")], ...] | None = Field(
        default=None, alias="SSLv3", description=_SUITES
    )
    tls_1_0: tuple[Annotated[str, words_of("suites-TLSv1.0")], ...] | None = Field(
        default=None, alias="TLSv1.0", description=_SUITES
    )
    tls_1_1: tuple[Annotated[str, words_of("suites-TLSv1.1")], ...] | None = Field(
        default=None, alias="TLSv1.1", description=_SUITES
    )
    tls_1_2: tuple[Annotated[str, words_of("suites-TLSv1.2")], ...] | None = Field(
        default=None, alias="TLSv1.2", description=_SUITES
    )
    tls_1_3: tuple[Annotated[str, words_of("suites-TLSv1.3")], ...] | None = Field(
        default=None, alias="TLSv1.3", description=_SUITES
    )

    def lists(self) -> dict[ProtocolVersion, tuple[str, ...]]:
        """The lists by version, oldest version first; a version without one is left out."""
        by_version = {
            ProtocolVersion.SSL_3_0: self.ssl_3_0,
            ProtocolVersion.TLS_1_0: self.tls_1_0,
            ProtocolVersion.TLS_1_1: self.tls_1_1,
            ProtocolVersion.TLS_1_2: self.tls_1_2,
            ProtocolVersion.TLS_1_3: self.tls_1_3,
        }
        return {version: names for version, names in by_version.items() if names is not None}
