"""A certificate is good for the names in it and no others; a peer that checks the name refuses it elsewhere.

HTTPS peers look at the subject alternative names only.  SIP peers do too; a ``sip:`` URI there takes the place of the
DNS names, which only a private CA can cause.  A server knows no name that its client ought to have (RFC 5922 section
7.4), unless it is told one.
"""

from collections.abc import Iterator

from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Inconclusive, NoParameters, NotApplicable, Remark, Rule, Violation
from auditor.model.severity import Severity
from auditor.model.target import Perspective
from auditor.x509.chains import PeerChain, judge_chains
from auditor.x509.explain import names_for
from auditor.x509.names import Match, match_address, match_name


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """The name that was asked for must be in each certificate; without one, the address."""
    target = evidence.target
    if target.perspective is Perspective.CLIENT and target.server_name is None:
        yield NotApplicable(reason="a client is not expected under a name unless one is given (--client-name)")
        return

    def judge(chain: PeerChain) -> Iterator[Remark]:
        if target.server_name is None:
            if match_address(chain.leaf, target.address or target.host) is Match.NONE:
                reason = "no name was given to compare with; set server_name"
                yield Inconclusive(subject=chain.subject, reason=reason)
            return
        try:
            found = match_name(chain.leaf, target.server_name, target.service)
        except ValueError as error:
            yield Inconclusive(subject=chain.subject, reason=str(error))
            return
        if found is Match.NONE:
            observed = names_for(chain.leaf, target.service)
            yield Violation(subject=chain.subject, expected=target.server_name, observed=observed)

    yield from judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-name-mismatch",
    title="A certificate is not for the name of the endpoint",
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 9525", section="6", url="https://www.rfc-editor.org/rfc/rfc9525#section-6"),
        Citation(document="RFC 5922", section="7", url="https://www.rfc-editor.org/rfc/rfc5922#section-7"),
    ),
    requirements=("SEC-18", "SEC-20"),
    remediation="Have the certificate issued with the endpoint's name among its subject alternative names (DNS), or "
    "correct the name it is reached by.",
    observes=CertificateChainSeen,
    params=NoParameters,
    check=check,
)
