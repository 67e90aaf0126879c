"""Whether a client certificate without the purpose clientAuth is taken decides what a renewal at the peer will break.

Public CAs are giving up clientAuth: certificates they issue from March 2027 on are for servers alone, and so are new
intermediates already.  RFC 5280 lets an endpoint refuse such a client; one that does loses the trunk on the day its
peer's certificate is renewed without it.  Which of the two is wanted is for the policy to say.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.finding import Doubt, NotTested, Remark, Violation
from auditor.model.observation import ClientCertificateCaseSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity

_CASES = {
    "server-auth-only": "a certificate for servers alone",
    "server-auth-only-intermediate": "a certificate under an intermediate for servers alone",
}


class Strictness(Params):
    """What is wanted."""

    expect: Literal["tolerant", "strict", "either"] = Field(
        default="tolerant",
        description="tolerant: a client certificate for servers alone has to be taken; strict: refused",
    )


def check(evidence: Evidence[ClientCertificateCaseSeen], params: Strictness) -> Iterator[Remark]:
    """A certificate whose purpose is serverAuth alone was treated as the policy expects."""
    shown = [seen for seen in evidence.seen if seen.case in _CASES]
    if not shown:
        reason = "this needs a CA that the endpoint trusts (--client-ca)"
        yield NotTested(subject=next(iter(_CASES)), reason=reason, whole=True)
    for seen in shown:
        subject, what = f"{seen.version} {seen.case}", _CASES[seen.case]
        if seen.treatment == "undetermined":
            yield Doubt(subject=subject, reason=seen.evidence)
        elif seen.treatment == "served" and params.expect == "strict":
            yield Violation(subject=subject, expected=f"{what} refused", observed=f"served: {seen.evidence}")
        elif seen.treatment == "refused" and seen.control != "succeeded":
            reason = f"refused ({seen.evidence}), but no certificate with both purposes was accepted beside it"
            yield Doubt(subject=subject, reason=reason)
        elif seen.treatment == "refused" and params.expect == "tolerant":
            yield Violation(subject=subject, expected=f"{what} accepted", observed=f"refused: {seen.evidence}")


RULE = Rule(
    id="client-certificate-usage-strictness",
    title="A client certificate for servers alone is not treated as expected",
    group=Group.MUTUAL_TLS,
    severity=Severity.MEDIUM,
    citations=(
        Citation(
            document="Chrome Root Program Policy",
            section="1.3.2",
            url="https://googlechrome.github.io/chromerootprogram/",
        ),
        Citation(
            document="RFC 5280", section="4.2.1.12", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12"
        ),
    ),
    remedy=(
        "Set whether the listener checks the extended key usage of client certificates as your peers' certificates "
        "need it (Kamailio and OpenSSL check it unless told otherwise; many session border controllers have a setting)."
    ),
    observes=ClientCertificateCaseSeen,
    params=Strictness,
    check=check,
)
