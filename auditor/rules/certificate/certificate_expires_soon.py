"""A certificate is to be renewed while there is time to mend what goes wrong with the renewal.

How early depends on how long it lives: thirty days are plenty for a year's certificate and more than half the life of
one that lasts 47 days, so the limit is a share of the lifetime, with days as its bounds.
"""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import Field

from auditor.certificates.chains import PeerChain, judge_chains
from auditor.certificates.dates import DAY, day, days
from auditor.certificates.facts import label
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity


class RenewalTime(Params):
    """When a renewal is due: the smaller of a share of the lifetime and a number of days, but never under the floor."""

    fraction: float = Field(default=1 / 3, gt=0, lt=1, description="Share of the lifetime that should be left")
    days: int = Field(default=30, ge=1, description="Days that are enough however long the lifetime")
    floor_days: int = Field(default=7, ge=0, description="Days that should be left however short the lifetime")


def check(evidence: Evidence[CertificateChainSeen], params: RenewalTime) -> Iterator[Remark]:
    """Each certificate that is in date, up to the accepted root, must have enough of its life left."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.trust.path if chain.trust.anchor else chain.trust.below:
            end, start = certificate.not_valid_after_utc, certificate.not_valid_before_utc
            share = (end - start) * params.fraction
            due = max(timedelta(days=params.floor_days), min(timedelta(days=params.days), share))
            if timedelta(0) <= end - chain.at < due:
                yield Violation(
                    subject=label(certificate),
                    expected=f"at least {due / DAY:.0f} days left",
                    observed=f"expires on {day(end)}: {days(end - chain.at)} left of {days(end - start)}",
                )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-expires-soon",
    title="A certificate is due for renewal",
    group=Group.CERTIFICATE,
    severity=Severity.MEDIUM,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="6.3.2",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy="Renew the certificate now, and let the renewal run by itself when a third of the lifetime is left.",
    observes=CertificateChainSeen,
    params=RenewalTime,
    check=check,
)
