"""What somebody wrote down and what a file proves are not the same.

The file is believed, and every other rule judges what it says.  Whoever relies on the inventory should know that it is
wrong there, or that the file is of another day.
"""

from collections.abc import Iterator

from auditor.model.finding import NotApplicable, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.proofs import PROVABLE


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Everything that is both declared and proven is the same."""
    for seen in evidence.seen:
        if not seen.proofs:
            yield NotApplicable(reason="no file is named as evidence")
        for proof in seen.proofs:
            if proof.declared is not None:
                proven = proof.proven or "something else"
                expected, observed = f"{proven}, as {proof.file} says", f"{proof.declared}, as declared"
                yield Violation(subject=proof.subject, expected=expected, observed=observed)


RULE = Rule(
    id="declaration-contradicted",
    title="The inventory says something else than the evidence",
    group=Group.DEPLOYMENT,
    severity=Severity.LOW,
    citations=(),
    remedy="Correct the inventory, or export the file again where it is out of date.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=PROVABLE,
)
