"""A certificate should be renewed while there is still time to fix a renewal that goes wrong.

How early depends on its lifetime: thirty days are plenty for a certificate of one year, and more than half the life of
one that lasts 47 days.  The limit is therefore a share of the lifetime, bounded by numbers of days.  A short-lived
certificate, as the CA/Browser Forum defines it, is replaced every few days: for it the share alone counts.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import Field

from auditor.certificates.chains import PeerChain
from auditor.certificates.dates import DAY, HOUR, day, days, hours
from auditor.certificates.facts import certificate_subject
from auditor.model.finding import Remark, Violation
from auditor.model.lifetime import short_lived
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import judge_chains


class RenewalTime(Params):
    """When a renewal is due: at a share of the lifetime or at some days, whichever is less, but never below a floor."""

    fraction: float = Field(default=1 / 3, gt=0, lt=1, description="Share of the lifetime that should be left")
    days: int = Field(default=30, ge=1, description="Days that are enough, however long the lifetime")
    floor_days: int = Field(
        default=7,
        ge=0,
        description="Days that should be left, however short the lifetime; they do not count for a short-lived "
        "certificate",
    )


def check(evidence: Evidence[CertificateChainSeen], params: RenewalTime) -> Iterator[Remark]:
    """Each certificate that has not expired, up to a root known by name, must have enough of its lifetime left."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for certificate in chain.trust.path if chain.trust.anchor else chain.trust.below:
            end, start = certificate.not_valid_after_utc, certificate.not_valid_before_utc
            due = _due(start, end, params)
            words, unit = (hours, HOUR) if short_lived(start, end) else (days, DAY)
            if timedelta(0) <= end - chain.at < due:
                yield Violation(
                    subject=certificate_subject(certificate),
                    expected=f"at least {words(round(due / unit) * unit)} left",
                    observed=f"expires on {day(end)}: {words(end - chain.at)} left of {words(end - start)}",
                )

    return judge_chains(evidence, judge)


def _due(start: datetime, end: datetime, params: RenewalTime) -> timedelta:
    """How much of the lifetime should be left."""
    share = (end - start) * params.fraction
    if short_lived(start, end):
        return share
    return max(timedelta(days=params.floor_days), min(timedelta(days=params.days), share))


def remedy(params: RenewalTime) -> str:
    """Say when renewals should run."""
    return (
        f"Renew the certificate now, and automate its renewal to run when {params.fraction:.0%} of the lifetime or "
        f"{params.days} days are left, whichever is less, but no later than {params.floor_days} days before it expires."
        f"  Renew a short-lived certificate when {params.fraction:.0%} of its lifetime are left."
    )


RULE = Rule(
    id="certificate-expires-soon",
    title="Certificate expires soon",
    group=Group.CERTIFICATE,
    severity=Severity.MEDIUM,
    citations=(
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="6.3.2",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
        Citation(
            document="CA/Browser Forum Baseline Requirements for TLS Server Certificates",
            section="1.6.1",
            url="https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
        ),
    ),
    remedy=remedy,
    observes=CertificateChainSeen,
    params=RenewalTime,
    check=check,
)
