"""A SIP peer that follows RFC 5922 accepts no wildcard: ``*.example.net`` does not match ``sbc.example.net``.

Many peers accept wildcards nevertheless, as web browsers do, so the connection works until a stricter peer connects.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.facts import Bearer, bearer_subject
from auditor.certificates.names import Match, match_name, presented_names, wildcard_names
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.target import CertificateFileTarget, ClientTarget, Service
from auditor.rules.certificate._shared import judge_chains
from auditor.sanitise import clean


class WildcardServices(Params):
    """Services where wildcards are not wanted."""

    services: tuple[Service, ...] = Field(
        default=(Service.SIP,), min_length=1, description="Services that must not rely on a wildcard"
    )


def check(evidence: Evidence[CertificateChainSeen], params: WildcardServices) -> Iterator[Remark]:
    """The certificate must contain the endpoint's name itself, not only a wildcard that covers it."""
    target = evidence.target
    if target.service not in params.services:
        yield NotApplicable(reason=f"wildcards are accepted for {target.service}")
        return

    def judged(leaf: Bearer) -> Iterator[Remark]:
        wildcards = wildcard_names(leaf, target.service)
        shown = clean(", ".join(wildcards))
        for name in target.names:
            try:
                if match_name(leaf, name, target.service) is Match.WILDCARD:
                    yield Violation(subject=bearer_subject(leaf), expected=name, observed=shown)
            except ValueError as error:
                yield Doubt(subject=bearer_subject(leaf), reason=str(error))
        if target.names or not wildcards:
            return
        if len(wildcards) == len(presented_names(leaf, target.service)):
            yield Violation(subject=bearer_subject(leaf), expected="a name without a wildcard", observed=shown)
        elif not isinstance(target, ClientTarget):
            option = "--name" if isinstance(target, CertificateFileTarget) else "server_name"
            yield Doubt(subject=bearer_subject(leaf), reason=f"no name to compare with: set {option}")

    yield from judge_chains(evidence, lambda chain: judged(chain.leaf), judged)


RULE = Rule(
    id="certificate-wildcard",
    title="Certificate covers the endpoint's name by wildcard only",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(Citation(document="RFC 5922", section="7.2", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.2"),),
    remedy="Have the certificate reissued with the endpoint's full name among its subject alternative names.",
    observes=CertificateChainSeen,
    params=WildcardServices,
    check=check,
)
