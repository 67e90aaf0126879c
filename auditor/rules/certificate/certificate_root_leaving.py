"""Browsers remove old roots from their root programs one by one, and the CAs move their customers to other roots.

An SBC does not follow browsers: a removed root keeps working between peers that trust it.  But the next renewal may
come under another root, which the peer should trust by then.
"""

import datetime as dt
from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.chains import PeerChain
from auditor.certificates.facts import certificate_subject
from auditor.model.dated import Dated
from auditor.model.finding import NotApplicable, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import judge_chains


class Leaving(Dated):
    """A root that a root program stops accepting."""

    root: str = Field(min_length=1, description="Name of a pinned root certificate (a file in policies/roots)")
    programme: str = Field(min_length=1, description="The root program that removes it")
    date: dt.date = Field(description="The day from which it is no longer accepted")


class Leavings(Params):
    """Which roots are being removed, and how early to report that."""

    notice_days: int = Field(default=365, ge=0, description="Days before the date from which the rule reports it")
    leaving: tuple[Leaving, ...] = Field(min_length=1, description="Roots and the dates of their removal")


def check(evidence: Evidence[CertificateChainSeen], params: Leavings) -> Iterator[Remark]:
    """The root of a chain must not have been removed from a root program, nor be about to be."""
    today = evidence.at.date()

    def judge(chain: PeerChain) -> Iterator[Remark]:
        anchor = chain.trust.anchor
        rows = [row for row in params.leaving if anchor is not None and row.root == anchor.name]
        if not rows:
            yield NotApplicable(reason="no root program has a date for removing the root of this chain")
        for row in rows:
            if today >= row.date - dt.timedelta(days=params.notice_days):
                verb = "removed" if today >= row.date else "will remove"
                yield Violation(
                    subject=certificate_subject(chain.leaf, root=row.root),
                    expected="root that root programs keep",
                    observed=f"{row.programme} {verb} it on {row.date} ({row.source})",
                )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-root-leaving",
    title="Root CA is being removed from a root program",
    group=Group.CERTIFICATE,
    severity=Severity.INFO,
    citations=(
        Citation(
            document="Chrome Root Program Policy 1.8",
            section="1.3.1.2",
            url="https://googlechrome.github.io/chromerootprogram/",
        ),
        Citation(document="Mozilla, CA/Root CA Lifecycles", url="https://wiki.mozilla.org/CA/Root_CA_Lifecycles"),
    ),
    remedy="Ask the CA which root its next certificates will chain to, and have that root installed at the peer.",
    observes=CertificateChainSeen,
    params=Leavings,
    check=check,
)
