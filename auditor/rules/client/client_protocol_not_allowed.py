"""Whoever answers first can make a client use an old version of TLS that it offers.

The ClientHello names the versions.  One in the format of TLS 1.2 names only the highest, so older versions have to be
tried; until they were, nothing is proven.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Remark, Violation, Warning
from auditor.model.observation import ClientHelloSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import ClientHelloSubject
from auditor.model.tls import ProtocolVersion
from auditor.rules._shared import all_of, version_subject


class AllowedVersions(Params):
    """Versions a client may offer."""

    allowed: tuple[ProtocolVersion, ...] = Field(min_length=1, description="Protocol versions that may be offered")


def check(evidence: Evidence[ClientHelloSeen], params: AllowedVersions) -> Iterator[Remark]:
    """A ClientHello must offer a version, and none that is not allowed."""
    remarks: dict[Remark, None] = {}
    expected = f"only {all_of(params.allowed)} offered"
    for seen in evidence.seen:
        for version in seen.versions:
            if version not in params.allowed:
                remarks[Violation(subject=version_subject(version), expected=expected, observed="offered")] = None
        if not seen.versions:
            remarks[Violation(subject=ClientHelloSubject(), expected=expected, observed="no version offered")] = None
        elif not seen.versions_complete:
            older = ClientHelloSubject(part="older versions")
            observed = f"not proven: the ClientHello names {seen.versions[0]} as the highest, older ones were not tried"
            remarks[Warning(subject=older, expected="rejected", observed=observed)] = None
    yield from remarks


RULE = Rule(
    id="client-protocol-not-allowed",
    title="Client offers a protocol version that is not allowed",
    group=Group.CLIENT,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 8996", url="https://www.rfc-editor.org/rfc/rfc8996"),
        Citation(document="RFC 9846", section="4.3.1", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.3.1"),
    ),
    remedy=lambda params: (
        f"Limit the protocol versions of the trunk's outgoing connections to {all_of(params.allowed)}."
    ),
    observes=ClientHelloSeen,
    params=AllowedVersions,
    check=check,
)
