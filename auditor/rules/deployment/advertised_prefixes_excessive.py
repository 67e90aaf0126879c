"""Microsoft drops a BGP session with more prefixes than its limit, and with it every call."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from pydantic import Field

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import parse_range
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_microsoft_peering


class PrefixLimit(Params):
    """How many prefixes a BGP session accepts."""

    most: int = Field(default=200, ge=1, description="Most prefixes per BGP session and IP version")


def check(evidence: Evidence[DeploymentSeen], params: PrefixLimit) -> Iterator[Remark]:
    """Each circuit advertises at most that many prefixes per IP version; each IP version has its own sessions."""
    for seen in evidence.seen:
        yield from judge_microsoft_peering(seen.declared, partial(_circuit, params.most))


def _circuit(most: int, owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    subject = owner.at("advertised_prefixes")
    if not circuit.advertised_prefixes:
        yield Doubt(subject=subject, reason="no advertised prefix is declared")
    distinct = Counter(found.version for found in {parse_range(text) for text in circuit.advertised_prefixes})
    for version, number in sorted(distinct.items()):
        if number > most:
            yield Violation(
                subject=subject, expected=f"at most {most} prefixes", observed=f"{number} IPv{version} prefixes"
            )


def _remedy(params: PrefixLimit) -> str:
    return f"Aggregate the prefixes to at most {params.most} per BGP session: Microsoft drops the session above that."


RULE = Rule(
    id="advertised-prefixes-excessive",
    title="Too many prefixes are advertised in a BGP session",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=PrefixLimit,
    check=check,
    rests_on=(CIRCUITS.at("advertised_prefixes"),),
)
