"""A certificate without its private key cannot be used, and a server with another certificate's key does not start.

The two are easily mixed up at a renewal.  The audit looks only at the public half of a key, which the certificate
contains as well.
"""

from collections.abc import Iterator
from hashlib import sha256

from auditor.certificates.facts import Bearer, bearer_subject, public_info, signed_by_own_key
from auditor.certificates.read import MalformedCertificate, read, read_request
from auditor.model.finding import Doubt, NotTested, Remark, Violation
from auditor.model.observation import CertificateFileSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET, PrivateKeySubject


def check(evidence: Evidence[CertificateFileSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every certificate and request needs its key, every key its certificate, and every request its own signature."""
    for seen in evidence.seen:
        try:
            requests = [read_request(der) for der in seen.requests]
            bearers: list[Bearer] = [*map(read, seen.certificates), *requests]
        except MalformedCertificate as error:
            yield Doubt(subject=TARGET, reason=str(error))
            continue
        for request in requests:
            signed = signed_by_own_key(request)
            if signed is None:
                yield Doubt(
                    subject=bearer_subject(request),
                    reason="its signature uses an unknown algorithm and was not checked",
                )
            elif not signed:
                yield Violation(
                    subject=bearer_subject(request), expected="signed by its own key", observed="signed by another key"
                )
        yield from _keys(seen, bearers)


def _keys(seen: CertificateFileSeen, bearers: list[Bearer]) -> Iterator[Remark]:
    known = {public_info(bearer): bearer for bearer in bearers}
    if not seen.keys and not seen.closed_keys:
        yield NotTested(
            subject=bearer_subject(bearers[0]) if bearers else TARGET,
            reason="no private key was provided",
            whole=True,
            closes="auditor certificate FILE KEY, with the private key",
        )
        return
    for key in seen.keys:
        if key not in known and None not in known:  # it may belong to the one whose key is of an unknown type
            yield Violation(
                subject=PrivateKeySubject(sha256=sha256(key).hexdigest()),
                expected="key of a certificate in the same file",
                observed="key of none of them",
            )
    for public, bearer in known.items():
        if public is None:
            yield Doubt(
                subject=bearer_subject(bearer), reason="its public key is of an unknown type and was not compared"
            )
        elif public not in seen.keys and seen.closed_keys:
            yield Doubt(subject=bearer_subject(bearer), reason="the private key is encrypted and was not compared")
        elif public not in seen.keys:
            yield Violation(
                subject=bearer_subject(bearer),
                expected="its private key in the same file",
                observed="only private keys of others",
            )


RULE = Rule(
    id="certificate-key-mismatch",
    title="Private key does not match the certificate",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 9846", section="4.5.2", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2"),
        Citation(document="RFC 2986", section="4.2", url="https://www.rfc-editor.org/rfc/rfc2986#section-4.2"),
    ),
    remedy="Install the certificate together with the private key that its request was made with.",
    observes=CertificateFileSeen,
    params=NoParameters,
    check=check,
)
