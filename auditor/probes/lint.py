"""pkilint's findings about certificates, from a separate process.

pkilint is an extra (``lint``).  A peer's certificate goes through its decoders and patterns, which were not written for
hostile input, so the process is killed at its deadline.  ``python -m auditor.probes.lint`` is that process: one JSON
request on standard input, one JSON answer on standard output.  The codes are pkilint's own.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, TypeAlias

from auditor.certificates.read import ChainTooLarge, MalformedCertificate, read_chain
from auditor.model.asks import Asks
from auditor.model.observation import (
    LINT_SEVERITIES,
    CertificateChainSeen,
    CertificateLint,
    LintFinding,
    LintProfile,
    LintSeen,
    NotAttempted,
    NotObserved,
    Observation,
)
from auditor.probes.budget import CANCELLED
from auditor.sanitise import clean

SECONDS: Final = 60.0
"""Time limit for one chain, which takes about a second."""
MOST: Final = 100
"""The most findings kept for one certificate."""
INSTALL: Final = "pkilint is not installed beside the auditor: python -m pip install 'pkilint>=0.13.3,<0.14'"
_BROKEN: Final = "base.unhandled_exception"
"""The code of a failure of pkilint itself, not of the certificate."""
_Lint: TypeAlias = tuple[tuple[CertificateLint, ...], str]
"""What was found in each certificate, or why linting failed."""


def with_lint(
    observations: Sequence[Observation], asks: Asks, cancelled: Callable[[], bool] = lambda: False
) -> list[Observation]:
    """Return the observations, with pkilint's findings about every chain if the plan requests them.

    Once ``cancelled`` returns true, the chains that are left are not linted, and say so.  A target whose chains were
    not observed, or not all of them, is not linted for the same reason.
    """
    return [*observations, *_linted(observations, asks, cancelled)] if "lint" in asks.kinds else [*observations]


def _linted(observations: Sequence[Observation], asks: Asks, cancelled: Callable[[], bool]) -> Iterator[Observation]:
    profiles = sorted(asks.lint_profiles)
    release = _installed()
    chains = {
        (seen.target, seen.certificates): seen.at
        for seen in observations
        if isinstance(seen, CertificateChainSeen) and (seen.certificates or seen.request)
    }
    questions = list(dict.fromkeys((chain, profile) for _, chain in chains if chain for profile in profiles))

    def answer(question: tuple[tuple[bytes, ...], LintProfile]) -> _Lint:
        return ((), CANCELLED) if cancelled() else lint(*question, release)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as executor:
        answers = dict(zip(questions, executor.map(answer, questions), strict=True))
    for (target, chain), at in chains.items():
        for profile in profiles:
            results, problem = answers.get((chain, profile), ((), ""))  # a certification request is not linted
            yield LintSeen(
                target=target,
                at=at,
                profile=profile,
                certificates=chain,
                results=results,
                linter=f"pkilint {release}" if release else "",
                problem=problem,
            )
    gaps = [seen for seen in observations if isinstance(seen, NotObserved | NotAttempted)]
    known = {(gap.target, gap.reason) for gap in gaps if gap.wanted == "lint"}
    for gap in gaps:
        if gap.wanted == "certificate-chain" and (gap.target, gap.reason) not in known:
            yield gap.model_copy(update={"wanted": "lint"})


def lint(certificates: tuple[bytes, ...], profile: LintProfile, release: str | None) -> _Lint:
    """Lint DER certificates; ``release`` is the version of pkilint, none where it is not installed.  Never raises.

    Everything in the result is sanitised.  A problem with one certificate leaves the whole chain unlinted.
    """
    try:
        read_chain(certificates)
    except (MalformedCertificate, ChainTooLarge) as error:
        return (), str(error)
    return ((), INSTALL) if release is None else _lint(certificates, profile)


def _lint(certificates: tuple[bytes, ...], profile: LintProfile) -> _Lint:
    request = {"profile": profile, "certificates": [base64.b64encode(der).decode("ascii") for der in certificates]}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "auditor.probes.lint"],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return (), f"pkilint gave no result within {SECONDS:.0f} s and was stopped"
    except OSError as error:
        return (), f"pkilint could not be started ({error.strerror or type(error).__name__})"
    try:
        found = json.loads(done.stdout)["findings"]
        if len(found) != len(certificates):
            return (), "pkilint did not lint every certificate"
        return tuple(_certificate(der, rows) for der, rows in zip(certificates, found, strict=True)), ""
    except (ValueError, TypeError, KeyError):
        return (), f"pkilint failed (exit code {done.returncode})"


def _installed() -> str | None:
    try:
        return clean(version("pkilint"), 40)
    except PackageNotFoundError:
        return None


def _certificate(der: bytes, rows: Sequence[Sequence[str]]) -> CertificateLint:
    findings = []
    failures = []
    for code, severity, where, message in rows:
        if code == _BROKEN:
            failures.append(clean(where, 160))
        else:
            found = {"code": clean(code, 120), "severity": severity}
            findings.append(
                LintFinding.model_validate({**found, "where": clean(where, 160), "message": clean(message, 240)})
            )
    return CertificateLint(
        sha256=hashlib.sha256(der).hexdigest(),
        findings=tuple(findings),
        failures=tuple(failures),
        complete=len(rows) < MOST,
    )


def _work(request: dict[str, Any]) -> dict[str, Any]:
    """What runs in the separate process: pkilint itself."""
    ders = [base64.b64decode(text) for text in request["certificates"]]
    return {"findings": [list(_rows(der, request["profile"])) for der in ders]}


def _rows(der: bytes, profile: LintProfile) -> Iterator[tuple[str, str, str, str]]:
    from pkilint import loader  # noqa: PLC0415 - an extra, and half a second to import

    document = loader.RFC5280CertificateDocumentLoader().load_der_document(der)
    results = _baseline_requirements(document) if profile == "cabf" else _rfc5280(document)
    rows = [
        (said.finding.code, said.finding.severity.name.lower(), result.node.path, said.message or "")
        for result in results
        for said in result.finding_descriptions
        if said.finding.severity.name.lower() in LINT_SEVERITIES
    ]
    # Worst first: the mildest are cut off.
    yield from sorted(rows, key=lambda row: (LINT_SEVERITIES.index(row[1]), *row))[:MOST]


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
    """The content decides which kind of certificate it is; findings that the requirements supersede are dropped."""
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
