"""Where both the Internet and ExpressRoute carry a route, replies can take the other path.

Stateful devices drop such replies, and calls have one-way audio.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import parse_range
from auditor.network.connections import circuits_with_microsoft_peering
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_microsoft_peering


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """No Internet prefix lies within a prefix that a circuit advertises, or overlaps a NAT pool."""
    for seen in evidence.seen:
        declared = seen.declared
        advertised = dict.fromkeys(
            text for circuit in circuits_with_microsoft_peering(declared) for text in circuit.advertised_prefixes
        )
        pools = [text for site in declared.sites if site.nat for text in site.nat.pool]
        yield from judge_microsoft_peering(declared, partial(_circuit, tuple(advertised), pools))


def _circuit(
    advertised: Iterable[str], pools: Iterable[str], owner: DeclaredSubject, circuit: Circuit
) -> Iterator[Remark]:
    if not circuit.advertised_prefixes:
        yield Doubt(subject=owner.at("advertised_prefixes"), reason="no advertised prefix is declared")
    subject = owner.at("internet_prefixes")
    if circuit.internet_prefixes is None:
        yield Doubt(
            subject=subject, reason="the prefixes advertised to the Internet are not declared; an empty list means none"
        )
    for text in circuit.internet_prefixes or ():
        yield from _conflicts(subject, text, advertised, pools)


def _conflicts(
    subject: DeclaredSubject, text: str, advertised: Iterable[str], pools: Iterable[str]
) -> Iterator[Remark]:
    wide = parse_range(text)
    for own in advertised:
        if wide.within(parse_range(own)):
            yield Violation(subject=subject, expected=f"no prefix within {own}", observed=text)
    for pool in pools:
        if parse_range(pool).overlaps(wide):
            yield Violation(subject=subject, expected=f"no address of the NAT pool {pool}", observed=text)


RULE = Rule(
    id="prefix-advertised-twice",
    title="A prefix goes to both the Internet and ExpressRoute",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Advertise to ExpressRoute only prefixes that are not advertised to the Internet, or are more specific; do "
        "not advertise NAT pools to the Internet."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(CIRCUITS.at("advertised_prefixes"),),
)
