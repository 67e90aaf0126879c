"""pkilint's findings about certificates, in a process of their own.

pkilint is an extra (``lint``): a peer's certificate goes through its decoders and patterns, which were not written for
hostile input, so the process is killed at its deadline.  ``python -m auditor.lint`` is that process: one JSON request
on standard input, one JSON answer on standard output.  The ids are pkilint's own; nothing it knows is written again.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, Literal, TypeAlias

from auditor.sanitise import clean

Profile: TypeAlias = Literal["rfc5280", "cabf"]
SECONDS: Final = 60.0
"""For one chain, which takes about a second."""
MOST: Final = 100
"""Findings of one certificate that are kept."""
INSTALL: Final = "pkilint is not installed beside the auditor: python -m pip install 'pkilint>=0.13.3,<0.14'"
# pkilint's severities, the worst first (pkilint.validation.ValidationFindingSeverity).
SEVERITIES: Final = ("fatal", "error", "warning", "notice", "info")
# An id that tells of a failure of pkilint itself, not of the certificate.
BROKEN: Final = "base.unhandled_exception"


@dataclass(frozen=True)
class LintFinding:
    """One finding about one certificate."""

    code: str
    """pkilint's id, as ``pkix.authority_key_identifier_extension_absent``."""
    severity: str
    """One of ``SEVERITIES``."""
    where: str
    """The field, as pkilint names it."""
    message: str


@dataclass(frozen=True)
class Linted:
    """What pkilint says of each certificate of a chain, in its order; or why it says nothing."""

    findings: tuple[tuple[LintFinding, ...], ...] = ()
    linter: str = ""
    """Name and version."""
    problem: str = ""


def lint(certificates: tuple[bytes, ...], profile: Profile) -> Linted:
    """Lint DER certificates by RFC 5280, or by the CA/Browser Forum's TLS Baseline Requirements.  Never raises.

    Everything in the result is sanitised.  A problem with one certificate leaves the whole chain unlinted.
    """
    return _lint(certificates, profile, _installed())


@lru_cache(maxsize=256)
def _lint(certificates: tuple[bytes, ...], profile: Profile, release: str | None) -> Linted:
    """Keep a failure as well: a rule that asks again must not wait again."""
    if release is None:
        return Linted(problem=INSTALL)
    request = {"profile": profile, "certificates": [base64.b64encode(der).decode("ascii") for der in certificates]}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "auditor.lint"],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Linted(problem=f"pkilint gave no result within {SECONDS:.0f} s and was stopped")
    try:
        answer = json.loads(done.stdout)
        found = tuple(tuple(map(_finding, rows)) for rows in answer["findings"])
    except (ValueError, TypeError, KeyError):
        return Linted(problem=f"pkilint failed (exit code {done.returncode})")
    if len(found) != len(certificates):
        return Linted(problem="pkilint did not look at every certificate")
    return Linted(found, f"pkilint {release}")


def _installed() -> str | None:
    try:
        return clean(version("pkilint"), 40)
    except PackageNotFoundError:
        return None


def _finding(row: list[str]) -> LintFinding:
    code, severity, where, message = row
    if severity not in SEVERITIES:
        raise ValueError(severity)
    return LintFinding(clean(code, 120), severity, clean(where, 160), clean(message, 240))


def _work(request: dict[str, Any]) -> dict[str, Any]:
    """In the process of its own: pkilint itself."""
    ders = [base64.b64decode(text) for text in request["certificates"]]
    return {"findings": [list(_rows(der, request["profile"])) for der in ders]}


def _rows(der: bytes, profile: Profile) -> Iterator[tuple[str, str, str, str]]:
    from pkilint import loader  # noqa: PLC0415 - an extra, and half a second to import

    document = loader.RFC5280CertificateDocumentLoader().load_der_document(der)
    results = _baseline_requirements(document) if profile == "cabf" else _rfc5280(document)
    rows = [
        (said.finding.code, said.finding.severity.name.lower(), result.node.path, said.message or "")
        for result in results
        for said in result.finding_descriptions
        if said.finding.severity.name.lower() in SEVERITIES
    ]
    # The worst first, so that what is cut off is the least.
    yield from sorted(rows, key=lambda row: (SEVERITIES.index(row[1]), *row))[:MOST]


def _rfc5280(document: Any) -> Any:  # noqa: ANN401 - pkilint has no types
    from pkilint.pkix import certificate, extension, name  # noqa: PLC0415 - as above

    decoding = certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS)
    validators = [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ]
    return certificate.create_pkix_certificate_validator_container(decoding, validators).validate(document.root)


def _baseline_requirements(document: Any) -> Any:  # noqa: ANN401 - as above
    """The kind of certificate is told from what stands in it, and what those requirements supersede is dropped."""
    from pkilint import finding_filter  # noqa: PLC0415 - as above
    from pkilint.cabf import serverauth  # noqa: PLC0415 - as above
    from pkilint.pkix import certificate  # noqa: PLC0415 - as above

    kind = serverauth.determine_certificate_type(document)
    container = certificate.create_pkix_certificate_validator_container(
        serverauth.create_decoding_validators(), serverauth.create_validators(kind, None)
    )
    filters = serverauth.create_serverauth_finding_filters(kind)
    return finding_filter.filter_results(filters, container.validate(document.root))[0]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_work(json.load(sys.stdin))))
