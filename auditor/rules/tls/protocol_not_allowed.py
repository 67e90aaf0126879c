"""Old versions of TLS can be broken into, and a peer that still accepts one can be talked down to it.

TLS 1.0 and 1.1 were withdrawn by RFC 8996, SSL 2.0 and 3.0 long before.  Azure Communications Gateway speaks TLS 1.2
and 1.3 only, so an older version on the same port serves nobody but an attacker.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion


class AllowedProtocols(Params):
    """Versions the endpoint may speak."""

    allowed: tuple[ProtocolVersion, ...] = Field(min_length=1, description="Protocol versions that may be accepted")


def check(evidence: Evidence[CipherSuitesSeen], params: AllowedProtocols) -> Iterator[Remark]:
    """Every version outside the list must have been refused."""
    for version in ProtocolVersion:
        if version in params.allowed:
            continue
        found = [seen for seen in evidence.seen if seen.version is version]
        if not found:
            yield Doubt(subject=version, reason=f"{version} was not asked for")
        for seen in found:
            if seen.spoken:
                yield Violation(subject=version, expected="refused", observed=f"accepted with {seen.accepted[0].name}")
            elif seen.spoken is None:
                yield Doubt(subject=version, reason=seen.doubts[0].reason)


RULE = Rule(
    id="protocol-not-allowed",
    title="A protocol version is accepted that the policy does not allow",
    group=Group.PROTOCOL_VERSIONS,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 8996", url="https://www.rfc-editor.org/rfc/rfc8996"),
        Citation(document="RFC 9325", section="3.1.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
    ),
    remedy="Switch the version off on this listener.  OpenSSL-based servers: set the minimum protocol to TLS 1.2.",
    observes=CipherSuitesSeen,
    params=AllowedProtocols,
    check=check,
)
