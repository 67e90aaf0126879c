"""The Provisioning API is at provapi under the base domain, and moves: its record lives for a minute."""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DnsSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity


class Lifetime(Params):
    """How long the record may live."""

    longest_ttl_seconds: int = Field(default=60, ge=1, description="TTL of the record as the resolver gives it")


def check(evidence: Evidence[DnsSeen], params: Lifetime) -> Iterator[Remark]:
    """The name has an A record, and a resolver does not stretch its life."""
    looked_up = [seen for seen in evidence.seen if seen.purpose == "provisioning"]
    if not looked_up:
        yield Doubt(subject="deployment.base_domain", reason="the base domain is not declared")
    for seen in looked_up:
        found = [record for record in seen.records if record.type == "A"]
        if not found and seen.missing:
            yield Doubt(subject=seen.name, reason=seen.missing[0].reason)
        elif not found:
            yield Violation(subject=seen.name, expected="an IPv4 address", observed="there is none")
        longest = max((record.ttl for record in found), default=0)
        if longest > params.longest_ttl_seconds:
            expected = f"a TTL of at most {params.longest_ttl_seconds} s"
            yield Warning(subject=seen.name, expected=expected, observed=f"{longest} s")


RULE = Rule(
    id="provisioning-name-unresolved",
    title="The name of the Provisioning API does not resolve as it should",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy="Check the base domain; look the name up again at least every minute.",
    observes=DnsSeen,
    params=Lifetime,
    check=check,
)
