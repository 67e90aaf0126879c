"""A client certificate says who the client is; an endpoint that ignores the name serves everyone whom the CA knows.

Anyone can get a certificate of a public CA, in the name of a host of their own.  If the endpoint verifies the chain and
not the name, such a client passes for the peer.  Only a certificate of a CA that the endpoint trusts shows this: in a
lab, the audit presents one for another name, and one with nothing wrong as a control.

An endpoint may tell its clients apart by other means, such as their addresses, so the default severity is low.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotTested, Remark, Violation
from auditor.model.observation import ClientCertificateCaseSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import CertificateCaseSubject
from auditor.rules.mutual_tls._shared import CLOSES_NEEDS_CA, NEEDS_CA, case_subject

_CASE = "wrong-name"


def check(evidence: Evidence[ClientCertificateCaseSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every version must reject a certificate for another name, and serve one for the right name."""
    shown = [seen for seen in evidence.seen if seen.case == _CASE]
    for seen in shown:
        subject = case_subject(seen)
        if seen.treatment == "undetermined":
            yield Doubt(subject=subject, reason=seen.evidence)
        elif seen.treatment == "served":
            yield Violation(
                subject=subject,
                expected="client certificate for another name rejected",
                observed=f"served: {seen.evidence}",
            )
        elif seen.control != "succeeded":
            reason = f"rejected ({seen.evidence}), but no certificate for the right name was accepted as a control"
            yield Doubt(subject=subject, reason=reason)
    for version in dict.fromkeys(seen.version for seen in evidence.seen):
        if version not in {seen.version for seen in shown}:
            subject = CertificateCaseSubject(version=version, case=_CASE)
            yield NotTested(subject=subject, reason=NEEDS_CA, whole=True, closes=CLOSES_NEEDS_CA)


RULE = Rule(
    id="client-name-unverified",
    title="Endpoint accepts a client certificate for another name",
    group=Group.MUTUAL_TLS,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 5922", section="7.4", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.4"),
        Citation(document="RFC 5280", section="6.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1"),
    ),
    remedy=(
        "Configure the listener to compare the name in the client's certificate with the names of the peers that it "
        "serves (Kamailio: check $tls_peer_san_hostname in the routing script; HAProxy: an ACL on ssl_c_s_dn), or "
        "restrict the listener to the addresses of those peers."
    ),
    observes=ClientCertificateCaseSeen,
    params=NoParameters,
    check=check,
)
