"""Without a CAA record every public CA may issue a certificate for the SBC's name to whoever convinces it."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import DnsSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each name of the operator's own endpoints, or a domain above it, has a CAA record that says who may issue."""
    names = [seen for seen in evidence.seen if seen.purpose == "own"]
    if not names:
        yield NotApplicable(reason="no endpoint has a name")
    for seen in names:
        records = [record for record in seen.records if record.type == "CAA"]
        values = [record.value for record in records]
        nearer = [gap for gap in seen.missing if gap.subject not in {f"{record.name} CAA" for record in records}]
        if any(map(_restricts, values)) and not nearer:
            continue
        if seen.missing:
            yield Doubt(subject=seen.name, reason=(nearer or seen.missing)[0].reason)
        else:
            observed = f"{'; '.join(values)} alone" if values else "there is none"
            yield Violation(subject=seen.name, expected="a CAA record with the property issue", observed=observed)


def _restricts(value: str) -> bool:
    """Whether a record keeps a CA from issuing for a name: by its property issue, or as it is critical and unknown."""
    flags, tag, *_ = value.lower().split()
    return tag == "issue" or (int(flags) >= 128 and tag not in ("issuewild", "iodef"))


RULE = Rule(
    id="caa-missing",
    title="No CAA record says which CAs may issue for a name",
    group=Group.DEPLOYMENT,
    severity=Severity.INFO,
    citations=(Citation(document="RFC 8659", section="3", url="https://www.rfc-editor.org/rfc/rfc8659#section-3"),),
    remedy="Publish a CAA record that names the CAs whose certificates the SBC uses.",
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
