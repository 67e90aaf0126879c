"""A server that does not ask for a certificate cannot know who its client is.

Azure Communications Gateway and the operator authenticate each other, on SIP and on HTTPS.  The endpoint has to send
a CertificateRequest in every version it speaks: an attacker picks the version in which it does not.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import ClientCertificateSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[ClientCertificateSeen], _params: NoParameters) -> Iterator[Remark]:
    """A CertificateRequest came in every version."""
    for seen in evidence.seen:
        if seen.requested is None:
            yield Doubt(subject=seen.version, reason=seen.evidence)
        elif not seen.requested:
            yield Violation(subject=seen.version, expected="a client certificate asked for", observed="none asked for")


RULE = Rule(
    id="client-certificate-not-requested",
    title="No client certificate is asked for",
    group=Group.MUTUAL_TLS,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 8446", section="4.3.2", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.3.2"),
    ),
    remedy=(
        "Switch on client authentication on this listener in every protocol version (nginx: ssl_verify_client on; "
        "HAProxy: verify required; Kamailio: verify_certificate and require_certificate = yes)."
    ),
    observes=ClientCertificateSeen,
    params=NoParameters,
    check=check,
)
