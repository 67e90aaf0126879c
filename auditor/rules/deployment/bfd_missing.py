"""Without a quick look at the path, calls are lost for as long as BGP waits.

Bidirectional forwarding detection takes a dead path out of use within a second.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules.deployment._shared import named


class Intervals(Params):
    """How often BFD packets are sent."""

    interval_ms: int = Field(default=150, ge=1, description="The longest interval that needs no reason")
    longest_ms: int = Field(default=300, ge=1, description="The longest interval at all")


def check(evidence: Evidence[DeploymentSeen], params: Intervals) -> Iterator[Remark]:
    """Each link that is no public one has BFD, often enough."""
    for seen in evidence.seen:
        declared = seen.declared.links
        links = [link for link in declared if link.connection_type != "public_internet" and link.over != "vpn"]
        if not declared:
            yield Doubt(subject="links", reason="no link is declared")
        if not links:
            yield NotApplicable(reason="no private link is declared")
        for link in links:
            if link.connection_type is None:
                yield Doubt(subject=named(link), reason="no type of connection is declared")
                continue
            subject, interval = f"{named(link)}.bfd_interval_ms", link.bfd_interval_ms
            expected = f"{params.interval_ms} ms, or up to {params.longest_ms} ms with a reason"
            if interval is None:
                yield Violation(subject=subject, expected=expected, observed="no BFD is declared")
            elif interval > params.longest_ms or (interval > params.interval_ms and not link.bfd_reason):
                yield Violation(subject=subject, expected=expected, observed=f"{interval} ms")


RULE = Rule(
    id="bfd-missing",
    title="A link would notice its failure late",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=(
        "Run BFD on the edge routers with an interval of 150 ms, or 300 ms where the router cannot, with the reason."
    ),
    observes=DeploymentSeen,
    params=Intervals,
    check=check,
)
