"""A certificate may be well-formed enough for one library and refused by another.

RFC 5280 says in a few hundred places how a certificate is written down: encodings, lengths of names, extensions that
must or must not be critical.  pkilint, by a public CA, knows them; its findings stand here with its own ids.  It is an
extra of the auditor (`lint`), and no policy that ships asks for it.
"""

import hashlib
from collections.abc import Callable, Iterator

from pydantic import Field

from auditor.certificates.chains import PeerChain
from auditor.certificates.facts import certificate_subject
from auditor.model.asks import Asks
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import (
    LINT_SEVERITIES,
    CertificateChainSeen,
    LintFinding,
    LintProfile,
    LintSeen,
    LintSeverity,
)
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import CertificateSubject
from auditor.model.value import Value
from auditor.rules.certificate._shared import judge_chains


class IgnoredFinding(Value):
    """An id of pkilint that does not count, and why."""

    code: str = Field(description="pkilint's id")
    reason: str = Field(min_length=1, description="Why it does not count here")


class LintFindings(Params):
    """Which of the findings count."""

    minimum: LintSeverity = Field(default="warning", description="The mildest of pkilint's severities that counts")
    ignored: tuple[IgnoredFinding, ...] = Field(default=(), description="Findings that do not count")


def linting(profile: LintProfile) -> Asks:
    """What the probes are asked for: the chains, and what the linter finds in them."""
    return Asks(kinds=frozenset({"certificate-chain"}), lint_profiles=frozenset({profile}))


def judge_lint(
    evidence: Evidence[LintSeen], profile: LintProfile, judge: Callable[[PeerChain, LintSeen], Iterator[Remark]]
) -> Iterator[Remark]:
    """Yield what ``judge`` says of every chain; one that was not linted by ``profile`` is inconclusive."""
    if not all(seen.certificates for seen in evidence.seen):
        yield NotApplicable(reason="a certification request is not linted")
    results = {seen.certificates: seen for seen in evidence.seen if seen.profile == profile}

    def judged(chain: PeerChain) -> Iterator[Remark]:
        found = results.get(chain.ders)
        if found is None:
            yield Doubt(subject=chain.subject, reason=f"not linted with the profile {profile}")
        else:
            yield from judge(chain, found)

    chains = {seen.certificates: seen.at for seen in evidence.seen if seen.certificates}
    sent = tuple(
        CertificateChainSeen(target=evidence.target.name, at=at, certificates=chain) for chain, at in chains.items()
    )
    yield from judge_chains(Evidence(evidence.target, evidence.at, sent, evidence.anchors), judged)


def lint_remarks(chain: PeerChain, seen: LintSeen, params: LintFindings) -> Iterator[Remark]:
    """Yield the findings about every certificate that was sent; where the linter failed it is inconclusive."""
    by_hash = {result.sha256: result for result in seen.results}
    counted = LINT_SEVERITIES[: LINT_SEVERITIES.index(params.minimum) + 1]
    ignored = {entry.code for entry in params.ignored}
    if seen.problem:
        yield Doubt(subject=chain.subject, reason=seen.problem)
        return
    for certificate, der in zip(chain.sent, chain.ders, strict=True):
        subject = certificate_subject(certificate)
        result = by_hash.get(hashlib.sha256(der).hexdigest())
        if result is None:
            yield Doubt(subject=subject, reason="the linter returned no result for this certificate")
            continue
        if not result.complete:
            reason = f"only the worst {len(result.findings)} findings were kept"
            yield Doubt(subject=subject, reason=reason)
        for where in result.failures:
            yield Doubt(subject=subject, reason=f"{seen.linter} failed at {where}")
        for finding in result.findings:
            if finding.severity in counted and finding.code not in ignored:
                yield _violation(finding, subject, seen.linter)


def _violation(finding: LintFinding, subject: CertificateSubject, linter: str) -> Violation:
    message = f": {finding.message}" if finding.message else ""
    return Violation(
        subject=subject.model_copy(update={"code": finding.code}),
        expected=f"no such finding by {linter}",
        observed=f"{finding.severity} at {finding.where}{message}",
    )


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
