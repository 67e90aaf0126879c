"""A handshake that is signed with SHA-1 can be forged by whoever finds a collision in time.

RFC 9155 forbids MD5 and SHA-1 signatures in TLS 1.2 handshakes.  A server shows whether it still makes them when a
client offers nothing better.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import SignatureSchemesSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[SignatureSchemesSeen], _params: NoParameters) -> Iterator[Remark]:
    """No signature with MD5 or SHA-1 was made."""
    for seen in evidence.seen:
        if not (seen.accepted or seen.refused or seen.undetermined):
            yield Doubt(subject=seen.version, reason="none of its signature schemes was asked for")
        for scheme in seen.accepted:
            yield Violation(
                subject=scheme,
                expected=f"no such signature in {seen.version}",
                observed="the handshake was signed with it",
            )
        for doubt in seen.undetermined:
            yield Doubt(subject=doubt.subject, reason=doubt.reason)


RULE = Rule(
    id="signature-scheme-weak",
    title="Handshakes are signed with MD5 or SHA-1 when the client asks for it",
    group=Group.CIPHER_SUITES,
    severity=Severity.MEDIUM,
    citations=(
        Citation(document="RFC 9155", section="4", url="https://www.rfc-editor.org/rfc/rfc9155#section-4"),
        Citation(document="RFC 9325", section="4.5", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.5"),
    ),
    remedy=(
        "Remove the SHA-1 and MD5 schemes from the listener's signature algorithms (OpenSSL: security level 1 or more)."
    ),
    observes=SignatureSchemesSeen,
    params=NoParameters,
    check=check,
)
