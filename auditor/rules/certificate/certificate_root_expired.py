"""A root past its last day is no root: every peer that checks dates refuses what hangs below it.

Baltimore CyberTrust Root expired on 2025-05-12 although the documents of Azure Communications Gateway list it, so a
chain that leads there leads nowhere.
"""

from collections.abc import Iterator

from auditor.certificates.chains import AcceptedRoots, PeerChain, judge_chains, unreached
from auditor.certificates.dates import day, stale
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """The accepted root at the end of each chain must be in date, where no chain leads to another."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = chain.toward(params)
        if trust.anchor is None:
            yield unreached(chain, trust)
        elif problem := stale(trust.path[-1], chain.at):
            yield Violation(
                subject=f"{trust.anchor.name}, root of {chain.subject}",
                expected=f"a root in date on {day(chain.at)}",
                observed=problem,
            )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-root-expired",
    title="A certificate chain ends at a root that is out of date",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="4.1.2.5", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"),
    ),
    remedy="Replace the certificate with one issued under an accepted root that is in date.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
