"""Without a CAA record, any public CA may issue a certificate for the SBC's name."""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import DnsSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DnsNameSubject


def check(evidence: Evidence[DnsSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each name of the operator's endpoints, or a domain above it, has a CAA record with the property issue."""
    names = [seen for seen in evidence.seen if seen.purpose == "own"]
    if not names:
        yield NotApplicable(reason="no endpoint has a DNS name")
    for seen in names:
        records = [record for record in seen.records if record.type == "CAA"]
        values = [record.value for record in records]
        nearer = [gap for gap in seen.missing if gap.subject not in {f"{record.name} CAA" for record in records}]
        if any(map(_restricts, values)) and not nearer:
            continue
        if seen.missing:
            yield Doubt(subject=DnsNameSubject(name=seen.name), reason=(nearer or seen.missing)[0].reason)
        else:
            observed = f"only {'; '.join(values)}" if values else "no CAA record"
            subject = DnsNameSubject(name=seen.name)
            yield Violation(subject=subject, expected="a CAA record with the property issue", observed=observed)


def _restricts(value: str) -> bool:
    """Whether a record can keep a CA from issuing: by its property issue, or because it is critical and unknown."""
    flags, tag, *_ = value.lower().split()
    return tag == "issue" or (int(flags) >= 128 and tag not in ("issuewild", "iodef"))


RULE = Rule(
    id="caa-missing",
    title="No CAA record restricts who may issue certificates",
    group=Group.DEPLOYMENT,
    severity=Severity.INFO,
    citations=(Citation(document="RFC 8659", section="3", url="https://www.rfc-editor.org/rfc/rfc8659#section-3"),),
    remedy="Publish a CAA record that names the CAs that issue the SBC's certificates.",
    observes=DnsSeen,
    params=NoParameters,
    check=check,
)
