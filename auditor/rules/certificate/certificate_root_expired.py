"""Every peer that checks dates rejects a chain whose root has expired, or is not valid yet.

A policy may list a root that has expired since.  A chain that ends there is no use.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain
from auditor.certificates.dates import day, stale
from auditor.certificates.facts import sha256, short_name
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.subject import RootSubject
from auditor.rules.certificate._shared import AcceptedRoots, judge_chains, toward, unreached


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """The accepted root at the end of each chain must be valid, unless a chain leads to another that is."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = toward(chain, params)
        if trust.anchor is None:
            yield unreached(chain, trust)
        elif problem := stale(trust.path[-1], chain.at):
            yield Violation(
                subject=RootSubject(
                    root=trust.anchor.name, chain=short_name(chain.leaf), chain_sha256=sha256(chain.leaf)
                ),
                expected=f"root valid on {day(chain.at)}",
                observed=problem,
            )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-root-expired",
    title="Certificate chain ends at an expired root CA",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="4.1.2.5", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"),
    ),
    remedy="Replace the certificate with one issued under an accepted root that has not expired.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
