"""The newest version is the safest and the fastest, and the one the peer tries first.

Azure Communications Gateway prefers TLS 1.3.  Doing without it is allowed, so this is advice unless a policy raises
its severity.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion


class PreferredProtocol(Params):
    """The version that should be spoken."""

    preferred: ProtocolVersion = Field(description="The version that should be accepted")


def check(evidence: Evidence[CipherSuitesSeen], params: PreferredProtocol) -> Iterator[Remark]:
    """The preferred version is accepted."""
    for seen in evidence.seen:
        if seen.version is not params.preferred:
            continue
        if seen.spoken is False:
            yield Violation(subject=seen.version, expected="accepted", observed="refused")
        elif seen.spoken is None:
            yield Doubt(subject=seen.version, reason=seen.doubts[0].reason)
        return
    yield Doubt(subject=params.preferred, reason=f"{params.preferred} was not asked for")


RULE = Rule(
    id="protocol-preferred-missing",
    title="The preferred protocol version is not accepted",
    group=Group.PROTOCOL_VERSIONS,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 9325", section="3.1.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
    ),
    remedy="Switch on TLS 1.3 on this listener.",
    observes=CipherSuitesSeen,
    params=PreferredProtocol,
    check=check,
)
