"""The gateway sends signaling to items 2 and 5 alone, so an endpoint at another address is not the one that it reaches.

An audit of such an endpoint says nothing of the site.
"""

from collections.abc import Iterable, Iterator, Sequence

from auditor.model.deployment import DeclaredEndpoint
from auditor.model.finding import Doubt, NotTested, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject, Named
from auditor.network.addresses import is_range, parse_range
from auditor.network.endpoints import SignalingItem, SignalingItems, plain_name, signaling_items
from auditor.network.subjects import SITES
from auditor.rules.deployment._shared import CLOSES_NO_ENDPOINTS, NO_ENDPOINTS, UNKNOWN_ENDPOINTS

_MOST = 100
"""Endpoints that are named for one kind of remark; the others are counted."""
_MOST_ITEMS = 6


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every SIP endpoint is at an address or name of items 2 or 5, those of its own site if it names one."""
    for seen in evidence.seen:
        if seen.endpoints is None:
            yield Doubt(subject=SITES, reason=UNKNOWN_ENDPOINTS, closes="auditor collect -i INVENTORY -o FILE, again")
        elif not seen.endpoints:
            yield NotTested(subject=SITES, reason=NO_ENDPOINTS, whole=True, closes=CLOSES_NO_ENDPOINTS)
        elif not seen.declared.sites:
            yield Doubt(subject=SITES, reason="no site is declared")
        else:
            items = signaling_items(seen.declared, seen.endpoints, seen.resolved)
            yield from _bounded(remark for endpoint in seen.endpoints for remark in _endpoint(endpoint, items))


def _bounded(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """The first remarks of each kind, and one that counts the others."""
    found = list(remarks)
    violations = [remark for remark in found if isinstance(remark, Violation)]
    warnings = [remark for remark in found if isinstance(remark, Warning)]
    doubts = [remark for remark in found if isinstance(remark, Doubt)]
    yield from violations[:_MOST]
    yield from warnings[:_MOST]
    yield from doubts[:_MOST]
    if (more := len(violations) - _MOST) > 0:
        yield Violation(subject=SITES, expected="items 2 and 5", observed=f"{more} more endpoints elsewhere")
    if (more := len(warnings) - _MOST) > 0:
        yield Warning(subject=SITES, expected="a site of the deployment", observed=f"{more} more endpoints without one")
    if (more := len(doubts) - _MOST) > 0:
        yield Doubt(subject=SITES, reason=f"where {more} more endpoints stand is open")


def _endpoint(endpoint: DeclaredEndpoint, items: SignalingItems) -> Iterator[Remark]:
    subject = _subject(endpoint, items)
    if endpoint.site is not None and endpoint.site not in items.of_site:
        yield Violation(subject=subject, expected="a declared site", observed=f"site {endpoint.site}")
    elif endpoint.service == "https":
        if endpoint.site is None:
            own = DeclaredSubject(part="endpoints", names=(endpoint.name,), field="site")
            yield Warning(subject=own, expected="a site of the deployment", observed="it belongs to no site")
    elif endpoint.site is not None and not items.of_site[endpoint.site]:
        yield Doubt(subject=subject, reason=f"items 2 and 5 of site {endpoint.site} are not declared")
    else:
        yield from _signaling(subject, endpoint, items)


def _subject(endpoint: DeclaredEndpoint, items: SignalingItems) -> DeclaredSubject | Named:
    """Items 2 or 5 of the endpoint's site, so that it says nothing of another; or the endpoint."""
    if endpoint.site in items.of_site:
        return SITES.named(str(endpoint.site)).at("signaling_destination", endpoint.name, items="items 2 and 5")
    return Named(name=endpoint.name)


def _signaling(subject: DeclaredSubject | Named, endpoint: DeclaredEndpoint, items: SignalingItems) -> Iterator[Remark]:
    site = endpoint.site
    named = items.named(endpoint)
    ours = tuple(item for item in named if _of(site, item))
    expected = f"items 2 and 5 of site {site}: {_listed(items.of_site[site])}" if site else "items 2 and 5 of a site"
    addresses = [address for address in endpoint.addresses if is_range(address)]
    only_ipv6 = bool(addresses) and all(parse_range(address).version == 6 for address in addresses)
    if only_ipv6 and ours:
        observed = f"{addresses[0]} alone; the gateway uses IPv4"
        yield Violation(subject=subject, expected=expected, observed=observed)
    elif not addresses and named and not ours:
        observed = f"{endpoint.host}, a name of site {named[0].site}"
        yield Violation(subject=subject, expected=expected, observed=observed)
    elif not addresses and not ours:
        yield Doubt(subject=subject, reason=f"{endpoint.host} was not resolved, so its addresses are unknown")
    for address in addresses:
        holding = items.at(address)
        if any(_of(site, item) for item in holding if not item.is_name):
            continue
        names = {plain_name(item.text) for item in (*ours, *(item for item in holding if _of(site, item)))}
        others = [item for item in holding if not _of(site, item) and plain_name(item.text) not in names]
        if region := next(items.gateway.holding(address), None):
            observed = f"{address}, an address of the gateway in region {region}"
            yield Violation(subject=subject, expected=expected, observed=observed)
        elif others:
            observed = f"{address}, an address of site {others[0].site}"
            yield Violation(subject=subject, expected=expected, observed=observed)
        elif not names:
            beside = parse_range(address).version == 6 and not only_ipv6
            yield _elsewhere(endpoint, expected, address, items, beside=beside)


def _elsewhere(
    endpoint: DeclaredEndpoint, expected: str, address: str, items: SignalingItems, *, beside: bool
) -> Remark:
    """An address that is in no declared range, and of no name as far as that is known."""
    subject, site = _subject(endpoint, items), endpoint.site
    if beside:
        observed = f"{address} beside IPv4 addresses; the gateway uses IPv4 alone"
        return Warning(subject=subject, expected=expected, observed=observed)
    if any(site in (None, owner) for owner in items.internal.holding(address)):
        observed = f"{address}, an internal address; whether NAT leads the gateway to it is not proven"
        return Warning(subject=subject, expected=expected, observed=observed, unproven=True)
    if unknown := items.unknown[site]:
        reason = f"{address} is in no declared range, and {_listed(unknown)} was not looked up (--dns)"
        return Doubt(subject=subject, reason=reason, closes="--dns")
    observed = address if site else f"{address}; it belongs to no site"
    return Violation(subject=subject, expected=expected, observed=observed)


def _of(site: str | None, item: SignalingItem) -> bool:
    """Whether it is an item of the site, or of any where an endpoint names none."""
    return site is None or item.site == site


def _listed(items: Sequence[SignalingItem]) -> str:
    shown = ", ".join(item.text for item in items[:_MOST_ITEMS])
    return shown if len(items) <= _MOST_ITEMS else f"{shown} and {len(items) - _MOST_ITEMS} more"


RULE = Rule(
    id="endpoint-address-undeclared",
    title="An endpoint is at no declared signaling address",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "List the endpoints that the gateway sends signaling to (items 2 and 5), each with its site; or correct"
        " signaling_destination of the site."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
