"""A SIP peer that follows RFC 5922 takes no wildcard: ``*.example.net`` does not stand for ``sbc.example.net``.

Many peers take one all the same, as web browsers do, so the connection works until a stricter peer meets it.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NotApplicable, Params, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.model.target import Perspective, Service
from auditor.sanitise import clean
from auditor.x509.chains import PeerChain, judge_chains
from auditor.x509.names import Match, match_name, presented_names, wildcard_names


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

    def judge(chain: PeerChain) -> Iterator[Remark]:
        wildcards = wildcard_names(chain.leaf, target.service)
        only = len(wildcards) == len(presented_names(chain.leaf, target.service))
        try:
            found = match_name(chain.leaf, target.server_name, target.service) if target.server_name else None
        except ValueError as error:
            yield Inconclusive(subject=chain.subject, reason=str(error))
            return
        if found is Match.WILDCARD or (found is None and wildcards and only):
            expected = target.server_name or "a name without a wildcard"
            yield Violation(subject=chain.subject, expected=expected, observed=clean(", ".join(wildcards)))
        elif found is None and wildcards and target.perspective is not Perspective.CLIENT:
            yield Inconclusive(subject=chain.subject, reason="no name was given to compare with; set server_name")

    yield from judge_chains(evidence, judge)


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
