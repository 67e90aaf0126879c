"""Where the Internet and ExpressRoute know the same route, answers take the other way.

Stateful devices drop them then, and calls have one-way audio.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import parse_range
from auditor.rules.deployment._shared import judge_peered, peered


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """What is advertised to the Internet, beside what any circuit advertises."""
    for seen in evidence.seen:
        declared = seen.declared
        advertised = dict.fromkeys(text for circuit in peered(declared) for text in circuit.advertised_prefixes)
        pools = [text for site in declared.sites if site.nat for text in site.nat.pool]
        yield from judge_peered(declared, partial(_circuit, tuple(advertised), pools))


def _circuit(advertised: Iterable[str], pools: Iterable[str], where: str, circuit: Circuit) -> Iterator[Remark]:
    if not circuit.advertised_prefixes:
        yield Doubt(subject=f"{where}.advertised_prefixes", reason="no prefix is declared")
    subject = f"{where}.internet_prefixes"
    if circuit.internet_prefixes is None:
        yield Doubt(subject=subject, reason="what is advertised to the Internet is not declared")
    for text in circuit.internet_prefixes or ():
        yield from _known(subject, text, advertised, pools)


def _known(subject: str, text: str, advertised: Iterable[str], pools: Iterable[str]) -> Iterator[Remark]:
    wide = parse_range(text)
    for own in advertised:
        if wide.within(parse_range(own)):
            yield Violation(subject=subject, expected=f"nothing within {own}", observed=text)
    for pool in pools:
        if parse_range(pool).overlaps(wide):
            yield Violation(subject=subject, expected=f"no address of the NAT pool {pool}", observed=text)


RULE = Rule(
    id="prefix-advertised-twice",
    title="A prefix is advertised to the Internet and to ExpressRoute alike",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Advertise to ExpressRoute only what is not advertised to the Internet, or is more specific; keep NAT pools"
        " off the Internet."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=("circuits.advertised_prefixes",),
)
