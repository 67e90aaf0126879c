"""When a requirement applies to a declared deployment."""

from collections.abc import Callable
from dataclasses import dataclass

from auditor.model.deployment import CommunicationsService, Deployment
from auditor.model.requirement import Condition
from auditor.network.connections import INJECTED, uses_expressroute, uses_maps_voice, uses_microsoft_peering

_MICROSOFT_365 = {"operator_connect", "teams_phone_mobile", "teams_direct_routing"}


@dataclass(frozen=True)
class _Test:
    holds: Callable[[Deployment], bool]
    known: Callable[[Deployment], bool]
    """Whether the inventory says enough for the condition not to hold."""
    otherwise: str
    """Why the requirement does not apply where it does not hold."""


def _sku(declared: Deployment) -> bool:
    return declared.production is not None


def _connections(declared: Deployment) -> bool:
    return bool(declared.links) and all(link.connection_type is not None for link in declared.links)


def _carriers(declared: Deployment) -> bool:
    """Whether every connection is declared, and what carries those to an injected virtual network."""
    return _connections(declared) and all(link.over or link.connection_type != INJECTED for link in declared.links)


def _services(declared: Deployment) -> bool:
    return bool(declared.deployment.services)


def _uses(service: CommunicationsService) -> Callable[[Deployment], bool]:
    return lambda declared: service in declared.deployment.services


def _microsoft_365(declared: Deployment) -> bool:
    return bool(_MICROSOFT_365 & set(declared.deployment.services))


def _no_microsoft_365_over_expressroute(declared: Deployment) -> bool:
    """Whether one of the two is known to be absent, which is enough."""
    no_service = _services(declared) and not _microsoft_365(declared)
    return no_service or (_carriers(declared) and not uses_expressroute(declared))


_TESTS = {
    Condition.PRODUCTION: _Test(
        lambda declared: declared.production is True, _sku, "it is not a production deployment"
    ),
    Condition.LAB: _Test(lambda declared: declared.production is False, _sku, "it is not a lab deployment"),
    Condition.EXPRESSROUTE: _Test(uses_expressroute, _carriers, "the deployment does not use ExpressRoute"),
    Condition.MICROSOFT_PEERING: _Test(
        uses_microsoft_peering, _connections, "the deployment does not use ExpressRoute Microsoft Peering"
    ),
    Condition.MICROSOFT_365_OVER_EXPRESSROUTE: _Test(
        lambda declared: uses_expressroute(declared) and _microsoft_365(declared),
        _no_microsoft_365_over_expressroute,
        "the deployment does not use Microsoft 365 over ExpressRoute",
    ),
    Condition.MAPS_VOICE: _Test(uses_maps_voice, _connections, "the deployment does not use MAPS Voice"),
    Condition.ZOOM: _Test(
        _uses("zoom_phone_cloud_peering"), _services, "the deployment does not use Zoom Phone Cloud Peering"
    ),
    Condition.ZOOM_IN_PRODUCTION: _Test(
        lambda declared: declared.production is True and "zoom_phone_cloud_peering" in declared.deployment.services,
        lambda declared: declared.production is False or (_sku(declared) and _services(declared)),
        "it is not a production deployment with Zoom Phone Cloud Peering",
    ),
    Condition.MOBILE_CONTROL_POINT: _Test(
        _uses("teams_phone_mobile"), _services, "the deployment does not use Teams Phone Mobile"
    ),
    Condition.HTTPS: _Test(
        lambda declared: bool(declared.deployment.https_roles) or declared.deployment.provisioning is not None,
        lambda declared: declared.deployment.https_roles is not None,
        "the inventory declares that HTTPS is not used",
    ),
    Condition.PROVISIONING_API: _Test(
        lambda declared: (
            declared.deployment.provisioning is not None or "client" in (declared.deployment.https_roles or ())
        ),
        lambda declared: declared.deployment.https_roles is not None,
        "the network has no client of the Provisioning API",
    ),
}


def applies(condition: Condition, declared: Deployment) -> bool | None:
    """Whether the condition holds; None if the inventory does not say."""
    if condition is Condition.ALWAYS:
        return True
    test = _TESTS[condition]
    return True if test.holds(declared) else False if test.known(declared) else None


def why_not(condition: Condition) -> str:
    """Why a requirement with this condition does not apply to a deployment for which it does not hold."""
    return _TESTS[condition].otherwise
