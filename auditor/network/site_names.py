"""Names in items 2 and 5, and what DNS says of them."""

from collections.abc import Iterator

from auditor.model.deployment import Site
from auditor.model.observation import LookedUpName, SiteNamesSeen, Undetermined
from auditor.network.addresses import is_range
from auditor.network.endpoints import plain_name


def names_of_sites(seen: SiteNamesSeen) -> Iterator[tuple[Site, str, LookedUpName | None]]:
    """Each name of each site, once, with its records; without these if it was not looked up."""
    found = {one.name: one for one in seen.names}
    for site in seen.declared.sites:
        names = dict.fromkeys(plain_name(text) for text in site.signaling_destination if not is_range(text))
        for name in names:
            yield site, name, found.get(name)


def unanswered(found: LookedUpName) -> Iterator[Undetermined]:
    """The queries without an answer that matter: the gateway does not use IPv6."""
    hosts = {found.name, *(record.name for record in found.records), *(record.host for record in found.records)}
    ignored = {f"{host} AAAA" for host in hosts}
    return (gap for gap in found.missing if gap.subject not in ignored)


def host_names(found: LookedUpName, host: str) -> Iterator[str]:
    """A host, and every name that it is an alias of."""
    aliases = {plain_name(record.name): str(record.host) for record in found.records if record.type == "CNAME"}
    passed: set[str] = set()
    while plain_name(host) not in passed:
        yield host
        passed.add(plain_name(host))
        host = aliases.get(plain_name(host), host)


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same; letters and a dot at the end make no difference."""
    return plain_name(one) == plain_name(other)
