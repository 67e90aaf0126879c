"""A peer accepts a certificate only if its chain ends at a root that the peer trusts.

The policy names the roots that its peers trust, and the operator may declare others that were installed there.  A root
is recognized by its key, never by its name: anyone can make a certificate with the name of a public root.
"""

from collections.abc import Iterator

from auditor.certificates.chains import PeerChain
from auditor.certificates.ending import Ending, EndingKind
from auditor.certificates.facts import label, name_text, short_name
from auditor.certificates.trust import Status
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import AcceptedRoots, accepted_roots, judge_chains, toward


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """Every chain must lead, signature by signature, to an accepted root."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = toward(chain, params)
        if trust.status is Status.LIMIT:
            yield Doubt(subject=chain.subject, reason="; ".join(trust.reasons))
        elif trust.ending is not None:
            observed, certain = _root_reached(trust.ending)
            if certain:
                yield Violation(subject=chain.subject, expected=f"chain to {accepted_roots(params)}", observed=observed)
            else:
                yield Doubt(subject=chain.subject, reason=observed)

    return judge_chains(evidence, judge)


def _root_reached(ending: Ending) -> tuple[str, bool]:
    """Return where the chain ends, and whether that is certainly no accepted root.

    It is uncertain where the leaf's issuer was not sent: any root may be above it.
    """
    last = ending.path[-1]
    issuer = name_text(last.issuer)
    copied = f" has the name of the root {ending.forged.name}, but another key" if ending.forged else ""
    if ending.kind is EndingKind.SELF_SIGNED:
        return f"the certificate is self-signed{copied and f', and{copied}'}", True
    if ending.root is not None:
        return f"ends at {label(ending.root)}{copied and f', which{copied}'}", True
    if copied:
        return f"ends below {short_name(last)}, whose issuer {issuer}{copied}", True
    if ending.kind is EndingKind.AUTHORITY:
        return f"ends below {short_name(last)}, whose issuer {issuer} is neither an accepted nor a declared root", True
    return f"the chain stops at the leaf, whose issuer {issuer} was not sent", False


def remedy(params: AcceptedRoots) -> str:
    """Name the accepted roots, and how to have another accepted."""
    install = f"Install a certificate under an accepted root that has not expired ({accepted_roots(params)})."
    if not params.declared_roots:
        return install
    return f"{install}  Or have your CA's root installed at the peer, and declare it with --root or in the inventory."


RULE = Rule(
    id="certificate-root-not-allowed",
    title="Certificate chain ends at a root CA that is not accepted",
    group=Group.CERTIFICATE,
    severity=Severity.CRITICAL,
    citations=(Citation(document="RFC 5280", section="6.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1"),),
    remedy=remedy,
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
