"""A trust store should hold root certificates and nothing else.

An endpoint's own certificate or a leaf of a peer in it is the usual mistake when a root was meant: chains do not end
there, or that one certificate is trusted whatever its CA says.  Intermediate certificates, expired roots and duplicates
do no harm today, so they are warnings.
"""

from collections.abc import Iterator

from cryptography import x509

from auditor.certificates.dates import stale
from auditor.certificates.distinguished import same_name
from auditor.certificates.facts import certificate_subject, is_authority
from auditor.model.finding import Remark, Violation, Warning
from auditor.model.observation import TrustStoreSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.trust_store._shared import entries_of


def check(evidence: Evidence[TrustStoreSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every entry must be a CA certificate; it should be a root, in date, and there once."""
    entries, doubts = entries_of(evidence)
    yield from dict.fromkeys(doubts)
    known: set[x509.Certificate] = set()
    warned: set[x509.Certificate] = set()
    for certificate in (entry.certificate for entry in entries):
        subject = certificate_subject(certificate)
        if certificate in known:
            if certificate not in warned:
                yield Warning(subject=subject, expected="certificate once", observed="more than once")
            warned.add(certificate)
            continue
        known.add(certificate)
        self_issued = same_name(certificate.issuer, certificate.subject)
        # Before version 3 a certificate could not say whether it is a CA's (RFC 5280 section 6.1.4 (k)).
        if not is_authority(certificate) and not (self_issued and certificate.version is x509.Version.v1):
            yield Violation(subject=subject, expected="CA certificate", observed="end-entity certificate")
        elif not self_issued:
            yield Warning(subject=subject, expected="root certificate", observed="intermediate certificate")
        elif problem := stale(certificate, evidence.at):
            yield Warning(subject=subject, expected="root in date", observed=problem)


RULE = Rule(
    id="trust-store-entry-invalid",
    title="Trust store contains an unsuitable certificate",
    group=Group.TRUST_STORE,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 5280", section="4.2.1.9", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9"),
    ),
    remedy="Remove from the trust store every certificate that is not a root CA in date.",
    observes=TrustStoreSeen,
    params=NoParameters,
    check=check,
)
