"""DNS records of the names of a deployment; only on request.

dnspython asks one resolver.  A query gets a few seconds over all its tries, an answer a limited number of records,
and a chain of aliases is followed step by step, so a loop ends.  Answers are kept as sanitised text.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from time import monotonic
from typing import Final, Literal, TypeAlias

import dns.exception
import dns.flags
import dns.name
import dns.rdata
import dns.rdatatype
import dns.resolver
import dns.rrset
from dns.message import QueryMessage

from auditor.model.deployment import DeclaredEndpoint, Deployment
from auditor.model.observation import DnsRecord, DnsSeen, LookedUpName, SiteNamesSeen, Undetermined
from auditor.network.addresses import is_range
from auditor.network.endpoints import plain_name
from auditor.sanitise import clean

SECONDS: Final = 5.0
MOST_SECONDS: Final = 120.0
"""The longest time for the names of all sites; the lookups that have begun are finished."""
MOST_RECORDS: Final = 64
MOST_ALIASES: Final = 8
MOST_HOSTS: Final = 16

_Answer: TypeAlias = tuple[list[DnsRecord], list[Undetermined]]
_Aliases: TypeAlias = dict[str, DnsRecord]
"""CNAME records on the way to an answer, each once: by name and target."""
RecordType: TypeAlias = Literal["A", "AAAA", "SRV", "CAA"]


def resolver_at(address: str | None, port: int = 53) -> dns.resolver.Resolver:
    """The resolver at that address, else the machine's own.  Raises ``OSError`` if there is none."""
    try:
        found = dns.resolver.Resolver(configure=address is None)
    except dns.resolver.NoResolverConfiguration as error:
        raise OSError("this machine has no resolver; name one with --resolver") from error
    if address is not None:
        found.nameservers, found.port = [address], port
    found.lifetime = SECONDS
    found.cache = None
    return found


def look_up(
    target: str, at: datetime, declared: Deployment, own: Sequence[str], resolver: dns.resolver.Resolver
) -> Iterator[DnsSeen]:
    """Everything the rules about names need: the regions', the Provisioning API's and the endpoints' own."""
    for region in declared.regions:
        if region.hostname:
            ranges = tuple(dict.fromkeys((*region.signaling_ranges, *region.media_ranges)))
            seen = _region(target, at, region.hostname, ranges, resolver)
            yield seen.model_copy(update={"signaling_ranges": region.signaling_ranges})
    base = declared.deployment.base_domain
    if base:
        yield _seen(target, at, "provisioning", f"provapi.{base}", [_asked(f"provapi.{base}", "A", resolver)])
    for name in dict.fromkeys(own):
        yield _seen(target, at, "own", name, [_authorised(name, resolver)])


def _authorised(name: str, resolver: dns.resolver.Resolver) -> _Answer:
    """The CAA records that count for a name: its own, else those of the nearest domain above (RFC 8659 section 3)."""
    labels = name.split(".")
    gaps: list[Undetermined] = []
    for start in range(max(1, len(labels) - 1)):
        found, missing = _asked(".".join(labels[start:]), "CAA", resolver)
        gaps += missing
        if found:
            return found, gaps  # a nearer name got no answer, and its records would count in place of these
    return [], gaps


def look_up_sites(
    target: str,
    at: datetime,
    declared: Deployment,
    resolver: dns.resolver.Resolver,
    endpoints: tuple[DeclaredEndpoint, ...] = (),
) -> SiteNamesSeen:
    """The records of every name in items 2 and 5, with the aliases on the way to them."""
    items = (text for site in declared.sites for text in site.signaling_destination)
    names = dict.fromkeys(plain_name(text) for text in items if not is_range(text))
    ends = monotonic() + MOST_SECONDS
    found = tuple(_site_name(name, resolver) if monotonic() < ends else _too_late(name) for name in names)
    return SiteNamesSeen(target=target, at=at, declared=declared, names=found, endpoints=endpoints)


def _too_late(name: str) -> LookedUpName:
    gap = Undetermined(subject=f"{name} A", reason=f"not looked up: the limit of {MOST_SECONDS:.0f} s is reached")
    return LookedUpName(name=name, missing=(gap,))


def _site_name(name: str, resolver: dns.resolver.Resolver) -> LookedUpName:
    aliases: _Aliases = {}
    answers = [*_trunk(name, resolver, aliases), (list(aliases.values()), [])]
    return LookedUpName(
        name=name,
        records=tuple(record for found, _ in answers for record in found),
        missing=tuple(gap for _, gaps in answers for gap in gaps),
    )


def _region(target: str, at: datetime, name: str, ranges: tuple[str, ...], resolver: dns.resolver.Resolver) -> DnsSeen:
    return _seen(target, at, "region", name, _trunk(name, resolver, {}), ranges)


