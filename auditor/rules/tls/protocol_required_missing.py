"""If the endpoint accepts none of the versions its peer supports, no call can be set up at all.

A peer offers its highest version and falls back to the next one it supports.  The endpoint must accept at least one of
them.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion
from auditor.rules._shared import any_of, version_subject


class RequiredProtocols(Params):
    """Versions of which one must be accepted."""

    any_of: tuple[ProtocolVersion, ...] = Field(min_length=1, description="At least one of these must be accepted")


def check(evidence: Evidence[CipherSuitesSeen], params: RequiredProtocols) -> Iterator[Remark]:
    """One accepted version is enough; while one is in doubt, the question stays open."""
    found = [seen for seen in evidence.seen if seen.version in params.any_of]
    if any(seen.spoken for seen in found):
        return
    subject = version_subject(*params.any_of)
    rejected = {seen.version for seen in found if seen.spoken is False}
    in_doubt = {seen.version for seen in found if seen.spoken is None}
    unknown = [version for version in params.any_of if version in in_doubt or version not in rejected]
    if unknown:
        yield Doubt(subject=subject, reason=f"the scan did not determine whether {any_of(unknown)} is accepted")
    else:
        yield Violation(subject=subject, expected=f"{any_of(params.any_of)} accepted", observed="all of them rejected")


RULE = Rule(
    id="protocol-required-missing",
    title="Endpoint accepts none of the required protocol versions",
    group=Group.PROTOCOL_VERSIONS,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 9325", section="3.1.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
    ),
    remedy=lambda params: f"Enable {any_of(params.any_of)} on this listener.",
    observes=CipherSuitesSeen,
    params=RequiredProtocols,
    check=check,
)
