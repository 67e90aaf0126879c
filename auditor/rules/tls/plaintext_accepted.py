"""Encryption that can be left out protects nobody: who can reach the plaintext port does not need to break TLS.

Azure Communications Gateway encrypts all SIP traffic.  Its address plan still knows port 5060, so a trunk may be set
up without TLS by mistake; the session border controller must not answer there.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.observation import PlaintextSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, Params, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.model.target import ServerTarget, Service


class PlaintextPorts(Params):
    """Ports that must stay silent."""

    ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = Field(
        default=(5060,),
        min_length=1,
        description="SIP endpoints: ports of the same address that must not answer over TCP or UDP",
    )


def check(evidence: Evidence[PlaintextSeen], params: PlaintextPorts) -> Iterator[Remark]:
    """Nothing answered without TLS, neither on the endpoint's own port nor on the ports of the policy."""
    for seen in evidence.seen:
        subject = f"{seen.transport.upper()} port {seen.port}"
        if seen.answered:
            yield Violation(subject=subject, expected="no answer without TLS", observed=seen.evidence)
        elif seen.answered is None:
            yield Inconclusive(subject=subject, reason=seen.evidence)
    target = evidence.target
    if isinstance(target, ServerTarget) and target.service is Service.SIP:
        looked_at = {(seen.transport, seen.port) for seen in evidence.seen}
        wanted = ((transport, port) for port in params.ports for transport in ("tcp", "udp"))
        for transport, port in wanted:
            # The endpoint's own port is TLS over TCP; nothing speaks SIP over UDP there.
            if (transport, port) not in looked_at and port != target.port:
                yield Inconclusive(subject=f"{transport.upper()} port {port}", reason="it was not looked at")


RULE = Rule(
    id="plaintext-accepted",
    title="The service answers without encryption",
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="Overview of security for Azure Communications Gateway", section="Encryption"),
        Citation(document="RFC 3261", section="26.2.1", url="https://www.rfc-editor.org/rfc/rfc3261#section-26.2.1"),
    ),
    requirements=("SEC-05", "SEC-06"),
    remediation="Switch off the UDP and TCP transports on the address that faces the gateway, and let only TLS listen.",
    observes=PlaintextSeen,
    params=PlaintextPorts,
    check=check,
    asks=lambda params: Asks(plaintext_ports=frozenset(params.ports)),
)
