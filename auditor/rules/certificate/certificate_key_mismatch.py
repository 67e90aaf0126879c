"""A certificate without its private key cannot be used, and a server that is given the key of another does not start.

The two are easily mixed up at a renewal.  Of a key no more is looked at than its public half, which is in the
certificate as well.
"""

from collections.abc import Iterator
from hashlib import sha256

from auditor.certificates.facts import Bearer, label, public_info, signed_by_own_key
from auditor.certificates.read import MalformedCertificate, read, read_request
from auditor.model.finding import Doubt, NotTested, Remark, Violation
from auditor.model.observation import CertificateFileSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[CertificateFileSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every certificate and every request has its key, every key its certificate, and a request its own signature."""
    for seen in evidence.seen:
        try:
            requests = [read_request(der) for der in seen.requests]
            bearers: list[Bearer] = [*map(read, seen.certificates), *requests]
        except MalformedCertificate as error:
            yield Doubt(subject=evidence.target.name, reason=str(error))
            continue
        for request in requests:
            signed = signed_by_own_key(request)
            if signed is None:
                yield Doubt(subject=label(request), reason="its signature is of a kind that cannot be checked")
            elif not signed:
                yield Violation(
                    subject=label(request), expected="signed by its own key", observed="signed by another key"
                )
        yield from _keys(seen, bearers)


def _keys(seen: CertificateFileSeen, bearers: list[Bearer]) -> Iterator[Remark]:
    known = {public_info(bearer): bearer for bearer in bearers}
    if not seen.keys and not seen.closed_keys:
        yield NotTested(
            subject=label(bearers[0]) if bearers else "file", reason="no private key was handed in", whole=True
        )
        return
    for key in seen.keys:
        if key not in known and None not in known:  # it may be that of the one whose key cannot be read
            yield Violation(
                subject=f"private key (public half sha256 {sha256(key).hexdigest()[:12]})",
                expected="the key of a certificate in the same file",
                observed="it belongs to none of them",
            )
    for public, bearer in known.items():
        if public is None:
            yield Doubt(subject=label(bearer), reason="its public key cannot be read")
        elif public not in seen.keys and seen.closed_keys:
            yield Doubt(subject=label(bearer), reason="the private key is encrypted and was not opened")
        elif public not in seen.keys:
            yield Violation(
                subject=label(bearer), expected="its private key", observed="private keys, and none of them is its own"
            )


RULE = Rule(
    id="certificate-key-mismatch",
    title="A certificate and the private key beside it do not belong together",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 8446", section="4.4.3", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.4.3"),
        Citation(document="RFC 2986", section="4.2", url="https://www.rfc-editor.org/rfc/rfc2986#section-4.2"),
    ),
    remedy="Put the certificate together with the private key that its request was made with.",
    observes=CertificateFileSeen,
    params=NoParameters,
    check=check,
)
