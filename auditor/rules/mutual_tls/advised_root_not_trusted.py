"""Peers change their CAs with little notice, and an endpoint without the new root rejects them on that day.

The policy lists the roots that peers have announced.  They are installed now so that the change needs no work on its
day.  The trust probe learns whether an endpoint trusts them in the same way as for the roots that are required today.
"""

from collections.abc import Iterator

from auditor.model.asks import Asks
from auditor.model.finding import Remark
from auditor.model.observation import RootTrustSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.rules._shared import all_of
from auditor.rules.mutual_tls._shared import RequiredRoots, judge_trust


def check(evidence: Evidence[RootTrustSeen], params: RequiredRoots) -> Iterator[Remark]:
    """The endpoint should know the key of every root that peers have announced."""
    yield from judge_trust(evidence, params)


RULE = Rule(
    id="advised-root-not-trusted",
    title="Endpoint does not trust a root CA that peers announced",
    group=Group.MUTUAL_TLS,
    severity=Severity.LOW,
    citations=(Citation(document="RFC 9846", section="6.2", url="https://www.rfc-editor.org/rfc/rfc9846#section-6.2"),),
    remedy=lambda params: (
        f"Install those of {all_of(params.roots)} that are missing in the trust store that this listener verifies "
        "client certificates with."
    ),
    observes=RootTrustSeen,
    params=RequiredRoots,
    check=check,
    asks=lambda params: Asks(trust_roots=params.roots),
)
