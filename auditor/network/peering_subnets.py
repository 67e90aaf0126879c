"""The subnets of a circuit's BGP sessions: two /30, or one /29 of which each session uses one half.

For IPv6 these are /126 and /125.
"""

from auditor.model.deployment import Circuit, Path
from auditor.network.addresses import Range, parse_range

_WHOLE = 8
"""Addresses of a subnet that both sessions share."""


def session_subnet(path: str, prefix: Range) -> Range:
    """The subnet of one session: the primary session has the first half of a /29, and the secondary the second."""
    if not _both(prefix):
        return prefix
    first = prefix.first + (_WHOLE // 2 if path == "secondary" else 0)
    return Range(prefix.version, first, first + _WHOLE // 2 - 1)


def halved_subnets(circuit: Circuit) -> set[Range]:
    """Each /29 that the primary and the secondary session share, or may share if one of them declares no prefix."""
    paths: dict[Range, list[Path]] = {}
    for session in circuit.bgp_sessions:
        if session.prefix:
            paths.setdefault(parse_range(session.prefix), []).append(session.path)
    open_paths = {session.path for session in circuit.bgp_sessions if session.prefix is None}
    return {
        prefix
        for prefix, found in paths.items()
        if _both(prefix) and len(set(found)) == len(found) and {*found, *open_paths} == {"primary", "secondary"}
    }


def _both(prefix: Range) -> bool:
    return prefix.last - prefix.first == _WHOLE - 1 and prefix.first % _WHOLE == 0