def _trunk(name: str, resolver: dns.resolver.Resolver, aliases: _Aliases) -> list[_Answer]:
    """The SRV records of a name for SIP over TLS, and the addresses of the name and of their targets."""
    services = [_asked(f"{prefix}.{name}", "SRV", resolver, aliases) for prefix in ("_sip._tls", "_sips._tcp")]
    found = (record.host for records, _ in services for record in records)
    names = list(dict.fromkeys([name, *(host for host in found if host and host != ".")]))
    addresses = [_asked(host, kind, resolver, aliases) for host in names[:MOST_HOSTS] for kind in _ADDRESSES]
    too_many = "not looked up: the limit on names is reached"
    more = [Undetermined(subject=f"{host} A", reason=too_many) for host in names[MOST_HOSTS:]]
    return [*services, *addresses, ([], more)]


_ADDRESSES: tuple[RecordType, RecordType] = ("A", "AAAA")


def _seen(
    target: str,
    at: datetime,
    purpose: Literal["region", "provisioning", "own"],
    name: str,
    answers: Sequence[_Answer],
    ranges: tuple[str, ...] = (),
) -> DnsSeen:
    return DnsSeen(
        target=target,
        at=at,
        purpose=purpose,
        name=name,
        ranges=ranges,
        records=tuple(record for found, _ in answers for record in found),
        missing=tuple(gap for _, gaps in answers for gap in gaps),
    )


def _asked(name: str, kind: RecordType, resolver: dns.resolver.Resolver, aliases: _Aliases | None = None) -> _Answer:
    """The records of one query.  An empty answer is an answer; no answer is a gap.  Aliases go to ``aliases``."""
    subject, wanted = f"{name} {kind}", name
    for _ in range(MOST_ALIASES):
        answer, chain = _once(wanted, kind, resolver)
        if aliases is not None:
            aliases.update({f"{alias.name} {alias.host}".lower(): alias for alias in _alias_records(chain)})
        if isinstance(answer, str):
            return [], [Undetermined(subject=subject, reason=answer)]
        if answer is not None and answer.rrset is not None:
            return _records(name, kind, answer)
        if answer is None:
            return [], []
        alias = answer.canonical_name.to_text(omit_final_dot=True)
        if alias.lower() == wanted.lower().removesuffix("."):
            if not answer.response.flags & (dns.flags.AA | dns.flags.RA):
                return [], [Undetermined(subject=subject, reason="the resolver does not offer recursion")]
            return [], []
        wanted = alias
    return [], [Undetermined(subject=subject, reason=f"its chain of aliases is longer than {MOST_ALIASES} steps")]


_Once: TypeAlias = tuple[dns.resolver.Answer | str | None, list[dns.rrset.RRset]]


def _once(name: str, kind: RecordType, resolver: dns.resolver.Resolver) -> _Once:
    """The answer, with the aliases in it; None if the name does not exist; a sentence if there is no answer."""
    try:
        answer = resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN as error:
        # The last of the aliases in the answer is the name that does not exist.
        response = error.response(dns.name.from_text(name))  # type: ignore[no-untyped-call]
        return None, response.resolve_chaining().cnames if isinstance(response, QueryMessage) else []
    except dns.resolver.NoNameservers:
        return "the resolver refused or failed to look it up", []
    except dns.exception.Timeout:
        return f"the resolver did not answer within {SECONDS:.0f} s", []
    except (dns.exception.DNSException, OSError, ValueError) as error:
        return f"the answer is not readable ({type(error).__name__})", []
    return answer, answer.chaining_result.cnames


def _alias_records(chain: Sequence[dns.rrset.RRset]) -> Iterator[DnsRecord]:
    for alias in chain[:MOST_ALIASES]:
        name = clean(alias.name.to_text(omit_final_dot=True))
        for rdata in list(alias)[:1]:
            host = clean(rdata.target.to_text(omit_final_dot=True))
            yield DnsRecord(type="CNAME", name=name, value=clean(rdata.to_text()), ttl=alias.ttl, host=host)


def _records(name: str, kind: RecordType, answer: dns.resolver.Answer) -> _Answer:
    assert answer.rrset is not None  # looked at by the caller
    shown = list(answer.rrset)[:MOST_RECORDS]
    found = [
        DnsRecord(
            type=kind,
            name=name,
            value=clean(rdata.to_text()),
            ttl=answer.rrset.ttl,
            host=clean(rdata.target.to_text(omit_final_dot=True)) if kind == "SRV" else None,
        )
        for rdata in shown
    ]
    more = len(answer.rrset) - len(shown)
    return found, [Undetermined(subject=f"{name} {kind}", reason=f"{more} further records were not examined")] * (
        more > 0
    )
