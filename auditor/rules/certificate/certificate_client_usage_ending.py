"""Public CAs are ending certificates for TLS clients, so one of the next renewals will come without clientAuth.

A certificate in use stays valid until it expires.  Its successor may not work for the connections that the SBC opens.
By then the SBC needs a certificate of a private CA whose root the peer trusts.
"""

import datetime as dt
from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import NameOID
from pydantic import Field, model_validator

from auditor.certificates.chains import PeerChain, under_public_root
from auditor.certificates.usage import listed_purposes
from auditor.model.dated import Dated
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import ROOT_UNKNOWN, judge_chains


class UsageEnd(Dated):
    """When a CA, or every public CA, stops issuing certificates with clientAuth."""

    last_day_of_issuance: dt.date = Field(
        description="The last day on which the CA still issues a certificate with clientAuth, not the first without"
    )


class IssuerEnd(UsageEnd):
    """The date of a single CA, or of all that have no date of their own."""

    organization: str = Field(
        min_length=1, description="The start of the issuer's organizationName; * is every other public CA"
    )


class Ends(Params):
    """When public CAs stop issuing certificates with clientAuth."""

    issuers: tuple[IssuerEnd, ...] = Field(
        default=(), description="Dates of single CAs, which take precedence over that of every other"
    )
    all_public: UsageEnd | None = Field(
        default=None, description="The date for every other public CA; it takes the place of the entry *"
    )

    @model_validator(mode="after")
    def _for_every_ca(self) -> "Ends":
        if not self.others:
            message = 'the date for every other public CA is missing: an entry of issuers with organization "*"'
            raise ValueError(message)
        return self

    @property
    def others(self) -> tuple[UsageEnd, ...]:
        """The dates of CAs that have none of their own."""
        if self.all_public is not None:
            return (self.all_public,)
        return tuple(end for end in self.issuers if end.organization == "*")


def check(evidence: Evidence[CertificateChainSeen], params: Ends) -> Iterator[Remark]:
    """A public certificate with clientAuth must not outlive the day on which its CA stops issuing such certificates."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        public = under_public_root(chain.trust)
        if "clientAuth" not in listed_purposes(chain.leaf):
            yield NotApplicable(reason="the certificate does not list clientAuth")
        elif public is None:
            yield Doubt(subject=chain.subject, reason=ROOT_UNKNOWN)
        elif not public:
            yield NotApplicable(reason="the chain ends at a private root, and private CAs set their own rules")
        else:
            end = _end(chain.leaf, params)
            expires = chain.leaf.not_valid_after_utc.date()
            if expires > end.last_day_of_issuance:
                yield Violation(
                    subject=chain.subject,
                    expected="clientAuth still issued at its renewal",
                    observed=f"expires on {expires}; "
                    f"its CA issues clientAuth until {end.last_day_of_issuance} ({end.source})",
                )

    return judge_chains(evidence, judge)


def _end(leaf: x509.Certificate, params: Ends) -> UsageEnd:
    names = [str(attribute.value) for attribute in leaf.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    own = [end for end in params.issuers if any(name.startswith(end.organization) for name in names)]
    return min(own or params.others, key=lambda end: end.last_day_of_issuance)


RULE = Rule(
    id="certificate-client-usage-ending",
    title="Certificate will lose clientAuth at its next renewal",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(
        Citation(
            document="Chrome Root Program Policy 1.8",
            section="1.3.2",
            url="https://googlechrome.github.io/chromerootprogram/",
        ),
        Citation(document="DigiCert notice ALERT53 of 2026-03-03"),
    ),
    remedy="Plan to use a client certificate of a private CA, and have its root installed at the peer.",
    observes=CertificateChainSeen,
    params=Ends,
    check=check,
)
