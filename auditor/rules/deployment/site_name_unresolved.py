"""The gateway sends signaling to the IPv4 addresses behind a site's name (items 2 and 5).

Which records it looks up is not documented: an address of the name itself, or SRV records as RFC 3263 has it.
"""

from collections.abc import Iterator, Sequence

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation, Warning
from auditor.model.observation import DnsRecord, LookedUpName, SiteNamesSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DnsNameSubject
from auditor.network.site_names import host_names, names_of_sites, same_name, unanswered


def check(evidence: Evidence[SiteNamesSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each name in items 2 and 5 has an A record, and so have the targets of its SRV records if there are any."""
    for seen in evidence.seen:
        named = {name: found for _, name, found in names_of_sites(seen)}
        if not named:
            yield NotApplicable(reason="no site declares a name in items 2 and 5")
        for name, found in named.items():
            if found is None:
                yield Doubt(subject=DnsNameSubject(name=name), reason="it was not looked up", closes="--dns")
            else:
                yield from _name(DnsNameSubject(name=name), found)


def _name(subject: DnsNameSubject, found: LookedUpName) -> Iterator[Remark]:
    for gap in unanswered(found):
        yield Doubt(subject=subject, reason=f"{gap.subject}: {gap.reason}")
    services = [record for record in found.records if record.type == "SRV"]
    targets = list(dict.fromkeys(str(record.host) for record in services if record.host not in (None, ".")))
    unknown = {gap.subject for gap in found.missing}
    if not _has(found, found.name, "A") and f"{found.name} A" not in unknown:
        observed = _instead(found, found.name)
        if any(_has(found, target, "A") for target in targets):
            expected = f"an IPv4 address of {found.name}"
            observed = f"{observed}; only its SRV records lead to one, and the gateway may not look them up"
            yield Warning(subject=subject, expected=expected, observed=observed, unproven=True)
        else:
            yield Violation(subject=subject, expected=f"an IPv4 address of {found.name}", observed=observed)
    yield from _services(subject, found, services, targets)


def _services(
    subject: DnsNameSubject, found: LookedUpName, services: Sequence[DnsRecord], targets: Sequence[str]
) -> Iterator[Remark]:
    if services and not targets:
        observed = 'the target ".", which says that there is no SIP over TLS here (RFC 2782)'
        yield Violation(subject=subject, expected="SRV records with a target, or none", observed=observed)
    unknown = {gap.subject for gap in found.missing}
    lost = [host for host in targets if not _has(found, host, "A") and f"{host} A" not in unknown]
    remark = Violation if len(lost) == len(targets) else Warning
    for host in lost:
        expected = f"an IPv4 address of {host}, the target of an SRV record"
        yield remark(subject=subject, expected=expected, observed=_instead(found, host))
    for host in targets:
        if host not in lost and any(same_name(host, alias.name) for alias in _aliases(found)):
            expected, observed = "a target that is no alias (RFC 2782)", f"{host}, an alias"
            yield Warning(subject=subject, expected=expected, observed=observed)


def _instead(found: LookedUpName, host: str) -> str:
    """What there is in place of an IPv4 address, and where the aliases of the name lead."""
    there = "only IPv6 addresses" if _has(found, host, "AAAA") else "no address"
    *_, last = host_names(found, host)
    return there if same_name(last, host) else f"{there}; it is an alias of {last}"


def _aliases(found: LookedUpName) -> Iterator[DnsRecord]:
    return (record for record in found.records if record.type == "CNAME")


def _has(found: LookedUpName, host: str, kind: str) -> bool:
    return any(record.type == kind and same_name(record.name, host) for record in found.records)


RULE = Rule(
    id="site-name-unresolved",
    title="A site's name has no IPv4 address",
    group=Group.DEPLOYMENT,
    severity=Severity.HIGH,
    citations=(Citation(document="RFC 2782", url="https://www.rfc-editor.org/rfc/rfc2782"),),
    remedy=(
        "Publish an A record for each name in signaling_destination, and for each target of its SRV records; or declare"
        " addresses."
    ),
    observes=SiteNamesSeen,
    params=NoParameters,
    check=check,
)
