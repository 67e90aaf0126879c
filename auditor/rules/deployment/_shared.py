"""Shared by the rules about the deployment: preconditions."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from auditor.model.deployment import Circuit, Deployment
from auditor.model.finding import Doubt, NotApplicable, Remark
from auditor.model.subject import DeclaredSubject
from auditor.network.connections import circuits_with_microsoft_peering, uses_expressroute, uses_microsoft_peering
from auditor.network.subjects import CIRCUITS, RESOURCE

ZOOM = "zoom_phone_cloud_peering"
NO_ENDPOINTS = "no endpoint is listed: name each as TARGET, or under endpoints of the inventory"
CLOSES_NO_ENDPOINTS = "list the SIP endpoint of each site (items 2 and 5) under endpoints in the inventory"
UNKNOWN_ENDPOINTS = "the observations are of an earlier version, which did not record the endpoints; observe again"
_JudgeCircuit: TypeAlias = Callable[[DeclaredSubject, Circuit], Iterable[Remark]]


def undeclared_sku(declared: Deployment) -> Iterator[Doubt]:
    """Leave a requirement on production deployments open where the inventory does not say whether this is one."""
    if declared.production is None:
        yield Doubt(subject=RESOURCE.at("sku"), reason="whether this is a production deployment is not declared")


def normalised_name(text: str) -> str:
    """The name of a location or a router without differences in case and spaces."""
    return " ".join(text.split()).casefold()


def normalised_place(text: str) -> str:
    """The name of a peering location without accents and punctuation too: Washington D.C. is Washington DC."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.category(one).startswith("M"))
    return normalised_name(re.sub(r"[^\w\s]", " ", re.sub(r"[.']", "", plain)))


def judge_production(
    declared: Deployment, judge: Callable[[Deployment], Iterable[Remark]], *, lab: str
) -> Iterator[Remark]:
    """Yield the remarks of ``judge`` on a production deployment; ``lab`` is why the rule does not apply to a lab."""
    yield from undeclared_sku(declared)
    if declared.production is False:
        yield NotApplicable(reason=lab)
    elif declared.production:
        yield from judge(declared)


def judge_circuits(declared: Deployment, judge: _JudgeCircuit) -> Iterator[Remark]:
    """Yield the remarks of ``judge`` on the subject and the circuit, for each circuit, where ExpressRoute is in use."""
    if uses_expressroute(declared):
        yield from _circuits(declared.circuits, judge)
    else:
        yield NotApplicable(reason="no ExpressRoute is declared")


def judge_microsoft_peering(declared: Deployment, judge: _JudgeCircuit) -> Iterator[Remark]:
    """Yield the remarks of ``judge`` on each circuit with Microsoft peering, where that is in use."""
    if uses_microsoft_peering(declared):
        yield from _circuits(circuits_with_microsoft_peering(declared), judge)
    else:
        yield NotApplicable(reason="no Microsoft peering is declared")


def _circuits(circuits: tuple[Circuit, ...], judge: _JudgeCircuit) -> Iterator[Remark]:
    if not circuits:
        yield Doubt(subject=CIRCUITS, reason="no circuit is declared")
    for circuit in circuits:
        yield from judge(CIRCUITS.named(circuit.name), circuit)
