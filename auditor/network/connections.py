"""The connections of a declared deployment: which links and circuits use which kind."""

from collections.abc import Iterable

from auditor.model.deployment import Circuit, Deployment, Link

EXPRESSROUTE = "expressroute_microsoft"
INJECTED = "vnet_injection"


def only_vnet_injection(declared: Deployment, links: Iterable[Link]) -> bool:
    """Whether all these links lead to an injected virtual network; without link types the deployment decides."""
    types = {link.connection_type for link in links if link.connection_type}
    return types == {INJECTED} if types else declared.deployment.vnet_injection


def circuits_with_microsoft_peering(declared: Deployment) -> tuple[Circuit, ...]:
    """The circuits with Microsoft peering; an injected virtual network is reached by private peering."""
    if only_vnet_injection(declared, declared.links):
        return ()
    inside = {link.circuit for link in declared.links if link.connection_type == INJECTED}
    outside = {link.circuit for link in declared.links if link.connection_type != INJECTED}
    return tuple(circuit for circuit in declared.circuits if circuit.name not in inside - outside)


def circuits_with_private_peering(declared: Deployment) -> set[str]:
    """The names of circuits that lead to an injected virtual network only."""
    microsoft = {circuit.name for circuit in circuits_with_microsoft_peering(declared)}
    return {circuit.name for circuit in declared.circuits} - microsoft


def uses_microsoft_peering(declared: Deployment) -> bool:
    """Whether ExpressRoute with Microsoft peering is in use, or declared to be."""
    return bool(circuits_with_microsoft_peering(declared)) or any(
        link.connection_type == EXPRESSROUTE for link in declared.links
    )


def uses_expressroute(declared: Deployment) -> bool:
    """Whether ExpressRoute is in use, or declared to be, with any peering."""
    return bool(declared.circuits) or any(
        link.connection_type == EXPRESSROUTE or link.over == "expressroute_private" for link in declared.links
    )


def uses_maps_voice(declared: Deployment) -> bool:
    """Whether MAPS Voice is in use, or declared to be."""
    return bool(declared.maps) or any(link.connection_type == "maps_voice" for link in declared.links)
