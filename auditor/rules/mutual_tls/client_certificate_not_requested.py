"""A server that does not request a certificate cannot know who its client is.

In mutual TLS both sides authenticate each other.  The endpoint must send a CertificateRequest in every version it
accepts, because an attacker chooses the version in which it does not.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import ClientCertificateSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules._shared import version_subject


def check(evidence: Evidence[ClientCertificateSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every version must send a CertificateRequest."""
    for seen in evidence.seen:
        subject = version_subject(seen.version)
        if seen.requested is None:
            yield Doubt(subject=subject, reason=seen.evidence)
        elif not seen.requested:
            yield Violation(subject=subject, expected="CertificateRequest sent", observed="no CertificateRequest sent")


RULE = Rule(
    id="client-certificate-not-requested",
    title="Endpoint does not request a client certificate",
    group=Group.MUTUAL_TLS,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 9846", section="4.4.2", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2"),
    ),
    remedy=(
        "Enable client authentication on this listener in every protocol version (nginx: ssl_verify_client on; "
        "HAProxy: verify required; Kamailio: verify_certificate and require_certificate = yes)."
    ),
    observes=ClientCertificateSeen,
    params=NoParameters,
    check=check,
)
