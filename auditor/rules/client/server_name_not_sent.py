"""A server with several names has to be told which one is meant before it shows a certificate.

Without server_name (SNI) it shows its default one, and a client that compares names then refuses a server that is in
order.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import ClientHelloSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[ClientHelloSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every hello names the server."""
    if any(seen.server_name is None for seen in evidence.seen):
        yield Violation(subject="ClientHello", expected="the server's name (server_name)", observed="no name sent")


RULE = Rule(
    id="server-name-not-sent",
    title="A client does not say which server it wants to reach",
    group=Group.CLIENT,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 6066", section="3", url="https://www.rfc-editor.org/rfc/rfc6066#section-3"),
        Citation(document="RFC 5922", section="7.8", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.8"),
    ),
    remedy="Configure the trunk with the regional host name, not with an IP address, and switch on SNI.",
    observes=ClientHelloSeen,
    params=NoParameters,
    check=check,
)
