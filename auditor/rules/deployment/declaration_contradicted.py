"""The inventory and an evidence file disagree.

The other rules judge the value from the file.  Either the inventory is wrong here, or the file is out of date.
"""

from collections.abc import Iterator

from auditor.model.finding import NotApplicable, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.basis import subject_of
from auditor.network.proofs import PROVABLE


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every declared value that a file proves is the same in both."""
    for seen in evidence.seen:
        if not seen.proofs:
            yield NotApplicable(reason="no file is named as evidence")
        for proof in seen.proofs:
            if proof.declared is not None:
                proven = proof.proven or "something else"
                expected, observed = f"{proven}, as in {proof.file}", f"{proof.declared}, as declared"
                yield Violation(subject=subject_of(proof, seen.declared), expected=expected, observed=observed)


RULE = Rule(
    id="declaration-contradicted",
    title="The inventory contradicts the evidence",
    group=Group.DEPLOYMENT,
    severity=Severity.LOW,
    citations=(),
    remedy="Correct the inventory, or export the file again if it is out of date.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=PROVABLE,
)
