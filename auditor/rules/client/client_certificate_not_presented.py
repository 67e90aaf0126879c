"""Mutual TLS needs the client's certificate: an SBC that keeps it back is nobody, and is turned away.

The listener asks for it as Azure Communications Gateway does, accepts any, and takes note; TLS itself checks that the
client holds the key.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import ClientCertificatePresentedSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[ClientCertificatePresentedSeen], _params: NoParameters) -> Iterator[Remark]:
    """Wherever a handshake was completed, the client presented a certificate."""
    for seen in evidence.seen:
        subject = seen.version or evidence.target.name
        if seen.presented is None:
            yield Doubt(subject=subject, reason=seen.evidence)
        elif not seen.presented:
            observed = f"none, {seen.evidence}" if seen.evidence else "none"
            yield Violation(subject=subject, expected="a client certificate", observed=observed)


RULE = Rule(
    id="client-certificate-not-presented",
    title="A client presents no certificate although it is asked for one",
    group=Group.CLIENT,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 8446", section="4.4.2", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2"),
    ),
    remedy="Give the trunk's outgoing connections the SBC's certificate and key, with the intermediates.  If they "
    "have them, look whether the SBC sends them only to CAs it finds in the request.",
    observes=ClientCertificatePresentedSeen,
    params=NoParameters,
    check=check,
)
