"""Whether an endpoint accepts client certificates without clientAuth decides what a peer's next renewal will break.

Public CAs are dropping clientAuth: certificates issued from March 2027 on, and new intermediates already, are valid for
servers only.  RFC 5280 allows an endpoint to reject a client that presents one.  Such an endpoint loses the trunk on
the day its peer renews.  The policy says which behaviour it wants.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.finding import Doubt, NotTested, Remark, Violation
from auditor.model.observation import ClientCertificateCaseSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import CertificateCaseSubject
from auditor.rules.mutual_tls._shared import CLOSES_NEEDS_CA, NEEDS_CA, case_subject

_CASES = {
    "server-auth-only": "certificate with serverAuth only",
    "server-auth-only-intermediate": "certificate under an intermediate with serverAuth only",
}


class Strictness(Params):
    """The behaviour that is wanted."""

    expect: Literal["tolerant", "strict", "either"] = Field(
        default="tolerant",
        description="tolerant: client certificates with serverAuth only must be accepted; strict: must be rejected",
    )


def check(evidence: Evidence[ClientCertificateCaseSeen], params: Strictness) -> Iterator[Remark]:
    """The endpoint must treat a client certificate with serverAuth only as the policy expects."""
    shown = [seen for seen in evidence.seen if seen.case in _CASES]
    if not shown:
        subject = CertificateCaseSubject(case=next(iter(_CASES)))
        yield NotTested(subject=subject, reason=NEEDS_CA, whole=True, closes=CLOSES_NEEDS_CA)
    for seen in shown:
        subject, what = case_subject(seen), _CASES[seen.case]
        if seen.treatment == "undetermined":
            yield Doubt(subject=subject, reason=seen.evidence)
        elif seen.treatment == "served" and params.expect == "strict":
            yield Violation(subject=subject, expected=f"{what} rejected", observed=f"served: {seen.evidence}")
        elif seen.treatment == "refused" and seen.control != "succeeded":
            control = "no certificate with serverAuth and clientAuth was accepted as a control"
            reason = f"rejected ({seen.evidence}), but {control}"
            yield Doubt(subject=subject, reason=reason)
        elif seen.treatment == "refused" and params.expect == "tolerant":
            yield Violation(subject=subject, expected=f"{what} accepted", observed=f"rejected: {seen.evidence}")


def remedy(params: Strictness) -> str:
    """Say which way to set the check."""
    if params.expect == "strict":
        return "Enable the listener's check of the extended key usage of client certificates (purpose clientAuth)."
    return (
        "Disable the listener's check of the extended key usage of client certificates, or make it accept certificates "
        "without clientAuth (Kamailio and OpenSSL check by default; many SBCs have a setting)."
    )


RULE = Rule(
    id="client-certificate-usage-strictness",
    title="Endpoint mishandles client certificates without clientAuth",
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
    remedy=remedy,
    observes=ClientCertificateCaseSeen,
    params=Strictness,
    check=check,
)
