"""ExpressRoute is bought from a partner, reached through a cloud exchange, or connected directly.

The connectivity model determines who manages BGP.  An export of the circuit proves the provider: it shows the one that
provisioned it.  Without one, the policy's list of partners decides, and without a list the provider is only declared.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial

from pydantic import Field

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject, Named
from auditor.model.value import Value
from auditor.network.basis import subject_of
from auditor.network.confirmations import is_placeholder
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_circuits, normalised_name, normalised_place


class Partner(Value):
    """One ExpressRoute partner, as Microsoft listed it on a day."""

    provider: str = Field(min_length=1, description="Its name in the list")
    locations: tuple[str, ...] = Field(min_length=1, description="Its peering locations")
    as_of: dt.date = Field(description="The day of the list")
    source: str = Field(min_length=1, description="The list")
    checked: dt.date = Field(description="Day on which the source was read")


class Partners(Params):
    """The partners that are known."""

    partners: tuple[Partner, ...] = Field(
        default=(), description="ExpressRoute partners and cloud exchanges, one row per partner; empty without a list"
    )


def check(evidence: Evidence[DeploymentSeen], params: Partners) -> Iterator[Remark]:
    """Each circuit declares its model, its BGP management and its provider: a partner, or one behind an exchange."""
    for seen in evidence.seen:
        proven = {subject_of(proof, seen.declared) for proof in seen.proofs}

        yield from judge_circuits(seen.declared, partial(_circuit, partners=params.partners, proven=proven))


def _circuit(
    owner: DeclaredSubject, circuit: Circuit, partners: Sequence[Partner], proven: set[DeclaredSubject | Named]
) -> Iterator[Remark]:
    yield from _declared(owner, circuit)
    fields = {field for field in ("provider", "connectivity_model") if owner.at(field) in proven}
    yield from _provider(owner, circuit, partners, fields)


def _declared(owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    if circuit.connectivity_model is None:
        subject = owner.at("connectivity_model")
        yield Warning(subject=subject, expected="a connectivity model", observed="none is declared")
    if _named(circuit.bgp_managed_by) is None:
        observed = circuit.bgp_managed_by or "not declared"
        yield Warning(subject=owner.at("bgp_managed_by"), expected="who manages BGP", observed=observed)


def _provider(
    owner: DeclaredSubject, circuit: Circuit, partners: Sequence[Partner], proven: set[str]
) -> Iterator[Remark]:
    direct = circuit.connectivity_model == "expressroute_direct"
    # Where an export shows a circuit that is not provisioned, both sessions are down.
    works = not circuit.bgp_sessions or any(session.state != "down" for session in circuit.bgp_sessions)
    provider, exchange = _named(circuit.provider), _named(circuit.exchange)
    if direct and "provider" in proven:
        observed = f"expressroute_direct, but {provider} provisioned the circuit"
        expected = "the model of a circuit from a provider"
        yield Violation(subject=owner.at("connectivity_model"), expected=expected, observed=observed)
    if works and ("provider" in proven or "connectivity_model" in proven):
        return
    if direct:
        yield _unproven(owner.at("provider"), "an ExpressRoute Direct port, by an export of the circuit", "declared")
    elif provider is None and exchange is None:
        yield Violation(subject=owner.at("provider"), expected="a connectivity provider", observed="none is declared")
    elif circuit.provider_is_partner is None and exchange is None:
        reason = "whether the provider is an ExpressRoute partner is not declared"
        yield Doubt(subject=owner.at("provider"), reason=reason)
    elif circuit.provider_is_partner is False and exchange is None:
        expected = "an ExpressRoute partner or a cloud exchange"
        yield Violation(subject=owner.at("exchange"), expected=expected, observed="neither is declared")
    else:
        yield from _listed(owner, circuit, partners)


def _listed(owner: DeclaredSubject, circuit: Circuit, partners: Sequence[Partner]) -> Iterator[Remark]:
    """Judge the partner, or the exchange in its place, by the list."""
    by_provider = _named(circuit.exchange) is None or (circuit.provider_is_partner and _named(circuit.provider))
    field = "provider" if by_provider else "exchange"
    name = (circuit.provider if by_provider else circuit.exchange) or ""
    location = circuit.peering_location or ""
    expected = "a partner that Microsoft lists at the peering location, or an export of the circuit"
    found = [one for one in partners if normalised_name(one.provider) == normalised_name(name)]
    observed = f"declared: {name}{location and f' at {location}'}"
    if not partners:
        yield _unproven(owner.at(field), expected, observed)
    elif not found:
        newest = max(partners, key=lambda one: one.as_of)
        yield _unproven(owner.at(field), expected, f"{observed}; not listed in {newest.source} of {newest.as_of}")
    elif not any(normalised_place(location) in map(normalised_place, one.locations) for one in found):
        newest = max(found, key=lambda one: one.as_of)
        observed = f"{observed}; not a location of this partner in {newest.source} of {newest.as_of}"
        yield _unproven(owner.at("peering_location"), expected, observed)


def _named(text: str | None) -> str | None:
    """The name; None where nobody is named."""
    return None if text is None or is_placeholder(text) else text


def _unproven(subject: DeclaredSubject, expected: str, observed: str) -> Warning:
    return Warning(subject=subject, expected=expected, observed=observed, unproven=True)


RULE = Rule(
    id="circuit-provider-undeclared",
    title="A circuit's connectivity provider is not declared",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=(
        "Declare provider, connectivity_model and bgp_managed_by of the circuit; declare exchange where the "
        "provider is not an ExpressRoute partner.  Add the output of az network express-route show as evidence."
    ),
    observes=DeploymentSeen,
    params=Partners,
    check=check,
    rests_on=(CIRCUITS.at("provider"), CIRCUITS.at("connectivity_model")),
)
