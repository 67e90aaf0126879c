"""A server with several names must know which one the client wants before it presents a certificate.

Without server_name (SNI) it presents its default certificate, and a client that checks names then rejects a correctly
configured server.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import ClientHelloSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import ClientHelloSubject


def check(evidence: Evidence[ClientHelloSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every ClientHello must name the server."""
    if any(seen.server_name is None for seen in evidence.seen):
        yield Violation(
            subject=ClientHelloSubject(), expected="server_name with the server's host name", observed="no server_name"
        )


RULE = Rule(
    id="server-name-not-sent",
    title="Client sends no server name (SNI)",
    group=Group.CLIENT,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 6066", section="3", url="https://www.rfc-editor.org/rfc/rfc6066#section-3"),
        Citation(document="RFC 5922", section="7.8", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.8"),
    ),
    remedy="Configure the trunk with the peer's host name instead of its IP address, and enable SNI.",
    observes=ClientHelloSeen,
    params=NoParameters,
    check=check,
)
