"""Browsers drop the roots that this policy names, one by one, and the CAs move their customers to other roots.

An SBC does not do as a browser does: a root that has left goes on working between peers that trust it.  But the next
renewal may come under another root, and then it is good to have sent that one to onboarding before.
"""

import datetime as dt
from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.chains import PeerChain, judge_chains
from auditor.model.finding import NotApplicable, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.value import Value


class Leaving(Value):
    """A root that a programme stops to accept."""

    root: str = Field(min_length=1, description="Name of a pinned root certificate (a file in policies/roots)")
    programme: str = Field(min_length=1, description="Whose root programme it leaves")
    date: dt.date = Field(description="The day from which it is not accepted any more")
    source: str = Field(min_length=1, description="Where the programme says so")
    checked: dt.date = Field(description="Day on which the source was read")


class Leavings(Params):
    """Which roots leave, and how long before that is of interest."""

    notice_days: int = Field(default=365, ge=0, description="Days before the date from which it is reported")
    leaving: tuple[Leaving, ...] = Field(min_length=1, description="Roots and the dates of root programmes")


def check(evidence: Evidence[CertificateChainSeen], params: Leavings) -> Iterator[Remark]:
    """The root that a chain ends at is not about to leave, and has not left."""
    today = evidence.at.date()

    def judge(chain: PeerChain) -> Iterator[Remark]:
        anchor = chain.trust.anchor
        rows = [row for row in params.leaving if anchor is not None and row.root == anchor.name]
        if not rows:
            yield NotApplicable(reason="no root programme has a date for the root of this chain")
        for row in rows:
            if today >= row.date - dt.timedelta(days=params.notice_days):
                word = "left" if today >= row.date else "leaves"
                yield Violation(
                    subject=f"{chain.subject}, under {row.root}",
                    expected="a root that root programmes keep",
                    observed=f"it {word} {row.programme} on {row.date} ({row.source})",
                )

    return judge_chains(evidence, judge)


RULE = Rule(
    id="certificate-root-leaving",
    title="The root of a chain leaves a root programme",
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
    remedy="Ask the CA under which root the next renewal will come, and send that root to the onboarding team.",
    observes=CertificateChainSeen,
    params=Leavings,
    check=check,
)
