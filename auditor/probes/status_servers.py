"""CRLs and OCSP responses fetched from the URLs in certificates; only on request."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from auditor.certificates.facts import label
from auditor.certificates.status import distribution_points, responders
from auditor.certificates.trust import anchor_of
from auditor.model.observation import (
    CertificateChainSeen,
    Observation,
    RevocationSeen,
    StatusSource,
    Undetermined,
)
from auditor.model.trust_anchor import TrustAnchor
from auditor.probes.fetch import Address, fetch, is_public
from auditor.sanitise import clean

MOST_URLS = 4
"""The limit for one certificate."""
MOST_FETCHES = 500
"""The limit for one run; the rest is reported as not requested.  Time and total size are limited likewise."""
MOST_SECONDS = 300.0
MAX_BYTES = 256 * 1024 * 1024

_Question: TypeAlias = tuple[Literal["ocsp", "crl"], str, bytes | None]
_TOO_MUCH = "not requested: the fetch limit of this run is used up"


def fetched(
    observations: Iterable[Observation],
    anchors: tuple[TrustAnchor, ...],
    allowed: Callable[[Address], bool] = is_public,
) -> Iterator[RevocationSeen]:
    """Fetch the CRLs and OCSP responses about every certificate that was seen, each URL once, roots excepted.

    ``allowed`` says which addresses may be connected to.
    """
    answers: dict[tuple[str, bytes | None], bytes | str] = {}
    end = time.monotonic() + MOST_SECONDS
    fetched_bytes = 0

    def answer(url: str, body: bytes | None) -> bytes | str:
        nonlocal fetched_bytes
        if (url, body) not in answers:
            spent = len(answers) >= MOST_FETCHES or fetched_bytes >= MAX_BYTES or time.monotonic() >= end
            found = answers[url, body] = _TOO_MUCH if spent else fetch(url, body, allowed=allowed)
            fetched_bytes += len(found)
        return answers[url, body]

    chains = {
        (seen.target, seen.certificates): seen.at
        for seen in observations
        if isinstance(seen, CertificateChainSeen) and seen.certificates
    }
    for (target, certificates), at in chains.items():
        path = anchor_of(certificates, anchors, at).path
        found: list[StatusSource] = []
        missing = [] if len(path) > 1 else [_missing("the issuer's certificate is missing")]
        for certificate, issuer in pairwise(path):
            questions = list(_questions(certificate, issuer))[:MOST_URLS]
            if not questions:
                missing.append(_missing(f"{label(certificate)} names neither a CRL nor an OCSP responder"))
            for form, url, body in questions:
                came = answer(url, body)
                if isinstance(came, bytes):
                    found.append(StatusSource(form=form, source="fetched", origin=clean(url), der=came))
                else:
                    missing.append(_missing(f"{clean(url)}: {clean(came)}"))
        yield RevocationSeen(
            target=target,
            at=at,
            certificates=certificates,
            asked=("fetched",),
            found=tuple(found),
            missing=tuple(missing),
        )


def _questions(certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[_Question]:
    urls = responders(certificate)
    if urls:
        # SHA-1 names the issuer here and protects nothing; many responders know no other hash (RFC 5019 section 2.1.1).
        builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - see above
        body = builder.build().public_bytes(Encoding.DER)
        yield from (("ocsp", url, body) for url in urls)
    yield from (("crl", url, None) for url in distribution_points(certificate))


def _missing(reason: str) -> Undetermined:
    return Undetermined(subject="fetched", reason=reason)
