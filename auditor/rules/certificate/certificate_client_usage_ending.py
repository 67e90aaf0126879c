"""Public CAs stop issuing certificates for TLS clients, so that one of the next renewals comes without clientAuth.

A certificate that is in force stays good until it expires.  The one after it may not serve the calls that the SBC makes
itself: then a private CA is needed, whose root has been sent to onboarding.
"""

import datetime as dt
from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import NameOID
from pydantic import Field

from auditor.certificates.chains import PeerChain, judge_chains, under_public_root
from auditor.certificates.usage import listed_purposes
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.value import Value


class LastIssuance(Value):
    """The end of certificates with clientAuth."""

    last_issuance: dt.date = Field(description="The last day on which a certificate with clientAuth is issued")
    source: str = Field(min_length=1, description="Where that is written")
    checked: dt.date = Field(description="Day on which the source was read")


class IssuerEnd(LastIssuance):
    """The end that a CA has set itself."""

    organization: str = Field(min_length=1, description="The start of the issuer's organizationName")


class Ends(Params):
    """When it ends."""

    issuers: tuple[IssuerEnd, ...] = Field(default=(), description="Dates of single CAs, which go before the one below")
    all_public: LastIssuance = Field(description="The date that holds for every public CA")


def check(evidence: Evidence[CertificateChainSeen], params: Ends) -> Iterator[Remark]:
    """A public certificate with clientAuth has to be renewed before its CA stops issuing such certificates."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        public = under_public_root(chain.trust)
        if "clientAuth" not in listed_purposes(chain.leaf):
            yield NotApplicable(reason="the certificate does not list clientAuth")
        elif public is None:
            yield Doubt(subject=chain.subject, reason="whether its root is a public one cannot be told")
        elif not public:
            yield NotApplicable(reason="the root is a private one, and private CAs set their own rules")
        else:
            end = _end(chain.leaf, params)
            expires = chain.leaf.not_valid_after_utc.date()
            if expires > end.last_issuance:
                yield Violation(
                    subject=chain.subject,
                    expected="an issuer that still issues for clients when it is renewed",
                    observed=f"expires on {expires}; clientAuth is issued until {end.last_issuance} ({end.source})",
                )

    return judge_chains(evidence, judge)


def _end(leaf: x509.Certificate, params: Ends) -> LastIssuance:
    names = [str(attribute.value) for attribute in leaf.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    own = (end for end in params.issuers if any(name.startswith(end.organization) for name in names))
    return next(own, params.all_public)


RULE = Rule(
    id="certificate-client-usage-ending",
    title="The next renewal of a certificate comes without clientAuth",
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
    remedy="Plan for a client certificate of a private CA, and send its root to the onboarding team.",
    observes=CertificateChainSeen,
    params=Ends,
    check=check,
)
