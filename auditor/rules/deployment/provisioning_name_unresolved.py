"""The Provisioning API is at provapi below the base domain.  Its address changes; the record has a short TTL."""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import DnsSeen
from auditor.model.rule import Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DnsNameSubject
from auditor.network.addresses import is_range, why_not_public
from auditor.network.subjects import RESOURCE


class RecordLifetime(Params):
    """How long resolvers may cache the record."""

    longest_ttl_seconds: int = Field(default=60, ge=1, description="Longest TTL in the resolver's answer")


def check(evidence: Evidence[DnsSeen], params: RecordLifetime) -> Iterator[Remark]:
    """The name has an A record, and the resolver does not extend its TTL."""
    looked_up = [seen for seen in evidence.seen if seen.purpose == "provisioning"]
    if not looked_up:
        yield Doubt(subject=RESOURCE.at("base_domain"), reason="the base domain is not declared")
    for seen in looked_up:
        subject = DnsNameSubject(name=seen.name)
        found = [record for record in seen.records if record.type == "A"]
        if not found and seen.missing:
            yield Doubt(subject=subject, reason=seen.missing[0].reason)
        elif not found:
            yield Violation(subject=subject, expected="an IPv4 address", observed="no A record")
        for record in found:
            if is_range(record.value) and (why := why_not_public(record.value)):
                observed = f"{record.value}: {why}"
                yield Warning(subject=subject, expected="a public address", observed=observed, unproven=True)
        longest = max((record.ttl for record in found), default=0)
        if longest > params.longest_ttl_seconds:
            expected = f"a TTL of at most {params.longest_ttl_seconds} s"
            yield Warning(subject=subject, expected=expected, observed=f"{longest} s")


def _remedy(params: RecordLifetime) -> str:
    return (
        "Correct base_domain, and use a resolver that keeps the TTL of the record, so clients look the name up "
        f"every {params.longest_ttl_seconds} s."
    )


RULE = Rule(
    id="provisioning-name-unresolved",
    title="The Provisioning API name does not resolve correctly",
    group=Group.DEPLOYMENT,
    severity=Severity.MEDIUM,
    citations=(),
    remedy=_remedy,
    observes=DnsSeen,
    params=RecordLifetime,
    check=check,
)
