"""An endpoint that does not trust its peer's root rejects the peer, and no call is set up.

The audit learns whether an endpoint trusts a root from how it rejects a certificate of a forged issuer.  An endpoint
that holds the root reports a wrong signature; one that does not reports an unknown CA.  The probe shows the endpoint
certificates that copy the root's name, so it runs only on request.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import RootTrustSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import RootSubject
from auditor.model.vocabulary import RootName
from auditor.rules._shared import all_of


class RequiredRoots(Params):
    """Roots that must be trusted."""

    roots: tuple[RootName, ...] = Field(
        min_length=1, description="Names of pinned root certificates (files in policies/roots)"
    )


def check(evidence: Evidence[RootTrustSeen], params: RequiredRoots) -> Iterator[Remark]:
    """The endpoint must know the key of every required root."""
    by_root = {seen.root: seen for seen in evidence.seen}
    for root in params.roots:
        subject = RootSubject(root=root)
        seen = by_root.get(root)
        if seen is None:
            yield Doubt(subject=subject, reason="the trust probe did not test this root")
        elif seen.trusted is None:
            yield Doubt(subject=subject, reason=f"the answers do not show whether the root is trusted: {seen.evidence}")
        elif not seen.trusted:
            yield Violation(subject=subject, expected="trusted", observed=f"unknown to the endpoint: {seen.evidence}")


RULE = Rule(
    id="required-root-not-trusted",
    title="Endpoint does not trust a required root CA",
    group=Group.MUTUAL_TLS,
    severity=Severity.HIGH,
    citations=(Citation(document="RFC 9846", section="6.2", url="https://www.rfc-editor.org/rfc/rfc9846#section-6.2"),),
    remedy=lambda params: (
        f"Install {all_of(params.roots)} in the trust store that this listener verifies client certificates with."
    ),
    observes=RootTrustSeen,
    params=RequiredRoots,
    check=check,
    asks=lambda params: Asks(trust_roots=params.roots),
)
