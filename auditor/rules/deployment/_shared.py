"""What a rule about the deployment has to know first."""

from collections.abc import Callable, Iterable, Iterator

from auditor.model.deployment import Circuit, Deployment, Link
from auditor.model.finding import Doubt, NotApplicable, Remark

EXPRESSROUTE = "expressroute_microsoft"
INJECTED = "vnet_injection"


def undeclared_sku(declared: Deployment) -> Iterator[Doubt]:
    """Say that a demand of production deployments cannot be judged where nobody says whether this is one."""
    if declared.production is None:
        yield Doubt(subject="deployment.sku", reason="whether this is a production deployment is not declared")


def named(link: Link) -> str:
    """A link by its two ends."""
    return f"links[{link.site} to {link.region}]"


def place(text: str) -> str:
    """The name of a place or a thing, in the one form that tells two of them apart."""
    return " ".join(text.split()).casefold()


def injected(declared: Deployment, links: Iterable[Link]) -> bool:
    """Whether these links lead to an injected virtual network alone; where none says so, the deployment does."""
    types = {link.connection_type for link in links if link.connection_type}
    return types == {INJECTED} if types else declared.deployment.vnet_injection


def peered(declared: Deployment) -> tuple[Circuit, ...]:
    """The circuits with Microsoft peering: an injected virtual network is reached by private peering."""
    if injected(declared, declared.links):
        return ()
    inside = {link.circuit for link in declared.links if link.connection_type == INJECTED}
    outside = {link.circuit for link in declared.links if link.connection_type != INJECTED}
    return tuple(circuit for circuit in declared.circuits if circuit.name not in inside - outside)


def uses_microsoft_peering(declared: Deployment) -> bool:
    """Whether ExpressRoute with Microsoft peering is in use, or declared to be."""
    return bool(peered(declared)) or any(link.connection_type == EXPRESSROUTE for link in declared.links)


def uses_expressroute(declared: Deployment) -> bool:
    """Whether ExpressRoute is in use, or declared to be, with whatever peering."""
    return bool(declared.circuits) or any(link.connection_type == EXPRESSROUTE for link in declared.links)


def judge_production(
    declared: Deployment, judge: Callable[[Deployment], Iterable[Remark]], *, lab: str
) -> Iterator[Remark]:
    """Yield what ``judge`` says of a production deployment; ``lab`` is why it has nothing to say of a lab."""
    yield from undeclared_sku(declared)
    if declared.production is False:
        yield NotApplicable(reason=lab)
    elif declared.production:
        yield from judge(declared)


def judge_circuits(declared: Deployment, judge: Callable[[str, Circuit], Iterable[Remark]]) -> Iterator[Remark]:
    """Yield what ``judge`` says of each circuit and its place in the inventory, where ExpressRoute is in use."""
    if uses_expressroute(declared):
        yield from _circuits(declared.circuits, judge)
    else:
        yield NotApplicable(reason="no ExpressRoute is declared")


def judge_peered(declared: Deployment, judge: Callable[[str, Circuit], Iterable[Remark]]) -> Iterator[Remark]:
    """Yield what ``judge`` says of each circuit with Microsoft peering and its place, where that is in use."""
    if uses_microsoft_peering(declared):
        yield from _circuits(peered(declared), judge)
    else:
        yield NotApplicable(reason="no Microsoft peering is declared")


def _circuits(circuits: tuple[Circuit, ...], judge: Callable[[str, Circuit], Iterable[Remark]]) -> Iterator[Remark]:
    if not circuits:
        yield Doubt(subject="circuits", reason="no circuit is declared")
    for circuit in circuits:
        yield from judge(f"circuits[{circuit.name}]", circuit)
