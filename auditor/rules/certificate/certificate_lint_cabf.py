"""A public CA has to revoke a certificate that breaks the Baseline Requirements, often within five days.

The finding matters before the CA makes it: a certificate that is revoked in a hurry is one that takes calls down.
pkilint knows those requirements; its findings stand here with its own ids.  Private CAs are not bound by them, so the
rule says nothing of a chain that ends at a private root.  It needs the auditor's extra `lint`.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain, under_public_root
from auditor.model.finding import Doubt, NotApplicable, Remark
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.target import Perspective
from auditor.rules.certificate._shared import judge_chains
from auditor.rules.certificate.certificate_lint_rfc5280 import LintFindings, linted


def check(evidence: Evidence[CertificateChainSeen], params: LintFindings) -> Iterator[Remark]:
    """Every certificate of a server under a public root keeps the Baseline Requirements."""
    if evidence.target.perspective is Perspective.CLIENT:
        yield NotApplicable(reason="the requirements are for the certificates of servers")
        return

    def judge(chain: PeerChain) -> Iterator[Remark]:
        public = under_public_root(chain.trust)
        if public is None:
            yield Doubt(subject=chain.subject, reason="whether its root is a public one cannot be told")
        elif public:
            yield from linted(chain, "cabf", params)
        else:
            yield NotApplicable(reason="the root is a private one, which the Baseline Requirements do not bind")

    yield from judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-lint-cabf",
    title="A certificate of a public CA breaks the Baseline Requirements",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="7.1",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy="Ask the CA for a new certificate before it has to revoke this one. The id is one of pkilint's "
    "(https://github.com/digicert/pkilint); one that does not matter is named under ignored, with a reason.",
    observes=CertificateChainSeen,
    params=LintFindings,
    check=check,
)
