"""When the local region fails, calls must go to the other region.

This needs a second route, OPTIONS requests to detect the failure, and no retries after other errors.  A site with
several peers in its own region tries all of them first.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from auditor.model.deployment import Deployment, Site
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.subjects import SITES
from auditor.rules.deployment._shared import judge_production


class Failover(Params):
    """How a site must fail over."""

    retry_on: tuple[int, ...] = Field(
        default=(408, 503, 504), description="The SIP statuses after which a site retries; others are not allowed"
    )
    longest_options_interval_seconds: int = Field(
        default=180, ge=1, description="Longest time between two OPTIONS requests"
    )


def check(evidence: Evidence[DeploymentSeen], params: Failover) -> Iterator[Remark]:
    """In production each site routes to the other region last, sends OPTIONS often and retries only as allowed."""
    for seen in evidence.seen:
        judge = partial(_production, params)
        yield from judge_production(seen.declared, judge, lab="a lab deployment has one region")
        if seen.declared.production is False:
            for site in seen.declared.sites:
                yield from _interval(SITES.named(site.name), site, params)


def _production(params: Failover, declared: Deployment) -> Iterator[Remark]:
    if not declared.sites:
        yield Doubt(subject=SITES, reason="no site is declared")
    for site in declared.sites:
        yield from _site(site, params)


def _site(site: Site, params: Failover) -> Iterator[Remark]:
    owner = SITES.named(site.name)
    if len({route.region for route in site.routes}) < 2:
        yield Violation(subject=owner.at("routes"), expected="a route to the other region", observed="none is declared")
    yield from _route_order(owner.at("routes"), site)
    if site.options_interval_seconds is None:
        yield Doubt(
            subject=owner.at("options_interval_seconds"), reason="the interval of OPTIONS requests is not declared"
        )
    yield from _interval(owner, site, params)
    if not site.retry_on:
        yield Doubt(
            subject=owner.at("retry_on"), reason="the SIP statuses after which the site retries are not declared"
        )
    ignored = sorted(set(params.retry_on) - set(site.retry_on))
    if site.retry_on and ignored:
        yield Warning(
            subject=owner.at("retry_on"),
            expected=f"retries after {_causes(params)}",
            observed=f"not after {', '.join(map(str, ignored))}",
        )
    others = sorted(set(site.retry_on) - set(params.retry_on))
    if others:
        yield Violation(
            subject=owner.at("retry_on"),
            expected=f"retries only after {_causes(params)}",
            observed=f"also after {', '.join(map(str, others))}",
        )


def _interval(owner: DeclaredSubject, site: Site, params: Failover) -> Iterator[Remark]:
    """A declared interval is short enough; in a lab, too, where none has to be declared."""
    interval = site.options_interval_seconds
    if interval is not None and interval > params.longest_options_interval_seconds:
        expected = f"at most {params.longest_options_interval_seconds} s"
        yield Violation(subject=owner.at("options_interval_seconds"), expected=expected, observed=f"{interval} s")


def _route_order(subject: DeclaredSubject, site: Site) -> Iterator[Remark]:
    """Where the local region comes first, its last peer comes before the first peer of the other region."""
    local = [route.priority for route in site.routes if route.region == site.local_region]
    others = [route.priority for route in site.routes if route.region != site.local_region]
    if local and others and min(local) < min(others) <= max(local):
        expected = f"every route to {site.local_region} before those to the other region"
        observed = f"priority {max(local)} for {site.local_region}, {min(others)} for the other region"
        yield Violation(subject=subject, expected=expected, observed=observed)


def _causes(params: Failover) -> str:
    return " or ".join(filter(None, (", ".join(map(str, params.retry_on)), "a timeout")))


def _remedy(params: Failover) -> str:
    return (
        "Add a route to the other region after all local ones, send OPTIONS at least every "
        f"{params.longest_options_interval_seconds} s, and retry only after {_causes(params)}."
    )


RULE = Rule(
    id="route-failover-missing",
    title="A site does not fail over to the other region correctly",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=Failover,
    check=check,
)
