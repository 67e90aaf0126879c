"""Public CAs may issue certificates only for ever shorter lifetimes; a longer one was not issued by the rules.

Browsers reject such a certificate, and a CA that discovers it must revoke it.  Private CAs set their own limits, so the
rule does not apply to a chain that ends at a private root.
"""

import datetime as dt
from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.chains import PeerChain, under_public_root
from auditor.certificates.dates import lifetime_days
from auditor.model.dated import Dated
from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules._shared import all_of
from auditor.rules.certificate._shared import ROOT_UNKNOWN, judge_chains


class LifetimeLimit(Dated):
    """The longest lifetime of certificates issued from a day on."""

    issued_from: dt.date = Field(description="First day of issue to which the limit applies")
    maximum_days: int = Field(ge=1, description="Days from notBefore to notAfter, both ends included")


class LifetimeLimits(Params):
    """How long a certificate of a public CA may be valid."""

    schedule: tuple[LifetimeLimit, ...] = Field(
        min_length=1, description="Limits by day of issue; the latest that applies counts"
    )


def check(evidence: Evidence[CertificateChainSeen], params: LifetimeLimits) -> Iterator[Remark]:
    """A certificate under a public root must not be valid for longer than was allowed on its day of issue."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        public = under_public_root(chain.trust)
        issued = chain.leaf.not_valid_before_utc.date()
        limits = [limit for limit in params.schedule if limit.issued_from <= issued]
        if public is None:
            yield Doubt(subject=chain.subject, reason=ROOT_UNKNOWN)
        elif not public:
            yield NotApplicable(reason="the chain ends at a private root, and private CAs set their own limits")
        elif limits:
            maximum = max(limits, key=lambda limit: limit.issued_from).maximum_days
            found = lifetime_days(chain.leaf)
            if found > maximum:
                yield Violation(
                    subject=chain.subject,
                    expected=f"at most {maximum} days for a certificate issued on {issued}",
                    observed=f"{found} days",
                )

    return judge_chains(evidence, judge)


def remedy(params: LifetimeLimits) -> str:
    """Name the limits."""
    limits = all_of(f"{limit.maximum_days} days if issued from {limit.issued_from}" for limit in params.schedule)
    return f"Have the certificate reissued with a lifetime within the limit for its day of issue ({limits})."


RULE = Rule(
    id="certificate-lifetime-too-long",
    title="Certificate lifetime exceeds the limit for public CAs",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="6.3.2",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy=remedy,
    observes=CertificateChainSeen,
    params=LifetimeLimits,
    check=check,
)
