"""Above 200 prefixes Microsoft drops the BGP session of Microsoft peering, and with it every call."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from pydantic import Field

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import parse_range
from auditor.rules.deployment._shared import judge_peered


class Limit(Params):
    """What a session takes."""

    most: int = Field(default=200, ge=1, description="Prefixes of one BGP session")


def check(evidence: Evidence[DeploymentSeen], params: Limit) -> Iterator[Remark]:
    """Each circuit is looked at by itself, and each IP version, which has sessions of its own."""
    for seen in evidence.seen:
        yield from judge_peered(seen.declared, partial(_circuit, params.most))


def _circuit(most: int, where: str, circuit: Circuit) -> Iterator[Remark]:
    if not circuit.advertised_prefixes:
        yield Doubt(subject=f"{where}.advertised_prefixes", reason="no prefix is declared")
    distinct = Counter(found.version for found in {parse_range(text) for text in circuit.advertised_prefixes})
    for version, number in sorted(distinct.items()):
        if number > most:
            yield Violation(
                subject=f"{where}.advertised_prefixes",
                expected=f"at most {most}",
                observed=f"{number} prefixes of IPv{version}",
            )


RULE = Rule(
    id="advertised-prefixes-excessive",
    title="More prefixes are advertised than a BGP session takes",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="Aggregate the prefixes: Microsoft drops the session above 200.",
    observes=DeploymentSeen,
    params=Limit,
    check=check,
    rests_on=("circuits.advertised_prefixes",),
)
