"""A peer downloads nothing: the endpoint must send every certificate between its own and a root that the peer holds.

Browsers hide a missing intermediate certificate, because they remember it from elsewhere or download it.  SBCs and
gateways do neither, and reject the connection.
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
from auditor.rules.certificate._shared import AcceptedRoots, judge_chains, toward


def check(evidence: Evidence[CertificateChainSeen], params: AcceptedRoots) -> Iterator[Remark]:
    """The endpoint must send every certificate from its own up to a root; it may omit the root itself."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        trust = toward(chain, params)
        if trust.status is Status.LIMIT:
            yield Doubt(subject=chain.subject, reason="; ".join(trust.reasons))
        elif trust.ending is not None and (missing := _missing_issuer(trust.ending)):
            text, certain = missing
            if certain:
                yield Violation(subject=chain.subject, expected="every intermediate certificate sent", observed=text)
            else:
                yield Doubt(subject=chain.subject, reason=text)

    return judge_chains(evidence, judge)


def _missing_issuer(ending: Ending) -> tuple[str, bool] | None:
    """Return which certificate is missing, and whether that is certain; none when the chain ends at a root.

    Above an issuing certificate it is uncertain: its issuer may be a root, which may be omitted.
    """
    last = ending.path[-1]
    if ending.kind not in {EndingKind.LEAF, EndingKind.AUTHORITY} or ending.forged is not None:
        return None
    text = f"{short_name(last)} was issued by {name_text(last.issuer)}, which was not sent"
    if ending.wrong_key is not None:
        text += f"; {label(ending.wrong_key)} has that name, but its key did not make the signature"
    if ending.kind is EndingKind.AUTHORITY:
        return f"{text}: an intermediate certificate is missing, or the root is not declared", False
    return text, True


RULE = Rule(
    id="certificate-chain-incomplete",
    title="Intermediate certificate is missing from the chain",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 9846", section="4.5.1", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1"),
    ),
    remedy="Install the full chain that the CA supplies (often called fullchain or bundle): the endpoint's certificate "
    "first, then each intermediate certificate.",
    observes=CertificateChainSeen,
    params=AcceptedRoots,
    check=check,
)
