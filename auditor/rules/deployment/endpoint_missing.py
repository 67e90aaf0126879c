"""An audit that connects to one site's endpoint says nothing of the other site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.model.deployment import DeclaredEndpoint, Deployment
from auditor.model.finding import Doubt, NotTested, Remark, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import is_range
from auditor.network.endpoints import SignalingItem, SignalingItems, signaling_items
from auditor.network.subjects import SITES
from auditor.rules.deployment._shared import CLOSES_NO_ENDPOINTS, NO_ENDPOINTS, UNKNOWN_ENDPOINTS

_FIELD, _ITEMS = "signaling_destination", "items 2 and 5"


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """A SIP endpoint that is listed stands at every address and name of items 2 and 5; without one nobody looked."""
    for seen in evidence.seen:
        if seen.endpoints is None:
            yield Doubt(subject=SITES, reason=UNKNOWN_ENDPOINTS, closes="auditor collect -i INVENTORY -o FILE, again")
        elif not seen.declared.sites:
            yield Doubt(subject=SITES, reason="no site is declared")
        elif not seen.endpoints:
            yield NotTested(subject=SITES, reason=NO_ENDPOINTS, whole=True, closes=CLOSES_NO_ENDPOINTS)
        else:
            yield from _judge(
                seen.endpoints, signaling_items(seen.declared, seen.endpoints, seen.resolved), seen.declared
            )


@dataclass(frozen=True)
class _Placed:
    """Where endpoints of one service stand, and which may stand elsewhere as well."""

    at: dict[SignalingItem, str]
    """The first endpoint at an item, by its name."""
    unresolved: dict[str | None, str]
    """The first endpoint of a site, or of none, whose addresses are unknown."""
    unplaced: dict[str | None, str]
    """The first that is at no item that is a name."""


def _judge(endpoints: Sequence[DeclaredEndpoint], items: SignalingItems, declared: Deployment) -> Iterator[Remark]:
    sip = _placed([endpoint for endpoint in endpoints if endpoint.service == "sip"], items)
    https = _placed([endpoint for endpoint in endpoints if endpoint.service == "https"], items)
    for site in declared.sites:
        subject = SITES.named(site.name)
        if not site.signaling_destination:
            yield Doubt(subject=subject.at(_FIELD, items=_ITEMS), reason="it is not declared")
        for item in items.of_site[site.name]:
            if item not in sip.at:
                yield _missing(subject.at(_FIELD, item.text, items=_ITEMS), item, items, sip, https)


def _missing(
    subject: DeclaredSubject, item: SignalingItem, items: SignalingItems, sip: _Placed, https: _Placed
) -> Remark:
    if item in https.at:
        return Warning(
            subject=subject, expected="a SIP endpoint", observed=f"{https.at[item]} is audited as HTTPS", unproven=True
        )
    if not item.is_name:
        maybe = sip.unresolved.get(item.site) or sip.unresolved.get(None)
        why = "was not resolved, so its addresses are unknown"
    else:
        unproven = item in items.unknown[item.site]
        maybe = (sip.unplaced.get(item.site) or sip.unplaced.get(None)) if unproven else None
        why = f"may stand here, but {item.text} was not looked up (--dns)"
    if maybe:
        closes = "--dns" if item.is_name else "audit again once its name resolves"
        return Doubt(subject=subject, reason=f"the endpoint {maybe} {why}", closes=closes)
    reason = "no endpoint is listed here: name one as TARGET, or under endpoints of the inventory"
    closes = f"list the SIP endpoint at {item.text} under endpoints in the inventory"
    return NotTested(subject=subject, reason=reason, whole=True, closes=closes)


def _placed(endpoints: Sequence[DeclaredEndpoint], items: SignalingItems) -> _Placed:
    placed = _Placed({}, {}, {})
    for endpoint in endpoints:
        named = items.named(endpoint)
        addressed = (item for address in filter(is_range, endpoint.addresses) for item in items.at(address))
        for item in (*named, *addressed):
            if endpoint.site in (None, item.site):
                placed.at.setdefault(item, endpoint.name)
        if not endpoint.addresses:
            placed.unresolved.setdefault(endpoint.site, endpoint.name)
        if not named:
            placed.unplaced.setdefault(endpoint.site, endpoint.name)
    return placed


RULE = Rule(
    id="endpoint-missing",
    title="A signaling address has no endpoint in the audit",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy="List a SIP endpoint with its site for every address and name of items 2 and 5, and audit it.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
