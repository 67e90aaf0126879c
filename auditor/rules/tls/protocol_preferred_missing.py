"""The newest version is the safest and the fastest, and the one that a peer tries first.

The policy names the version that its peers prefer.  A connection works without it, so a missing one is advice unless a
policy raises the severity.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion
from auditor.rules._shared import version_subject


class PreferredProtocol(Params):
    """The version that should be accepted."""

    preferred: ProtocolVersion = Field(description="The version that should be accepted")


def check(evidence: Evidence[CipherSuitesSeen], params: PreferredProtocol) -> Iterator[Remark]:
    """The preferred version should be accepted."""
    subject = version_subject(params.preferred)
    for seen in evidence.seen:
        if seen.version is not params.preferred:
            continue
        if seen.spoken is False:
            yield Violation(subject=subject, expected="accepted", observed="rejected")
        elif seen.spoken is None:
            yield Doubt(subject=subject, reason=seen.doubts[0].reason)
        return
    yield Doubt(subject=subject, reason=f"{params.preferred} was not tested")


RULE = Rule(
    id="protocol-preferred-missing",
    title="Endpoint does not accept the preferred protocol version",
    group=Group.PROTOCOL_VERSIONS,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 9325", section="3.1.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
    ),
    remedy=lambda params: f"Enable {params.preferred} on this listener.",
    observes=CipherSuitesSeen,
    params=PreferredProtocol,
    check=check,
)
