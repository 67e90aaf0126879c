"""Strict peers reject a certificate that is not encoded as RFC 5280 requires, although other libraries accept it.

RFC 5280 specifies encodings, name lengths and critical extensions in several hundred places.  pkilint checks them, and
this rule reports its findings under pkilint's own ids.  pkilint is installed with the auditor's extra `lint`.  No
shipped policy has this rule.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark
from auditor.model.observation import LintSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import LintFindings, judge_lint, lint_remarks, linting


def check(evidence: Evidence[LintSeen], params: LintFindings) -> Iterator[Remark]:
    """Every certificate that the peer sent is encoded as RFC 5280 requires."""
    return judge_lint(evidence, "rfc5280", lambda chain, seen: lint_remarks(chain, seen, params))


RULE = Rule(
    id="certificate-lint-rfc5280",
    title="Certificate is not encoded as RFC 5280 requires",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(Citation(document="RFC 5280", section="4", url="https://www.rfc-editor.org/rfc/rfc5280#section-4"),),
    remedy="Report the finding to the CA that issued the certificate; the id is pkilint's "
    "(https://github.com/digicert/pkilint). To ignore a finding, list its id under ignored, with a reason.",
    observes=LintSeen,
    params=LintFindings,
    check=check,
    asks=lambda _params: linting("rfc5280"),
)
