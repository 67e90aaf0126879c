"""A client that accepts any certificate talks to anyone: calls and credentials go to whoever answers first.

The listener presents certificates that no careful client accepts: one that is self-signed, one of a forged issuer with
the real CA's name, one of an unknown CA, and one that has expired.  A client that continues after one of them does not
verify.  A client that rejects them may be rejecting everything, so the listener also presents a certificate that the
client trusts.  Without that control, a rejection is a good sign and no proof.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark
from auditor.model.observation import ServerCertificateCaseSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.rules.client._shared import judge_cases

_CASES = {
    "self-signed": "self-signed certificate",
    "impostor-root": "certificate of a forged issuer of the root",
    "unrelated-ca": "certificate of an unknown CA",
    "expired": "expired certificate",
}


def check(evidence: Evidence[ServerCertificateCaseSeen], _params: NoParameters) -> Iterator[Remark]:
    """The client must reject every invalid certificate, and accept the valid one."""
    return judge_cases(evidence.seen, _CASES)


RULE = Rule(
    id="server-certificate-unverified",
    title="Client does not verify the server's certificate",
    group=Group.CLIENT,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="6", url="https://www.rfc-editor.org/rfc/rfc5280#section-6"),
        Citation(document="RFC 5922", section="7.3", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.3"),
    ),
    remedy="Enable verification of the server's certificate for the trunk's outgoing connections, with the required "
    "root as the trust anchor (Kamailio: verify_certificate = yes in the client domain).",
    observes=ServerCertificateCaseSeen,
    params=NoParameters,
    check=check,
)
