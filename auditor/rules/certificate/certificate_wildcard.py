"""A SIP peer that follows RFC 5922 takes no wildcard: ``*.example.net`` does not stand for ``sbc.example.net``.

Many peers take one all the same, as web browsers do, so the connection works until a stricter peer meets it.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.chains import judge_chains
from auditor.certificates.facts import Bearer, label
from auditor.certificates.names import Match, match_name, presented_names, wildcard_names
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NotApplicable, Params, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.model.target import CertificateFileTarget, ClientTarget, Service
from auditor.sanitise import clean


class WildcardServices(Params):
    """Where wildcards are not wanted."""

    services: tuple[Service, ...] = Field(
        default=(Service.SIP,), min_length=1, description="Services that must not rely on a wildcard"
    )


def check(evidence: Evidence[CertificateChainSeen], params: WildcardServices) -> Iterator[Remark]:
    """The name that was asked for must be covered by itself, not by a wildcard alone."""
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
                    yield Violation(subject=label(leaf), expected=name, observed=shown)
            except ValueError as error:
                yield Inconclusive(subject=label(leaf), reason=str(error))
        if target.names or not wildcards:
            return
        if len(wildcards) == len(presented_names(leaf, target.service)):
            yield Violation(subject=label(leaf), expected="a name without a wildcard", observed=shown)
        elif not isinstance(target, ClientTarget):
            option = "--name" if isinstance(target, CertificateFileTarget) else "server_name"
            yield Inconclusive(subject=label(leaf), reason=f"no name was given to compare with; set {option}")

    yield from judge_chains(evidence, lambda chain: judged(chain.leaf), judged)


RULE = Rule(
    id="certificate-wildcard",
    title="A certificate covers the endpoint's name by a wildcard only",
    severity=Severity.LOW,
    citations=(Citation(document="RFC 5922", section="7.2", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.2"),),
    requirements=("SEC-20",),
    remediation="Have the certificate issued with the endpoint's full name among its subject alternative names.",
    observes=CertificateChainSeen,
    params=WildcardServices,
    check=check,
)
