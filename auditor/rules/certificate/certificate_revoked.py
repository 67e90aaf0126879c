"""A CA revokes a certificate whose key is no longer safe, or that it should not have issued.

Few peers check revocation, so calls continue, and an attacker with the key can continue as well.  The evidence is an
OCSP response that the endpoint staples, a CRL or response that is given to the audit, or one fetched from the CA on
request.
"""

from collections.abc import Iterator, Sequence

from cryptography import x509
from pydantic import Field

from auditor.certificates.crl import by_crl
from auditor.certificates.facts import certificate_subject
from auditor.certificates.ocsp_response import by_ocsp
from auditor.certificates.path import Path
from auditor.certificates.read import ChainTooLarge, MalformedCertificate, read_chain
from auditor.certificates.status import State, StatusAnswer, combined, must_staple
from auditor.certificates.trust import anchor_of
from auditor.model.finding import Doubt, NotTested, Remark, Violation
from auditor.model.observation import RevocationSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET

_NOTHING = "no CRL or OCSP response to check: give them with --revocation, or fetch them with --fetch-revocation"


class Depth(Params):
    """Which certificates must be known not to be revoked."""

    intermediates: bool = Field(
        default=False, description="Whether every issuing certificate must be known not to be revoked, too"
    )


def check(evidence: Evidence[RevocationSeen], params: Depth) -> Iterator[Remark]:
    """The endpoint's certificate must be known not to be revoked, and no certificate above it may be revoked."""
    chains: dict[tuple[bytes, ...], list[RevocationSeen]] = {}
    for seen in evidence.seen:
        chains.setdefault(seen.certificates, []).append(seen)
    for ders, of_chain in chains.items():
        try:
            sent = read_chain(ders)
        except (MalformedCertificate, ChainTooLarge) as error:
            yield Doubt(subject=TARGET, reason=str(error))
            continue
        yield from _stapling(sent[0], of_chain)
        trust = anchor_of(ders, evidence.anchors, evidence.at)
        # There are no CRLs or OCSP responses for roots.
        yield from _chain(trust.below or sent[:1], trust.path, of_chain, evidence, params)


def _chain(
    below: Path, path: Path, seen: Sequence[RevocationSeen], evidence: Evidence[RevocationSeen], params: Depth
) -> Iterator[Remark]:
    for position, certificate in enumerate(below):
        issuer = path[position + 1] if position + 1 < len(path) else None
        answer = combined(list(_answers(certificate, issuer, seen, evidence)))
        if answer.state is State.REVOKED:
            yield Violation(subject=certificate_subject(certificate), expected="not revoked", observed=answer.words)
        elif answer.state is State.UNKNOWN and (not position or params.intermediates):
            yield _unknown(certificate, answer, seen)


def _answers(
    certificate: x509.Certificate,
    issuer: x509.Certificate | None,
    seen: Sequence[RevocationSeen],
    evidence: Evidence[RevocationSeen],
) -> Iterator[StatusAnswer]:
    for source in (found for one in seen for found in one.found):
        if issuer is None:
            yield StatusAnswer(
                State.UNKNOWN, "the issuer's certificate was not sent, so its signature cannot be verified"
            )
            return
        judge = by_ocsp if source.form == "ocsp" else by_crl
        answer = judge(source.der, certificate, issuer, evidence.at)
        named = f" ({source.origin or source.source})"
        yield StatusAnswer(answer.state, answer.words + named if answer.words else "")


def _unknown(certificate: x509.Certificate, answer: StatusAnswer, seen: Sequence[RevocationSeen]) -> Remark:
    missing = [doubt for one in seen for doubt in one.missing]
    if any(one.found for one in seen) or any(doubt.subject != "stapled" for doubt in missing):
        reasons = [*([answer.words] if any(one.found for one in seen) else []), *(doubt.reason for doubt in missing)]
        return Doubt(subject=certificate_subject(certificate), reason="; ".join(dict.fromkeys(reasons)))
    asked = "; ".join(dict.fromkeys(doubt.reason for doubt in missing))
    return NotTested(
        subject=certificate_subject(certificate),
        reason=f"{asked}; {_NOTHING}" if asked else _NOTHING,
        whole=True,
        closes="--fetch-revocation, or --revocation FILE",
    )


def _stapling(leaf: x509.Certificate, seen: Sequence[RevocationSeen]) -> Iterator[Remark]:
    asked = any("stapled" in one.asked for one in seen)
    stapled = any(found.source == "stapled" for one in seen for found in one.found)
    if asked and not stapled and must_staple(leaf):
        yield Violation(
            subject=certificate_subject(leaf),
            expected="OCSP response stapled, as the certificate requires (RFC 7633)",
            observed="none stapled",
        )


RULE = Rule(
    id="certificate-revoked",
    title="Certificate is revoked",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="6.3", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.3"),
        Citation(document="RFC 6960", section="3.2", url="https://www.rfc-editor.org/rfc/rfc6960#section-3.2"),
        Citation(document="RFC 7633", url="https://www.rfc-editor.org/rfc/rfc7633"),
    ),
    remedy="Generate a new key, have a new certificate issued for it, install it, and find out why the old one was "
    "revoked.  If the certificate requires a stapled OCSP response, enable OCSP stapling.",
    observes=RevocationSeen,
    params=Depth,
    check=check,
)
