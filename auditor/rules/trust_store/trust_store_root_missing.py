"""An endpoint rejects every peer whose certificate ends at a root that its trust store lacks, and no call is set up.

The file shows what a probe from outside can only infer.  A root counts if its key and its name are in the store, it is
in date, and the store trusts it for servers and for clients.  A certificate with the right name and another key is a
forgery, or the wrong file.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark
from auditor.model.observation import TrustStoreSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.rules._shared import all_of
from auditor.rules.trust_store._shared import StoredRoots, judge_roots


def check(evidence: Evidence[TrustStoreSeen], params: StoredRoots) -> Iterator[Remark]:
    """Every required root must be in the store."""
    yield from judge_roots(evidence, params)


RULE = Rule(
    id="trust-store-root-missing",
    title="Trust store lacks a required root CA",
    group=Group.TRUST_STORE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="6.1.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1.1"),
    ),
    remedy=lambda params: (
        f"Download {all_of(params.roots)} from the CA, compare the SHA-256 with the CA's own page, and install "
        "it in the trust store that the endpoint verifies its peers with."
    ),
    observes=TrustStoreSeen,
    params=StoredRoots,
    check=check,
)
