"""Optional encryption protects nobody: an attacker who can reach the plaintext port does not need to break TLS.

A trunk that was set up without TLS by mistake works, and nobody notices.  An endpoint that does not answer without TLS
rules that out.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import PlaintextSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import PortSubject
from auditor.model.target import ServerTarget, Service
from auditor.rules._shared import all_of


class PlaintextPorts(Params):
    """Ports that must not answer."""

    ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = Field(
        default=(5060,),
        min_length=1,
        description="SIP endpoints: ports of the same address that must not answer over TCP or UDP",
    )


def check(evidence: Evidence[PlaintextSeen], params: PlaintextPorts) -> Iterator[Remark]:
    """Neither the endpoint's own port nor the ports of the policy may answer without TLS."""
    for seen in evidence.seen:
        subject = PortSubject(transport=seen.transport, port=seen.port)
        if seen.answered:
            yield Violation(subject=subject, expected="no answer without TLS", observed=seen.evidence)
        elif seen.answered is None:
            yield Doubt(subject=subject, reason=seen.evidence)
    target = evidence.target
    if isinstance(target, ServerTarget) and target.service is Service.SIP:
        tested = {PortSubject(transport=seen.transport, port=seen.port) for seen in evidence.seen}
        wanted = [PortSubject(transport=transport, port=port) for port in params.ports for transport in ("tcp", "udp")]
        for subject in wanted:
            # The endpoint's own port is TLS over TCP; nothing speaks SIP over UDP there.
            if subject not in tested and subject.port != target.port:
                yield Doubt(subject=subject, reason="not tested")


def remedy(params: PlaintextPorts) -> str:
    """Name the ports."""
    ports = f"port{'s' if len(params.ports) > 1 else ''} {all_of(map(str, params.ports))}"
    return f"Disable SIP over UDP and TCP on this address ({ports}), and require TLS on the endpoint's own port."


RULE = Rule(
    id="plaintext-accepted",
    title="Service answers without TLS",
    group=Group.WEAKNESSES,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 3261", section="26.2.1", url="https://www.rfc-editor.org/rfc/rfc3261#section-26.2.1"),
    ),
    remedy=remedy,
    observes=PlaintextSeen,
    params=PlaintextPorts,
    check=check,
    asks=lambda params: Asks(plaintext_ports=frozenset(params.ports)),
)
