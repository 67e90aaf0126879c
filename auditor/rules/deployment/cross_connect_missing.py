"""A site that loses its connection to the gateway sends its calls through another site; this needs a cross-connect."""

from collections.abc import Iterator, Sequence
from itertools import islice
from math import comb

from auditor.model.deployment import Deployment
from auditor.model.finding import Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.subjects import CROSS_CONNECTS
from auditor.rules.deployment._shared import judge_production

_MOST = 100
"""Missing pairs that are named; the others are counted."""


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """In production there are two sites, and each has a cross-connect to another one."""
    for seen in evidence.seen:
        yield from judge_production(seen.declared, _production, lab="a lab deployment needs one site")


def _production(declared: Deployment) -> Iterator[Remark]:
    names = sorted(site.name for site in declared.sites)
    connected = {name for pair in declared.cross_connects if len(set(pair.sites)) > 1 for name in pair.sites}
    alone = [name for name in names if name not in connected]
    if len(names) < 2:
        yield Violation(
            subject=CROSS_CONNECTS,
            expected="two sites with a cross-connect",
            observed=f"{len(names)} site{'s' * (len(names) != 1)}",
        )
    for one, other in islice(_pairs(alone, names), _MOST):
        yield Violation(
            subject=CROSS_CONNECTS.named(one, other), expected="a cross-connect", observed="none is declared"
        )
    more = comb(len(names), 2) - comb(len(names) - len(alone), 2) - _MOST
    if more > 0:
        observed = f"none for {more} more pairs of sites"
        yield Violation(subject=CROSS_CONNECTS, expected="a cross-connect", observed=observed)


def _pairs(alone: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each pair with an unconnected site, once, in alphabetical order."""
    lonely = set(alone)
    for one in alone:
        for other in names:
            if other != one and (other not in lonely or one < other):
                yield (one, other) if one < other else (other, one)


RULE = Rule(
    id="cross-connect-missing",
    title="Two sites are not cross-connected",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy="Connect the sites so each can carry the calls of both, and declare them under cross_connects.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
