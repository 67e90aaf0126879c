"""A certificate is good for the names in it and no others; a peer that checks the name refuses it elsewhere.

HTTPS peers look at the subject alternative names only.  SIP peers do too; a ``sip:`` URI there takes the place of the
DNS names, which only a private CA can cause.  A server knows no name that its client ought to have (RFC 5922 section
7.4), unless it is told one.
"""

from collections.abc import Iterator

from cryptography import x509

from auditor.certificates.chain_ends import names_for
from auditor.certificates.chains import judge_chains
from auditor.certificates.facts import Bearer, general_names, label
from auditor.certificates.names import Match, match_address, match_name
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import (
    Citation,
    Evidence,
    Inconclusive,
    NoParameters,
    NotApplicable,
    Remark,
    Rule,
    Untested,
    Violation,
)
from auditor.model.severity import Severity
from auditor.model.target import CertificateFileTarget, ClientTarget, ServerTarget, Target

_NO_NAME = "no name was given to compare with: name the endpoint by its host name, or set server_name in an inventory"


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """The name that was asked for must be in each certificate; without one, the address."""
    target = evidence.target
    if isinstance(target, ClientTarget) and not target.names:
        yield NotApplicable(reason="a client is not expected under a name unless one is given (--client-name)")
        return

    if isinstance(target, CertificateFileTarget) and not target.names:
        yield Untested(subject=target.name, reason="no name was given to compare with (--name)", whole=True)
        return

    def judged(leaf: Bearer) -> Iterator[Remark]:
        if not target.names and not _for_address(leaf, target):
            yield Inconclusive(subject=label(leaf), reason=_NO_NAME)
        for name in target.names:
            try:
                found = match_name(leaf, name, target.service)
            except ValueError as error:
                yield Inconclusive(subject=label(leaf), reason=str(error))
                continue
            if found is Match.NONE:
                yield Violation(subject=label(leaf), expected=name, observed=names_for(leaf, target.service))

    def requested(request: x509.CertificateSigningRequest) -> Iterator[Remark]:
        # The CA decides which names it puts in, and many take them from elsewhere when the request has none.
        if general_names(request):
            yield from judged(request)
        else:
            yield Inconclusive(subject=label(request), reason="the request has no subject alternative names")

    yield from judge_chains(evidence, lambda chain: judged(chain.leaf), requested)


def _for_address(leaf: Bearer, target: Target) -> bool:
    return isinstance(target, ServerTarget) and match_address(leaf, target.address or target.host) is not Match.NONE


RULE = Rule(
    id="certificate-name-mismatch",
    title="A certificate is not for the name of the endpoint",
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 9525", section="6", url="https://www.rfc-editor.org/rfc/rfc9525#section-6"),
        Citation(document="RFC 5922", section="7", url="https://www.rfc-editor.org/rfc/rfc5922#section-7"),
    ),
    requirements=("SEC-18", "SEC-20"),
    remediation="Have the certificate issued with the endpoint's name among its subject alternative names (DNS), or "
    "correct the name it is reached by.",
    observes=CertificateChainSeen,
    params=NoParameters,
    check=check,
)
