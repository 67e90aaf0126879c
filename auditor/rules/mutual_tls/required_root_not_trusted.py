"""An endpoint that does not hold its peer's root refuses the peer, and there is no call.

Azure Communications Gateway presents a certificate under DigiCert Global Root G2; a network that does not have that
root must install it.  Whether it has is told from how it refuses an impostor of the root: one that holds the root says
that the signature is wrong, one that does not says that it knows no such CA.  This shows the endpoint certificates that
bear the root's name, so it is done only where it is asked for.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import RootTrustSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.vocabulary import RootName


class RequiredRoots(Params):
    """Roots that must be trusted."""

    roots: tuple[RootName, ...] = Field(
        min_length=1, description="Names of pinned root certificates (files in policies/roots)"
    )


def check(evidence: Evidence[RootTrustSeen], params: RequiredRoots) -> Iterator[Remark]:
    """The endpoint knows the key of every root that is required."""
    by_root = {seen.root: seen for seen in evidence.seen}
    for root in params.roots:
        seen = by_root.get(root)
        if seen is None:
            yield Doubt(subject=root, reason="it was not asked about")
        elif seen.trusted is None:
            yield Doubt(subject=root, reason=f"the answers do not tell: {seen.evidence}")
        elif not seen.trusted:
            yield Violation(subject=root, expected="a trusted root", observed=f"unknown to it: {seen.evidence}")


RULE = Rule(
    id="required-root-not-trusted",
    title="A root that peers' certificates end at is not trusted",
    group=Group.MUTUAL_TLS,
    severity=Severity.HIGH,
    citations=(Citation(document="RFC 8446", section="6.2", url="https://www.rfc-editor.org/rfc/rfc8446#section-6.2"),),
    remedy="Download the root certificate and install it in the trust store of this listener.",
    observes=RootTrustSeen,
    params=RequiredRoots,
    check=check,
    asks=lambda params: Asks(trust_roots=params.roots),
)
