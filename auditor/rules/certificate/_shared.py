"""What the certificate rules share: each chain an endpoint sent, read and linked, and the roots a policy accepts."""

from collections.abc import Callable, Iterable, Iterator

from cryptography import x509
from pydantic import Field

from auditor.certificates.chains import PeerChain, public_anchors
from auditor.certificates.dates import stale
from auditor.certificates.facts import certificate_subject, label
from auditor.certificates.read import ChainTooLarge, MalformedCertificate, read_chain, read_request
from auditor.certificates.trust import Status, Trust, anchor_of
from auditor.certificates.usage import narrowed
from auditor.model.finding import Doubt, NotApplicable, Remark
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence, Params
from auditor.model.subject import TARGET, CertificationRequestSubject
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
    return chain.toward((*accepted, *(public_anchors() if params.public_roots else ())))


def accepted_roots(params: AcceptedRoots) -> str:
    """Return the accepted roots as one phrase."""
    roots = [*params.roots]
    roots += ["a root the operator has declared"] if params.declared_roots else []
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
