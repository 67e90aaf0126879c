"""What a rule about the deployment has to know first."""

from collections.abc import Iterator

from auditor.model.deployment import Deployment, Link
from auditor.model.rule import Inconclusive

EXPRESSROUTE = "expressroute_microsoft"


def undeclared_sku(declared: Deployment) -> Iterator[Inconclusive]:
    """Say that a demand of production deployments cannot be judged where nobody says whether this is one."""
    if declared.production is None:
        yield Inconclusive(subject="deployment.sku", reason="whether this is a production deployment is not declared")


def named(link: Link) -> str:
    """A link by its two ends."""
    return f"links[{link.site} to {link.region}]"


def uses_expressroute(declared: Deployment) -> bool:
    """Whether ExpressRoute with Microsoft peering is in use, or declared to be."""
    return bool(declared.circuits) or any(link.connection_type == EXPRESSROUTE for link in declared.links)
