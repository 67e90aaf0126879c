"""A certificate is valid for the names in it and no others; a peer that checks the name rejects it elsewhere.

HTTPS peers check the subject alternative names only.  So do SIP peers, where a ``sip:`` URI takes the place of the DNS
names; only a private CA issues such certificates.  A server does not know which name its client should have (RFC 5922
section 7.4), unless the audit is given one.
"""

from collections.abc import Iterator

from cryptography import x509

from auditor.certificates.facts import Bearer, bearer_subject, general_names
from auditor.certificates.names import Match, match_address, match_name, presented_names
from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET
from auditor.model.target import CertificateFileTarget, ClientTarget, ServerTarget, Service, Target
from auditor.rules.certificate._shared import judge_chains
from auditor.sanitise import clean

_NO_NAME = "no name to compare with: give the endpoint's host name as the target, or set server_name in the inventory"
_MOST_NAMES = 5


def check(evidence: Evidence[CertificateChainSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each certificate must contain the endpoint's name or, without a name, its address."""
    target = evidence.target
    if isinstance(target, ClientTarget) and not target.names:
        yield NotApplicable(reason="a client has no expected name unless one is given (--client-name)")
        return

    if isinstance(target, CertificateFileTarget) and not target.names:
        reason = "no name to compare with: give one with --name"
        yield NotTested(subject=TARGET, reason=reason, whole=True, closes="--name FQDN")
        return

    def judged(leaf: Bearer) -> Iterator[Remark]:
        if not target.names and not _for_address(leaf, target):
            yield Doubt(subject=bearer_subject(leaf), reason=_NO_NAME)
        for name in target.names:
            try:
                found = match_name(leaf, name, target.service)
            except ValueError as error:
                yield Doubt(subject=bearer_subject(leaf), reason=str(error))
                continue
            if found is Match.NONE:
                yield Violation(subject=bearer_subject(leaf), expected=name, observed=_names(leaf, target.service))

    def requested(request: x509.CertificateSigningRequest) -> Iterator[Remark]:
        # The CA decides which names it puts in, and many take them from elsewhere when the request has none.
        if general_names(request):
            yield from judged(request)
        else:
            yield Doubt(
                subject=bearer_subject(request),
                reason="the request has no subject alternative names, so the CA decides",
            )

    yield from judge_chains(evidence, lambda chain: judged(chain.leaf), requested)


def _for_address(leaf: Bearer, target: Target) -> bool:
    return isinstance(target, ServerTarget) and match_address(leaf, target.address or target.host) is not Match.NONE


def _names(bearer: Bearer, service: Service) -> str:
    """Return the names that the certificate is valid for, as one phrase."""
    names = presented_names(bearer, service)
    if names:
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        return f"for {', '.join(clean(name, 80) for name in names[:_MOST_NAMES])}{more}"
    return "without a DNS name" if general_names(bearer) else "without a subject alternative name"


RULE = Rule(
    id="certificate-name-mismatch",
    title="Certificate does not match the endpoint's name",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 9525", section="6", url="https://www.rfc-editor.org/rfc/rfc9525#section-6"),
        Citation(document="RFC 5922", section="7", url="https://www.rfc-editor.org/rfc/rfc5922#section-7"),
    ),
    remedy="Have the certificate reissued with the endpoint's name among its subject alternative names (DNS), or "
    "correct the name that peers use for the endpoint.",
    observes=CertificateChainSeen,
    params=NoParameters,
    check=check,
)
