"""A certificate that is requested but optional authenticates nobody.

In TLS 1.3 the client completes its handshake before the server can reject it, so a completed handshake proves nothing.
What decides is whether the application answers a client that presented no certificate.

An endpoint that drops every connection does not distinguish one client from another.  Where the audit was given a valid
client certificate, a rejection therefore counts only if that certificate was served.  Without one, the finding says
"rejected, but enforcement is not proven", and the policy decides whether that passes.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.finding import Doubt, NotTested, Remark, Violation, Warning
from auditor.model.observation import ClientCertificateSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import Subject
from auditor.rules._shared import version_subject
from auditor.rules.mutual_tls._shared import CLOSES_UNPROVEN, UNPROVEN

_EXPECTED = "client without a certificate rejected"


class Unproven(Params):
    """How to judge a rejection without a control."""

    unproven: Literal["pass", "warn", "inconclusive"] = Field(
        default="pass", description="Outcome of a rejection that no valid certificate, shown as a control, confirms"
    )


def check(evidence: Evidence[ClientCertificateSeen], params: Unproven) -> Iterator[Remark]:
    """Every version must reject a client without a certificate."""
    for seen in evidence.seen:
        subject = version_subject(seen.version)
        if seen.requested is False:
            yield Violation(subject=subject, expected=_EXPECTED, observed="no certificate requested")
        elif seen.without == "served":
            yield Violation(subject=subject, expected=_EXPECTED, observed=f"served: {seen.evidence}")
        elif seen.requested is None or seen.without == "undetermined":
            yield Doubt(subject=subject, reason=seen.evidence)
        elif seen.control == "failed":
            reason = (
                f"the endpoint rejected a client without a certificate ({seen.evidence}), but also the control, "
                "a client with a valid certificate"
            )
            yield Doubt(subject=subject, reason=reason)
        elif seen.control == "none":
            yield _unproven(subject, params)


def _unproven(subject: Subject, params: Unproven) -> Remark:
    if params.unproven == "warn":
        return Warning(subject=subject, expected=_EXPECTED, observed=UNPROVEN, unproven=True, closes=CLOSES_UNPROVEN)
    if params.unproven == "inconclusive":
        return Doubt(subject=subject, reason=UNPROVEN, closes=CLOSES_UNPROVEN)
    return NotTested(subject=subject, reason=UNPROVEN, closes=CLOSES_UNPROVEN)


RULE = Rule(
    id="client-certificate-not-required",
    title="Endpoint serves clients that present no certificate",
    group=Group.MUTUAL_TLS,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 9846", section="4.5.1.3", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.3"),
    ),
    remedy=(
        "Require a client certificate on this listener in every protocol version (nginx: ssl_verify_client on; "
        "HAProxy: verify required; Kamailio: require_certificate = yes)."
    ),
    observes=ClientCertificateSeen,
    params=Unproven,
    check=check,
)
