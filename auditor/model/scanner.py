"""The versions of the scanner underneath: sslyze, its binding nassl, and the OpenSSL libraries in nassl."""

from pydantic import Field

from auditor.model.value import Value


class ScannerVersions(Value):
    """What made the ClientHellos of a run, or of a scan that somebody else ran."""

    sslyze: str
    nassl: str | None = Field(default=None, description="None if unknown, as for an existing scan of sslyze")
    openssl: tuple[str, ...] = Field(default=(), description="The OpenSSL libraries in nassl, newest first")
