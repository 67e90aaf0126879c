"""A list of roots is right on its day: root programs add and remove roots several times a year.

The auditor judges by the list that is installed with it.  An old one rejects certificates of new roots, and accepts
those of roots that the program has excluded since.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.certificates.chains import PeerChain
from auditor.certificates.root_programs import ROOT_LISTS, RootProgram
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import TARGET
from auditor.rules._shared import all_of
from auditor.rules.certificate._shared import judge_chains


class ListAge(Params):
    """Whose lists are used, and how old they may be."""

    root_programs: tuple[RootProgram, ...] = Field(
        default=tuple(RootProgram), min_length=1, description="Root programs whose lists are used"
    )
    longest_days: int = Field(default=90, ge=1, description="Days since the release of the list")


def check(evidence: Evidence[CertificateChainSeen], params: ListAge) -> Iterator[Remark]:
    """No list of roots that is used may be older than so many days."""

    def judge(chain: PeerChain) -> Iterator[Remark]:
        for found in (ROOT_LISTS[program] for program in params.root_programs):
            age = (chain.at.date() - found.date).days
            if age > params.longest_days:
                yield Violation(
                    subject=TARGET,
                    expected=f"a root list of the last {params.longest_days} days",
                    observed=f"the list of the {found.title} is that of {found.date} ({found.package}), {age} days old",
                )

    return judge_chains(evidence, judge)


def remedy(params: ListAge) -> str:
    """Name the packages."""
    packages = all_of(ROOT_LISTS[program].package.partition(" ")[0] for program in params.root_programs)
    return f"Update what carries the list ({packages}), and audit again."


RULE = Rule(
    id="root-list-outdated",
    title="List of accepted root CAs is old",
    group=Group.CERTIFICATE,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 5280", section="6.1.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1.1"),
    ),
    remedy=remedy,
    observes=CertificateChainSeen,
    params=ListAge,
    check=check,
)
