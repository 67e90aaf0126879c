"""Shared by the certificate rules: each chain an endpoint sent, read and linked, and the roots a policy accepts."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

from cryptography import x509
from pydantic import Field

from auditor.certificates.chains import PeerChain, public_anchors
from auditor.certificates.dates import stale
from auditor.certificates.facts import certificate_subject, label
from auditor.certificates.read import ChainTooLarge, MalformedCertificate, read_chain, read_request
from auditor.certificates.root_programs import ROOT_LISTS, RootProgram, program_anchors
from auditor.certificates.trust import Status, Trust, anchor_of
from auditor.certificates.usage import narrowed
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
from auditor.model.rule import Evidence, Params
from auditor.model.subject import TARGET, CertificateSubject, CertificationRequestSubject
from auditor.model.value import Value
from auditor.model.vocabulary import RootName
from auditor.rules._shared import any_of

ROOT_UNKNOWN = (
    "whether the chain ends at a public root is not known: the issuer of its last certificate was not sent and is no "
    "known root"
)


class AcceptedRoots(Params):
    """Roots a chain may end at."""

    roots: tuple[RootName, ...] = Field(
        default=(), description="Names of pinned root certificates (files in policies/roots)"
    )
    declared_roots: bool = Field(
        default=False, description="Whether roots that the operator declares as installed at the peer are accepted too"
    )
    public_roots: bool = Field(
        default=False, description="Whether the public roots that certifi ships are accepted too"
    )
    root_programs: tuple[RootProgram, ...] = Field(
        default=(),
        exclude_if=lambda programs: not programs,
        description="Root programs whose roots for TLS servers are accepted too, by the lists at hand",
    )


def judge_chains(
    evidence: Evidence[CertificateChainSeen],
    judge: Callable[[PeerChain], Iterable[Remark]],
    judge_request: Callable[[x509.CertificateSigningRequest], Iterable[Remark]] | None = None,
) -> Iterator[Remark]:
    """Yield what ``judge`` says of every distinct chain, each remark once.

    A chain that cannot be read or linked within the bounds is inconclusive.  Only rules with ``judge_request`` judge
    certification requests.
    """
    remarks: dict[Remark, None] = {}
    for seen in evidence.seen:
        judged = _judged_request(seen.request, judge_request) if seen.request else _judged(evidence, seen, judge)
        remarks |= dict.fromkeys(judged)
    yield from remarks


def _judged_request(
    der: bytes, judge: Callable[[x509.CertificateSigningRequest], Iterable[Remark]] | None
) -> list[Remark]:
    if judge is None:
        return [NotApplicable(reason="a certification request has no issuer, no dates and no chain yet")]
    try:
        return list(judge(read_request(der)))
    except MalformedCertificate as error:
        return [Doubt(subject=CertificationRequestSubject(), reason=str(error))]


def _judged(
    evidence: Evidence[CertificateChainSeen],
    seen: CertificateChainSeen,
    judge: Callable[[PeerChain], Iterable[Remark]],
) -> list[Remark]:
    certificates = seen.certificates
    try:
        sent = read_chain(certificates)
    except (MalformedCertificate, ChainTooLarge) as error:
        return [Doubt(subject=TARGET, reason=str(error))]
    trust = anchor_of(certificates, evidence.anchors, evidence.at)
    if trust.status in {Status.LIMIT, Status.MALFORMED}:
        return [Doubt(subject=certificate_subject(sent[0]), reason="; ".join(trust.reasons))]
    return list(judge(PeerChain(sent, certificates, trust, evidence.at, evidence.anchors, seen.leaf_position)))


def toward(chain: PeerChain, params: AcceptedRoots) -> Trust:
    """Return where the chain ends when only the roots that the policy accepts count."""
    accepted = [
        anchor
        for anchor in chain.anchors
        if (params.declared_roots if anchor.declared else anchor.name in params.roots)
    ]
    for program in params.root_programs:
        accepted += program_anchors(program, chain.leaf.not_valid_before_utc, chain.at)
    return chain.toward((*accepted, *(public_anchors() if params.public_roots else ())))


def accepted_roots(params: AcceptedRoots) -> str:
    """Return the accepted roots as one phrase."""
    roots = [*params.roots]
    roots += ["a root the operator has declared"] if params.declared_roots else []
    roots += [f"a root of the {ROOT_LISTS[program].title}" for program in params.root_programs]
    roots += ["a public root"] if params.public_roots else []
    return any_of(roots or ["no root"])


def unreached(chain: PeerChain, trust: Trust) -> Remark:
    """Return what a rule about the path to an accepted root says without a path: another rule reports that."""
    if trust.status in {Status.LIMIT, Status.MALFORMED}:
        return Doubt(subject=chain.subject, reason="; ".join(trust.reasons))
    if trust.anchor is None:
        return NotApplicable(reason="no chain leads to a root that the policy accepts")
    return NotApplicable(reason="RFC 5280 validation does not accept the chain in the first place")


def overlooked(chain: PeerChain, trust: Trust) -> Iterator[str]:
    """Yield what is wrong with certificates on the path to an accepted root that the rules without roots do not check.

    Those rules follow the best path to any root known by name.  Where the best path to a root that the policy accepts
    is another one, nothing else would notice that it has expired or limits the usage.
    """
    for certificate in trust.path:
        if certificate in chain.linked:
            continue
        problem = stale(certificate, chain.at)
        if problem and certificate in trust.below:
            yield f"the path leads through {label(certificate)}, which {problem}"
        for purpose in narrowed(certificate, chain.leaf):
            yield f"the path leads through {label(certificate)}, which excludes {purpose}"


class IgnoredFinding(Value):
    """A finding to ignore, and why."""

    code: str = Field(description="pkilint's id")
    reason: str = Field(min_length=1, description="Why it is ignored")


class LintFindings(Params):
    """The linter's findings that count."""

    minimum: LintSeverity = Field(default="warning", description="The lowest of pkilint's severities that counts")
    ignored: tuple[IgnoredFinding, ...] = Field(default=(), description="Findings to ignore")


def linting(profile: LintProfile) -> Asks:
    """Request the chains, and the linter's findings about them."""
    return Asks(kinds=frozenset({"certificate-chain"}), lint_profiles=frozenset({profile}))


def judge_lint(
    evidence: Evidence[LintSeen], profile: LintProfile, judge: Callable[[PeerChain, LintSeen], Iterator[Remark]]
) -> Iterator[Remark]:
    """Yield what ``judge`` says of every chain; one that was not linted by ``profile`` is inconclusive."""
    if not all(seen.certificates for seen in evidence.seen):
        yield NotApplicable(reason="a certification request is not linted")

    def judged(chain: PeerChain) -> Iterator[Remark]:
        # A chain that was linted twice counts with both results: neither hides what the other found.
        found = [seen for seen in evidence.seen if seen.profile == profile and seen.certificates == chain.ders]
        if not found:
            yield Doubt(subject=chain.subject, reason=f"not linted with the profile {profile}")
        for seen in found:
            yield from judge(chain, seen)

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
        result = by_hash.get(sha256(der).hexdigest())
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
