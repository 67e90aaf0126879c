"""Peers change their CAs with little notice, and an endpoint without the new root rejects them on that day.

The policy lists the roots that peers have announced.  They are installed now so that the change needs no work on its
day.  Which roots are needed today is the subject of a rule of its own.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark
from auditor.model.observation import TrustStoreSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.rules._shared import all_of
from auditor.rules.trust_store._shared import StoredRoots, judge_roots


def check(evidence: Evidence[TrustStoreSeen], params: StoredRoots) -> Iterator[Remark]:
    """Every root that peers have announced should be in the store."""
    yield from judge_roots(evidence, params)


RULE = Rule(
    id="trust-store-root-advised",
    title="Trust store lacks a root CA that peers have announced",
    group=Group.TRUST_STORE,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 5280", section="6.1.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1.1"),
    ),
    remedy=lambda params: f"Install those of {all_of(params.roots)} that are missing in the trust store.",
    observes=TrustStoreSeen,
    params=StoredRoots,
    check=check,
)
