"""The first entry that matches decides, so an entry behind others that cover it changes nothing.

Whoever wrote it believes otherwise: a denial that is dead blocks nobody, and a dead permission admits nobody.
"""

from collections.abc import Iterator, Sequence

from auditor.model.deployment import AclEntry
from auditor.model.finding import Doubt, NotApplicable, Remark, Warning
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.acl import AclLine, ListTooComplex, covers, dead_lines, parse_acl
from auditor.network.subjects import SITES

_MOST = 20
"""The most dead entries of a site that are listed one by one."""


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each entry of each site's access list is the first that matches some packet."""
    for seen in evidence.seen:
        lists = {site.name: site.acl for site in seen.declared.sites if site.acl}
        if not lists:
            yield NotApplicable(reason="no access list is declared")
        for name, entries in lists.items():
            yield from _site(SITES.named(name), entries)


def _site(owner: DeclaredSubject, entries: Sequence[AclEntry]) -> Iterator[Remark]:
    lines = parse_acl(entries)
    try:
        dead = dead_lines(lines)
    except ListTooComplex:
        reason = "the access list has more combinations of addresses, protocols and ports than are examined"
        yield Doubt(subject=owner.at("acl"), reason=reason)
        return
    expected = "an entry that is the first to match something"
    for line in dead[:_MOST]:
        observed = f"{_text(entries[line.number - 1])} matches nothing: {_cause(line, lines)}"
        yield Warning(subject=owner.at("acl", str(line.number)), expected=expected, observed=observed)
    if len(dead) > _MOST:
        observed = f"{len(dead) - _MOST} more entries match nothing"
        yield Warning(subject=owner.at("acl"), expected=expected, observed=observed)


def _cause(line: AclLine, lines: Sequence[AclLine]) -> str:
    if line.source and line.destination and line.source.version != line.destination.version:
        return "its source and its destination have different IP versions"
    covering = next((one.number for one in lines[: line.number - 1] if covers(one, line)), None)
    return f"entry {covering} covers it" if covering else "the entries before it cover it together"


def _text(entry: AclEntry) -> str:
    return f"{entry.action} {entry.protocol} {entry.ports} from {entry.source} to {entry.destination}"


RULE = Rule(
    id="access-list-entry-dead",
    title="An access list entry never takes effect",
    group=Group.DEPLOYMENT,
    severity=Severity.LOW,
    citations=(),
    remedy="Remove the entry, or move it in front of the entries that cover it.",
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(SITES.at("acl"),),
)
