"""A public CA must revoke a certificate that violates the Baseline Requirements, often within five days.

Find such a certificate before the CA does, because a revocation at short notice interrupts calls.  pkilint checks the
Baseline Requirements, and this rule reports its findings under pkilint's own ids.  They do not bind private CAs, so
the rule does not apply to a chain that ends at a private root.  It needs the auditor's extra `lint`.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain, under_public_root
from auditor.model.finding import Doubt, NotApplicable, Remark
from auditor.model.observation import LintSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.target import ClientTarget
from auditor.rules.certificate._shared import ROOT_UNKNOWN, LintFindings, judge_lint, lint_remarks, linting


def check(evidence: Evidence[LintSeen], params: LintFindings) -> Iterator[Remark]:
    """Every certificate of a server under a public root meets the Baseline Requirements."""
    if isinstance(evidence.target, ClientTarget):
        yield NotApplicable(reason="the Baseline Requirements apply to the certificates of servers")
        return

    def judge(chain: PeerChain, seen: LintSeen) -> Iterator[Remark]:
        public = under_public_root(chain.trust)
        if public is None:
            yield Doubt(subject=chain.subject, reason=ROOT_UNKNOWN)
        elif public:
            yield from lint_remarks(chain, seen, params)
        else:
            yield NotApplicable(reason="the Baseline Requirements do not apply under a private root")

    yield from judge_lint(evidence, "cabf", judge)


RULE = Rule(
    id="certificate-lint-cabf",
    title="Certificate violates the CA/Browser Forum requirements",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="7.1",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy="Request a new certificate from the CA before it has to revoke this one. The id is pkilint's "
    "(https://github.com/digicert/pkilint). To ignore a finding, list its id under ignored, with a reason.",
    observes=LintSeen,
    params=LintFindings,
    check=check,
    asks=lambda _params: linting("cabf"),
)
