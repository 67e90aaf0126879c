"""When the local region is gone, calls go to the other one.

That needs a route, a way to notice, and no hunting after other errors.  A site with several peers in its own region
tries them all before.
"""

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from auditor.model.deployment import Deployment, Site
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import judge_production


class Failover(Params):
    """How a site is to fail over."""

    retry_on: tuple[int, ...] = Field(default=(408, 503, 504), description="The only SIP statuses after which to retry")
    longest_options_interval_seconds: int = Field(default=180, ge=1, description="At most so long between two OPTIONS")


def check(evidence: Evidence[DeploymentSeen], params: Failover) -> Iterator[Remark]:
    """In production each site has a second route, tried last, asks OPTIONS often, and retries after nothing else."""
    for seen in evidence.seen:
        judge = partial(_production, params)
        yield from judge_production(seen.declared, judge, lab="a lab deployment has one region")


def _production(params: Failover, declared: Deployment) -> Iterator[Remark]:
    if not declared.sites:
        yield Doubt(subject="sites", reason="no site is declared")
    for site in declared.sites:
        yield from _site(site, params)


def _site(site: Site, params: Failover) -> Iterator[Remark]:
    where = f"sites[{site.name}]"
    if len({route.region for route in site.routes}) < 2:
        yield Violation(subject=f"{where}.routes", expected="a route to the other region", observed="none is declared")
    yield from _hunting(f"{where}.routes", site)
    interval = site.options_interval_seconds
    if interval is None:
        yield Doubt(
            subject=f"{where}.options_interval_seconds", reason="whether peers are asked OPTIONS is not declared"
        )
    elif interval > params.longest_options_interval_seconds:
        expected = f"at most {params.longest_options_interval_seconds} s"
        yield Violation(subject=f"{where}.options_interval_seconds", expected=expected, observed=f"{interval} s")
    if not site.retry_on:
        yield Doubt(subject=f"{where}.retry_on", reason="after which statuses it retries is not declared")
    unheeded = sorted(set(params.retry_on) - set(site.retry_on))
    if site.retry_on and unheeded:
        yield Warning(
            subject=f"{where}.retry_on",
            expected=f"retries after {', '.join(map(str, params.retry_on))} and silence",
            observed=f"not after {', '.join(map(str, unheeded))}",
        )
    others = sorted(set(site.retry_on) - set(params.retry_on))
    if others:
        yield Violation(
            subject=f"{where}.retry_on",
            expected=f"retries after {', '.join(map(str, params.retry_on))} and silence alone",
            observed=f"also after {', '.join(map(str, others))}",
        )


def _hunting(where: str, site: Site) -> Iterator[Remark]:
    """Where the local region goes first, its last peer has to come before the other region's first."""
    local = [route.priority for route in site.routes if route.region == site.local_region]
    others = [route.priority for route in site.routes if route.region != site.local_region]
    if local and others and min(local) < min(others) <= max(local):
        expected = f"every route to {site.local_region} before one to the other region"
        observed = f"priority {max(local)}, and {min(others)} to the other region"
        yield Violation(subject=where, expected=expected, observed=observed)


RULE = Rule(
    id="route-failover-missing",
    title="A site does not fail over as the gateway expects",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(),
    remedy=(
        "Add a route to the other region, watch the peers with OPTIONS, and try another peer after 408, 503, 504 "
        "or silence alone."
    ),
    observes=DeploymentSeen,
    params=Failover,
    check=check,
)
