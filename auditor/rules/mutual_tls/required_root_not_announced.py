"""A server may name the CAs it takes client certificates from; a peer may look there before it chooses one.

The names say little about trust: many endpoints name none at all, which is allowed and judged by nobody.  But a list
without the root that the peer's certificate ends at is worth a look: the root may be missing from the trust store, and
a client that goes by the list sends no certificate.  It belongs to the search for required roots, and is judged only
where that was asked for.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.read import read
from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation
from auditor.model.observation import ClientCertificateSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.vocabulary import RootName


class AnnouncedRoots(Params):
    """Roots that a list of CA names should hold."""

    roots: tuple[RootName, ...] = Field(
        min_length=1, description="Names of pinned root certificates (files in policies/roots)"
    )


def check(evidence: Evidence[ClientCertificateSeen], params: AnnouncedRoots) -> Iterator[Remark]:
    """Where CA names are announced, those of the required roots are among them."""
    if not any(seen.trust_probe for seen in evidence.seen):
        reason = "looking for the required roots has to be asked for (--trust-probe)"
        yield NotTested(subject=evidence.target.name, reason=reason, whole=True)
        return
    subjects = {anchor.name: read(anchor.der).subject.public_bytes() for anchor in evidence.anchors}
    announcing = [seen for seen in evidence.seen if seen.authorities]
    if not announcing:
        yield NotApplicable(reason="the endpoint announces no CA names, which is allowed")
    for seen in announcing:
        for root in params.roots:
            if root not in subjects:
                yield Doubt(subject=root, reason="this root is not known here")
            elif subjects[root] not in seen.authorities:
                yield Violation(
                    subject=f"{seen.version} {root}",
                    expected="the root's name announced",
                    observed=f"{len(seen.authorities)} other CA names announced",
                )


RULE = Rule(
    id="required-root-not-announced",
    title="A root that peers' certificates end at is not among the announced CA names",
    group=Group.MUTUAL_TLS,
    severity=Severity.INFO,
    citations=(
        Citation(document="RFC 8446", section="4.2.4", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.2.4"),
        Citation(document="RFC 5246", section="7.4.4", url="https://www.rfc-editor.org/rfc/rfc5246#section-7.4.4"),
    ),
    remedy="Add the root to the CAs that the listener announces, and see that it is in its trust store too.",
    observes=ClientCertificateSeen,
    params=AnnouncedRoots,
    check=check,
)
