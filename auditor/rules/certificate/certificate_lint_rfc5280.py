"""A certificate may be well-formed enough for one library and refused by another.

RFC 5280 says in a few hundred places how a certificate is written down: encodings, lengths of names, extensions that
must or must not be critical.  pkilint, by a public CA, knows them; its findings stand here with its own ids.  It is an
extra of the auditor (`lint`), and no policy that ships asks for it.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.certificates.chains import PeerChain
from auditor.certificates.facts import label
from auditor.lint import BROKEN, MOST, SEVERITIES, LintFinding, Profile, lint
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.value import Value
from auditor.rules.certificate._shared import judge_chains


class IgnoredFinding(Value):
    """An id of pkilint that does not count, and why."""

    code: str = Field(description="pkilint's id")
    reason: str = Field(min_length=1, description="Why it does not count here")


class LintFindings(Params):
    """Which of the findings count."""

    minimum: Literal["fatal", "error", "warning", "notice", "info"] = Field(
        default="warning", description="The mildest of pkilint's severities that counts"
    )
    ignored: tuple[IgnoredFinding, ...] = Field(default=(), description="Findings that do not count")


def linted(chain: PeerChain, profile: Profile, params: LintFindings) -> Iterator[Remark]:
    """Yield pkilint's findings about every certificate that was sent; whatever it cannot tell is inconclusive."""
    result = lint(chain.ders, profile)
    if result.problem:
        yield Doubt(subject=chain.subject, reason=result.problem)
        return
    counted = SEVERITIES[: SEVERITIES.index(params.minimum) + 1]
    ignored = {entry.code for entry in params.ignored}
    for certificate, findings in zip(chain.sent, result.findings, strict=True):
        if len(findings) >= MOST:
            yield Doubt(subject=label(certificate), reason=f"{MOST} findings or more; the mildest are not kept")
        for finding in findings:
            if finding.code == BROKEN:
                yield Doubt(subject=label(certificate), reason=f"{result.linter} failed at {finding.where}")
            elif finding.severity in counted and finding.code not in ignored:
                yield _violation(finding, label(certificate), result.linter)


def _violation(finding: LintFinding, subject: str, linter: str) -> Violation:
    told = f": {finding.message}" if finding.message else ""
    return Violation(
        subject=f"{subject}: {finding.code}",
        expected=f"no such finding by {linter}",
        observed=f"{finding.severity} at {finding.where}{told}",
    )


def check(evidence: Evidence[CertificateChainSeen], params: LintFindings) -> Iterator[Remark]:
    """Every certificate that was sent is written as RFC 5280 says."""
    return judge_chains(evidence, lambda chain: linted(chain, "rfc5280", params))


RULE = Rule(
    id="certificate-lint-rfc5280",
    title="A certificate is not written as RFC 5280 says",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(Citation(document="RFC 5280", section="4", url="https://www.rfc-editor.org/rfc/rfc5280#section-4"),),
    remedy="Show the finding to the CA that issued the certificate; its id is one of pkilint's "
    "(https://github.com/digicert/pkilint). A finding that does not matter is named under ignored, with a reason.",
    observes=CertificateChainSeen,
    params=LintFindings,
    check=check,
)
