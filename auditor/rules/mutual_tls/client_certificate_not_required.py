"""A certificate that is asked for but may be left out authenticates nobody.

In TLS 1.3 the client's handshake is over before the server has refused it, so a finished handshake proves nothing;
what decides is whether the application answers a client that has shown no certificate.

Where the audit was given a certificate that has to be accepted, a refusal counts only if that one was served: an
endpoint that drops everybody has not been seen to tell one client from another.  Without such a certificate the finding
says "refused; enforcement not proven", and the policy whether that passes.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.finding import Doubt, NotTested, Remark, Violation, Warning
from auditor.model.observation import ClientCertificateSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity

_EXPECTED = "a client without a certificate refused"
_UNPROVEN = (
    "refused; enforcement not proven: no certificate that has to be accepted was shown beside it (--client-cert)"
)


class Unproven(Params):
    """What a refusal counts for without a control."""

    unproven: Literal["pass", "warn", "inconclusive"] = Field(
        default="pass", description="What comes of a refusal that no accepted certificate vouches for"
    )


def check(evidence: Evidence[ClientCertificateSeen], params: Unproven) -> Iterator[Remark]:
    """A client without a certificate was refused, in every version."""
    for seen in evidence.seen:
        if seen.requested is False:
            yield Violation(
                subject=seen.version,
                expected=_EXPECTED,
                observed="no certificate asked for",
            )
        elif seen.without == "served":
            yield Violation(
                subject=seen.version,
                expected=_EXPECTED,
                observed=f"served: {seen.evidence}",
            )
        elif seen.requested is None or seen.without == "undetermined":
            yield Doubt(subject=seen.version, reason=seen.evidence)
        elif seen.control == "failed":
            reason = (
                f"a client without a certificate is refused ({seen.evidence}), and so is one with a good certificate"
            )
            yield Doubt(subject=seen.version, reason=reason)
        elif seen.control == "none":
            yield _unproven(seen.version, params)


def _unproven(version: str, params: Unproven) -> Remark:
    if params.unproven == "warn":
        return Warning(subject=version, expected=_EXPECTED, observed=_UNPROVEN)
    if params.unproven == "inconclusive":
        return Doubt(subject=version, reason=_UNPROVEN)
    return NotTested(subject=version, reason=_UNPROVEN)


RULE = Rule(
    id="client-certificate-not-required",
    title="A client without a certificate is served",
    group=Group.MUTUAL_TLS,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 8446", section="4.4.2.4", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2.4"),
    ),
    remedy=(
        "Make the client certificate mandatory in every protocol version (nginx: ssl_verify_client on; HAProxy: verify "
        "required; Kamailio: require_certificate = yes)."
    ),
    observes=ClientCertificateSeen,
    params=Unproven,
    check=check,
)
