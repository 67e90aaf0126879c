"""Without BFD, calls are lost until BGP notices that a path has failed.

Bidirectional Forwarding Detection takes a dead path out of use within a second.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.network.confirmations import gives_reason
from auditor.network.subjects import LINKS, link_subject


class BfdIntervals(Params):
    """How often BFD packets are sent."""

    interval_ms: int = Field(
        default=150, ge=1, description="Longest interval without a recorded reason, in milliseconds"
    )
    longest_ms: int = Field(default=300, ge=1, description="Longest interval with a recorded reason, in milliseconds")


def check(evidence: Evidence[DeploymentSeen], params: BfdIntervals) -> Iterator[Remark]:
    """Each private link runs BFD at a short enough interval."""
    for seen in evidence.seen:
        declared = seen.declared.links
        links = [link for link in declared if link.connection_type != "public_internet" and link.over != "vpn"]
        if not declared:
            yield Doubt(subject=LINKS, reason="no link is declared")
        if not links:
            yield NotApplicable(reason="no private link is declared")
        for link in links:
            if link.connection_type is None:
                yield Doubt(subject=link_subject(link), reason="the type of connection is not declared")
                continue
            subject, interval = link_subject(link).at("bfd_interval_ms"), link.bfd_interval_ms
            expected = f"at most {_allowed(params)}"
            if interval is None:
                yield Violation(subject=subject, expected=expected, observed="no BFD interval is declared")
            elif interval > params.longest_ms or (interval > params.interval_ms and not gives_reason(link.bfd_reason)):
                yield Violation(subject=subject, expected=expected, observed=f"{interval} ms")


def _allowed(params: BfdIntervals) -> str:
    longer = f", or {params.longest_ms} ms with a reason" if params.longest_ms > params.interval_ms else ""
    return f"{min(params.interval_ms, params.longest_ms)} ms{longer}"


def _remedy(params: BfdIntervals) -> str:
    return (
        f"Enable BFD on the edge routers with an interval of at most {_allowed(params)}, and declare bfd_interval_ms."
    )


RULE = Rule(
    id="bfd-missing",
    title="BFD is missing or too slow",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=_remedy,
    observes=DeploymentSeen,
    params=BfdIntervals,
    check=check,
)
