"""When a CA revokes an issuing certificate, everything below it is revoked as well, whatever its own dates say.

CAs retire whole hierarchies that way, while certificates below them have not expired.  Few SBCs check revocation, so
the endpoint may keep working with some peers and fail with others.
"""

import datetime as dt
from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.chains import PeerChain
from auditor.certificates.facts import certificate_subject, common_name
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.value import Value
from auditor.rules.certificate._shared import judge_chains


class Withdrawal(Value):
    """An issuing certificate that its CA has withdrawn."""

    issuer: str = Field(min_length=1, description="Common name of the issuing certificate")
    since: dt.date = Field(description="Day of its revocation")
    source: str = Field(min_length=1, description="Where the CA announced it")
    checked: dt.date = Field(description="Day on which the source was read")


class Withdrawals(Params):
    """Issuing certificates that have been withdrawn."""

    withdrawn: tuple[Withdrawal, ...] = Field(min_length=1, description="Issuing certificates that are revoked")


def check(evidence: Evidence[CertificateChainSeen], params: Withdrawals) -> Iterator[Remark]:
    """No certificate that was sent may have been issued by a withdrawn certificate."""
    in_force = {entry.issuer.casefold(): entry for entry in params.withdrawn if entry.since <= evidence.at.date()}

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.sent:
            entry = in_force.get((common_name(certificate.issuer) or "").casefold())
            if entry:
                yield Violation(
                    subject=certificate_subject(certificate),
                    expected="issuer not revoked",
                    observed=f"issued by {entry.issuer}, revoked on {entry.since} ({entry.source})",
                )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-issuer-withdrawn",
    title="Issuing CA certificate has been withdrawn",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="DigiCert ALERT60",
            url="https://knowledge.digicert.com/alerts/digicert-transitioning-multipurpose-pki-hierarchies-to-dedicated-tls-root-hierarchies",
        ),
        Citation(document="RFC 5280", section="5", url="https://www.rfc-editor.org/rfc/rfc5280#section-5"),
    ),
    remedy="Have the certificate reissued under the CA's current issuing certificate, and install the new chain.",
    observes=CertificateChainSeen,
    params=Withdrawals,
    check=check,
)
