"""A client that offers an old version of TLS can be led to use it by whoever answers first.

The versions stand in the ClientHello.  A hello in the form of TLS 1.2 names only the highest one, so an older version
has to be tried out, and until it was, nothing is proven.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Remark, Violation, Warning
from auditor.model.observation import ClientHelloSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion


class AllowedVersions(Params):
    """Versions a client may offer."""

    allowed: tuple[ProtocolVersion, ...] = Field(min_length=1, description="Protocol versions that may be offered")


def check(evidence: Evidence[ClientHelloSeen], params: AllowedVersions) -> Iterator[Remark]:
    """Every version on offer is an allowed one, and there is one."""
    remarks: dict[Remark, None] = {}
    expected = f"nothing but {' and '.join(params.allowed)}"
    for seen in evidence.seen:
        for version in seen.versions:
            if version not in params.allowed:
                remarks[Violation(subject=version, expected=expected, observed="offered")] = None
        if not seen.versions:
            remarks[Violation(subject="ClientHello", expected=expected, observed="no version offered")] = None
        elif not seen.versions_complete:
            observed = f"{seen.versions[0]} named as the highest version, older ones not tried"
            remarks[Warning(subject="older versions", expected="refused", observed=observed)] = None
    yield from remarks


RULE = Rule(
    id="client-protocol-not-allowed",
    title="A client offers a protocol version that the policy does not allow",
    group=Group.CLIENT,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 8996", url="https://www.rfc-editor.org/rfc/rfc8996"),
        Citation(document="RFC 8446", section="4.2.1", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.2.1"),
    ),
    remedy="Set the minimum protocol of the trunk's outgoing connections to TLS 1.2.",
    observes=ClientHelloSeen,
    params=AllowedVersions,
    check=check,
)
