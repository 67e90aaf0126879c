"""Without a CAA record every public CA may issue a certificate for the SBC's name to whoever convinces it."""

from collections.abc import Iterator

from auditor.model.observation import DnsSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NoParameters, Remark, Rule, Violation
from auditor.model.severity import Severity


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each name of the operator's own endpoints, or a domain above it, has a CAA record."""
    for seen in evidence.seen:
        if seen.purpose != "own" or any(record.type == "CAA" for record in seen.records):
            continue
        if seen.missing:
            yield Inconclusive(subject=seen.name, reason=seen.missing[0].reason)
        else:
            yield Violation(subject=seen.name, expected="a CAA record", observed="there is none")


RULE = Rule(
    id="caa-missing",
    title="No CAA record says which CAs may issue for a name",
    severity=Severity.INFO,
    citations=(Citation(document="RFC 8659", section="3", url="https://www.rfc-editor.org/rfc/rfc8659#section-3"),),
    requirements=("SEC-20",),
    remediation="Publish a CAA record that names the CAs whose certificates the SBC uses.",
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
