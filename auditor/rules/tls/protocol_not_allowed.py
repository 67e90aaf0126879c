"""Old versions of TLS can be broken, and an attacker can downgrade a peer that still accepts one.

RFC 8996 deprecates TLS 1.0 and 1.1; SSL 2.0 and 3.0 were deprecated long before.  A version that the policy does not
list is of no use to the peers the policy is written for.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion
from auditor.rules._shared import all_of, version_subject


class AllowedProtocols(Params):
    """Versions the endpoint may accept."""

    allowed: tuple[ProtocolVersion, ...] = Field(min_length=1, description="Protocol versions that may be accepted")


def check(evidence: Evidence[CipherSuitesSeen], params: AllowedProtocols) -> Iterator[Remark]:
    """Every version outside the list must be rejected."""
    for version in ProtocolVersion:
        if version in params.allowed:
            continue
        subject = version_subject(version)
        found = [seen for seen in evidence.seen if seen.version is version]
        if not found:
            yield Doubt(subject=subject, reason=f"{version} was not tested")
        for seen in found:
            if seen.spoken:
                yield Violation(subject=subject, expected="rejected", observed=f"accepted with {seen.accepted[0].name}")
            elif seen.spoken is None:
                yield Doubt(subject=subject, reason=seen.doubts[0].reason)


RULE = Rule(
    id="protocol-not-allowed",
    title="Endpoint accepts a protocol version that is not allowed",
    group=Group.PROTOCOL_VERSIONS,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 8996", url="https://www.rfc-editor.org/rfc/rfc8996"),
        Citation(document="RFC 9325", section="3.1.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
    ),
    remedy=lambda params: (
        f"Limit the listener's protocol versions to {all_of(params.allowed)} (OpenSSL: MinProtocol and MaxProtocol)."
    ),
    observes=CipherSuitesSeen,
    params=AllowedProtocols,
    check=check,
)
