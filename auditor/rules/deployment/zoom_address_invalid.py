"""Zoom must be given the gateway's addresses towards it (items 14 to 19), which the onboarding team states.

Microsoft manages these addresses for the other communications services.
"""

from collections.abc import Iterator

from auditor.model.deployment import Deployment, Ranges, Region
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.address_sets import AddressSet
from auditor.network.addresses import is_range, parse_range, why_not_public
from auditor.network.advertised import ranges_set
from auditor.network.endpoints import plain_name
from auditor.network.subjects import REGIONS, RESOURCE
from auditor.rules.deployment._shared import ZOOM

_SERVICE_NAMES = "commsgw.azure.com"
"""The domain of all names that the service gives."""
_KINDS = ("addresses it sends signaling from", "addresses or a name it receives signaling at", "addresses of media")
_FIELDS = ("service_signaling_source", "service_signaling_destination", "service_media")


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Where Zoom is used, each region declares three items of its own: public addresses, or names of the service."""
    for seen in evidence.seen:
        declared = seen.declared
        if not declared.deployment.services:
            reason = "whether Zoom Phone Cloud Peering is used is not declared"
            yield Doubt(subject=RESOURCE.at("services"), reason=reason)
        elif ZOOM not in declared.deployment.services:
            yield NotApplicable(reason="Zoom Phone Cloud Peering is not used")
        else:
            if not declared.regions:
                yield Doubt(subject=REGIONS, reason="no region is declared")
            for number, region in enumerate(declared.regions):
                yield from _region(region, 14 + 3 * number, declared)
                for earlier in declared.regions[:number]:
                    yield from _shared(region, earlier, 14 + 3 * number)
            if declared.production and len(declared.regions) == 1:
                second = REGIONS.at("", items="items 17 to 19")
                yield Violation(subject=second, expected="a second region", observed="one is declared")


def _items(region: Region, first: int) -> Iterator[tuple[str, DeclaredSubject, Ranges]]:
    """What each of the three items is, where it is declared, and its values."""
    owner = REGIONS.named(region.name)
    values = (region.service_signaling_source, region.service_signaling_destination, region.service_media)
    for number, (kind, field, texts) in enumerate(zip(_KINDS, _FIELDS, values, strict=True), start=first):
        yield kind, owner.at(field, items=f"item {number}" if number < 20 else ""), texts


def _shared(region: Region, earlier: Region, first: int) -> Iterator[Remark]:
    """What stands in both of two regions: only one of them can be there."""
    taken = ranges_set(filter(is_range, earlier.towards_services))
    names = {plain_name(text) for text in earlier.towards_services if not is_range(text)}
    for _, subject, texts in _items(region, first):
        for text in texts:
            if taken.touches(parse_range(text)) if is_range(text) else plain_name(text) in names:
                observed = f"{text}, which is declared for the region {earlier.name} too"
                yield Violation(subject=subject, expected="a value of its own", observed=observed)


def _region(region: Region, first: int, declared: Deployment) -> Iterator[Remark]:
    owner = REGIONS.named(region.name)
    sites = _of_sites(declared)
    for kind, subject, texts in _items(region, first):
        if texts:
            yield from _values(subject, texts, declared)
            yield from _not_theirs(subject, texts, declared, sites)
        elif region.service_facing:
            reason = f"service_facing does not say which of its values are the {kind}; declare {', '.join(_FIELDS)}"
            yield Doubt(subject=subject, reason=reason)
        else:
            yield Violation(subject=subject, expected=f"{kind} towards Zoom", observed="none are declared")
    yield from _values(owner.at("service_facing"), region.service_facing, declared)


def _of_sites(declared: Deployment) -> AddressSet:
    """Items 1 to 6 of all sites."""
    return ranges_set(
        text
        for site in declared.sites
        for text in (*site.signaling_source, *site.signaling_destination, *site.media)
        if is_range(text)
    )


def _not_theirs(subject: DeclaredSubject, texts: Ranges, declared: Deployment, sites: AddressSet) -> Iterator[Remark]:
    """Values that are known to be something else: addresses of a site, or other names of the gateway."""
    base = plain_name(declared.deployment.base_domain or "")
    others = {f"provapi.{base}", *(plain_name(region.hostname) for region in declared.regions if region.hostname)}
    for text in texts:
        if is_range(text) and sites.touches(parse_range(text)):
            observed = f"{text}, which holds addresses of a site"
            yield Violation(subject=subject, expected="addresses of the gateway", observed=observed)
        elif not is_range(text) and plain_name(text) in others:
            observed = f"{text}, which is another name of the gateway"
            yield Violation(subject=subject, expected="the name that faces Zoom", observed=observed)


def _values(subject: DeclaredSubject, texts: Ranges, declared: Deployment) -> Iterator[Remark]:
    parent = (declared.deployment.base_domain or _SERVICE_NAMES).rstrip(".").casefold()
    for text in texts:
        if not is_range(text):
            if not text.rstrip(".").casefold().endswith(f".{parent}"):
                expected = f"a name that the service gives, below {parent}"
                yield Warning(subject=subject, expected=expected, observed=text, unproven=True)
        elif why := why_not_public(text):
            yield Violation(subject=subject, expected="public addresses", observed=f"{text}: {why}")


RULE = Rule(
    id="zoom-address-invalid",
    title="Addresses towards Zoom are missing or not public",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=(
        "Ask the onboarding team for items 14 to 19, give them to Zoom, and declare them: service_signaling_source, "
        "service_signaling_destination and service_media of each region."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
)
