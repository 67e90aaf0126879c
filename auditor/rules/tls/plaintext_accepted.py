"""Optional encryption protects nobody: an attacker who can reach the plaintext port does not need to break TLS.

A trunk that was set up without TLS by mistake works, and nobody notices.  An endpoint that does not answer without TLS
rules that out.

HTTP has one exception.  Port 80 may redirect to https, because browsers try it first and a redirect carries no content.
A redirect with a page of 4 KiB or more in its body does carry some, and does not count.  Any other answer there is a
violation, an error page included: it shows that the server handles requests without TLS.  Status 426 with an Upgrade to
TLS (RFC 2817) is a warning: it carries no content, but few clients understand it.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import PlaintextSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import PortSubject
from auditor.model.target import ServerTarget, Service
from auditor.model.value import Value
from auditor.rules._shared import all_of

_Ports = Annotated[
    tuple[Annotated[int, Field(ge=1, le=65535)], ...],
    WithJsonSchema(
        {"type": "array", "uniqueItems": True, "items": {"type": "integer", "minimum": 1, "maximum": 65535}}
    ),
]


_SIP, _HTTP = (5060,), (80,)


class PortsByService(Value):
    """Ports beside the endpoint's own, for each service."""

    sip: _Ports = Field(default=(), description="Ports that must not answer SIP over TCP or UDP")
    https: _Ports = Field(default=(), description="Ports that must not answer HTTP, except with a redirect to https")

    @model_validator(mode="after")
    def _some(self) -> "PortsByService":
        if not (self.sip or self.https):
            raise ValueError("ports must not be empty; name the ports of sip, of https or of both")
        return self


def _as_once_written(ports: Any) -> Any:  # noqa: ANN401 - whatever pydantic is given
    """Read what policies wrote before HTTPS had ports: a list, which is that of SIP.  HTTPS has its default then."""
    if not isinstance(ports, list | tuple):
        return ports
    return {"sip": ports, "https": _HTTP if ports else ()}


class PlaintextPorts(Params):
    """Ports that must not answer."""

    ports: Annotated[
        PortsByService, BeforeValidator(_as_once_written, json_schema_input_type=PortsByService | _Ports)
    ] = Field(
        default=PortsByService(sip=_SIP, https=_HTTP),
        description="Ports of the same address that must not answer without TLS, by service; a list is that of SIP, "
        "and HTTPS has its default then",
    )


def check(evidence: Evidence[PlaintextSeen], params: PlaintextPorts) -> Iterator[Remark]:
    """Neither the endpoint's own port nor the ports of the policy may answer without TLS."""
    for seen in evidence.seen:
        subject = PortSubject(transport=seen.transport, port=seen.port)
        if seen.answered and seen.demands_tls:
            yield Warning(subject=subject, expected="no answer, or a redirect to https", observed=seen.evidence)
        elif seen.answered and not seen.redirect.startswith("https://"):
            yield Violation(subject=subject, expected=_expected(evidence), observed=seen.evidence)
        elif seen.answered is None:
            yield Doubt(subject=subject, reason=seen.evidence)
    tested = {PortSubject(transport=seen.transport, port=seen.port) for seen in evidence.seen}
    for subject in _wanted(evidence, params.ports):
        if subject not in tested:
            yield Doubt(subject=subject, reason="not tested")


def _wanted(evidence: Evidence[PlaintextSeen], ports: PortsByService) -> Iterator[PortSubject]:
    """The ports of the policy; the endpoint's own is TLS over TCP, and nothing speaks SIP over UDP there."""
    target = evidence.target
    if not isinstance(target, ServerTarget):
        return
    if target.service is Service.HTTPS:
        yield from (PortSubject(transport="tcp", port=port) for port in ports.https if port != target.port)
        return
    for port in ports.sip:
        if port != target.port:
            yield PortSubject(transport="tcp", port=port)
            yield PortSubject(transport="udp", port=port)


def _expected(evidence: Evidence[PlaintextSeen]) -> str:
    https = evidence.target.service is Service.HTTPS
    return f"no answer without TLS{', or a redirect to https' if https else ''}"


def remedy(params: PlaintextPorts) -> str:
    """Name the ports of each service."""
    said = []
    if params.ports.sip:
        said.append(
            f"Disable SIP over UDP and TCP on this address ({_named(params.ports.sip)}), "
            "and require TLS on the endpoint's own port."
        )
    if params.ports.https:
        said.append(
            f"Beside an HTTPS endpoint, close {_named(params.ports.https)}, or redirect every request there to https "
            "(nginx: return 301 https://$host$request_uri; HAProxy: http-request redirect scheme https)."
        )
    return " ".join(said)


def _named(ports: tuple[int, ...]) -> str:
    return f"port{'s' if len(ports) > 1 else ''} {all_of(map(str, ports))}"


RULE = Rule(
    id="plaintext-accepted",
    title="Service answers without TLS",
    group=Group.WEAKNESSES,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 3261", section="26.2.1", url="https://www.rfc-editor.org/rfc/rfc3261#section-26.2.1"),
        Citation(document="RFC 9110", section="15.4", url="https://www.rfc-editor.org/rfc/rfc9110#section-15.4"),
    ),
    remedy=remedy,
    observes=PlaintextSeen,
    params=PlaintextPorts,
    check=check,
    asks=lambda params: Asks(
        plaintext_ports=frozenset(params.ports.sip), plaintext_http_ports=frozenset(params.ports.https)
    ),
)
