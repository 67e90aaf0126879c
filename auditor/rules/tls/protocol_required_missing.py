"""If the endpoint speaks none of the versions its peer speaks, no call can be set up at all.

Azure Communications Gateway opens connections in TLS 1.3 and falls back to TLS 1.2; a session border controller must
accept at least one of them.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion


class RequiredProtocols(Params):
    """Versions of which one has to be spoken."""

    any_of: tuple[ProtocolVersion, ...] = Field(min_length=1, description="At least one of these must be accepted")


def check(evidence: Evidence[CipherSuitesSeen], params: RequiredProtocols) -> Iterator[Remark]:
    """One accepted version is enough; one that could not be told leaves it open."""
    found = [seen for seen in evidence.seen if seen.version in params.any_of]
    if any(seen.spoken for seen in found):
        return
    wanted = " or ".join(params.any_of)
    refused = {seen.version for seen in found if seen.spoken is False}
    open_ones = {seen.version for seen in found if seen.spoken is None}
    unknown = [version for version in params.any_of if version in open_ones or version not in refused]
    if unknown:
        yield Doubt(subject=wanted, reason=f"it could not be told whether {' or '.join(unknown)} is spoken")
    else:
        yield Violation(subject=wanted, expected=f"{wanted} accepted", observed="all of them refused")


RULE = Rule(
    id="protocol-required-missing",
    title="No protocol version is accepted that the peer speaks",
    group=Group.PROTOCOL_VERSIONS,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 9325", section="3.1.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
    ),
    remedy="Switch on TLS 1.2 or TLS 1.3 on this listener.",
    observes=CipherSuitesSeen,
    params=RequiredProtocols,
    check=check,
)
