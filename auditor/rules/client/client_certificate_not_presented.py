"""Mutual TLS needs the client's certificate: a server that requires one rejects an SBC that sends none.

The listener requests a certificate as the peer does, accepts any, and records it.  TLS itself proves that the client
holds the key.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import ClientCertificatePresentedSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET
from auditor.rules._shared import version_subject


def check(evidence: Evidence[ClientCertificatePresentedSeen], _params: NoParameters) -> Iterator[Remark]:
    """The client must present a certificate in every handshake it completes."""
    for seen in evidence.seen:
        subject = version_subject(seen.version) if seen.version else TARGET
        if seen.presented is None:
            yield Doubt(subject=subject, reason=seen.evidence)
        elif not seen.presented:
            observed = f"none, {seen.evidence}" if seen.evidence else "none"
            yield Violation(subject=subject, expected="client certificate", observed=observed)


RULE = Rule(
    id="client-certificate-not-presented",
    title="Client presents no certificate when asked for one",
    group=Group.CLIENT,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 9846", section="4.5.1", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1"),
    ),
    remedy="Configure the SBC's certificate, key and intermediates for the trunk's outgoing connections.  If they are "
    "configured, check whether the SBC sends them only to servers that list its CA in the CertificateRequest.",
    observes=ClientCertificatePresentedSeen,
    params=NoParameters,
    check=check,
)
