"""An attacker who finds a collision in time can forge a handshake that is signed with MD5 or SHA-1.

RFC 9155 forbids MD5 and SHA-1 signatures in TLS 1.2 handshakes.  A server shows whether it still makes them when a
client offers nothing better.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import SignatureSchemesSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import SignatureSchemeSubject
from auditor.rules._shared import version_subject


def check(evidence: Evidence[SignatureSchemesSeen], _params: NoParameters) -> Iterator[Remark]:
    """No handshake may be signed with MD5 or SHA-1."""
    for seen in evidence.seen:
        if not (seen.accepted or seen.refused or seen.undetermined):
            yield Doubt(subject=version_subject(seen.version), reason="no signature scheme was tested")
        for scheme in seen.accepted:
            yield Violation(
                subject=SignatureSchemeSubject(version=seen.version, scheme=scheme),
                expected=f"not used to sign handshakes in {seen.version}",
                observed="the endpoint signed the handshake with it",
            )
        for doubt in seen.undetermined:
            subject = SignatureSchemeSubject(version=seen.version, scheme=doubt.subject)
            yield Doubt(subject=subject, reason=doubt.reason)


RULE = Rule(
    id="signature-scheme-weak",
    title="Endpoint signs handshakes with MD5 or SHA-1",
    group=Group.CIPHER_SUITES,
    severity=Severity.MEDIUM,
    citations=(
        Citation(document="RFC 9155", section="4", url="https://www.rfc-editor.org/rfc/rfc9155#section-4"),
        Citation(document="RFC 9325", section="4.5", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.5"),
    ),
    remedy=("Limit the listener's signature algorithms to schemes with a SHA-2 hash (OpenSSL 3: security level 1)."),
    observes=SignatureSchemesSeen,
    params=NoParameters,
    check=check,
)
