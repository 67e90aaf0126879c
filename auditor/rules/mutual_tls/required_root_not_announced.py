"""A server may list the CAs whose client certificates it accepts, and a peer may use that list to choose one.

The list says little about trust.  Many endpoints send none, which is allowed.  A list without the root of the peer's
certificate deserves attention: the root may be missing from the trust store, and a client that follows the list sends
no certificate.  The rule belongs to the trust probe, and applies only where that was requested.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.read import read
from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation
from auditor.model.observation import ClientCertificateSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET, RootSubject
from auditor.model.vocabulary import RootName
from auditor.rules._shared import all_of


class AnnouncedRoots(Params):
    """Roots that a list of CA names should contain."""

    roots: tuple[RootName, ...] = Field(
        min_length=1, description="Names of pinned root certificates (files in policies/roots)"
    )


def check(evidence: Evidence[ClientCertificateSeen], params: AnnouncedRoots) -> Iterator[Remark]:
    """A CertificateRequest that lists CAs must list the required roots."""
    if not any(seen.trust_probe for seen in evidence.seen):
        reason = "the trust probe was not requested (--trust-probe)"
        yield NotTested(subject=TARGET, reason=reason, whole=True, closes="--trust-probe")
        return
    names = {anchor.name: read(anchor.der).subject.public_bytes() for anchor in evidence.anchors}
    announcing = [seen for seen in evidence.seen if seen.authorities]
    if not announcing:
        yield NotApplicable(reason="the endpoint's CertificateRequest lists no CA, which is allowed")
    for seen in announcing:
        for root in params.roots:
            if root not in names:
                yield Doubt(subject=RootSubject(root=root), reason="no certificate of this root is known")
            elif names[root] not in seen.authorities:
                yield Violation(
                    subject=RootSubject(version=seen.version, root=root),
                    expected="root listed in the CertificateRequest",
                    observed=f"{len(seen.authorities)} other CA names listed",
                )


RULE = Rule(
    id="required-root-not-announced",
    title="CertificateRequest does not list a required CA",
    group=Group.MUTUAL_TLS,
    severity=Severity.INFO,
    citations=(
        Citation(document="RFC 9846", section="4.3.4", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.3.4"),
    ),
    remedy=lambda params: (
        f"Add {all_of(params.roots)} to the CA names in the listener's CertificateRequest and to its trust store."
    ),
    observes=ClientCertificateSeen,
    params=AnnouncedRoots,
    check=check,
)
