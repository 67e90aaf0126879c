"""A key exchange is as strong as its group, and a peer may choose the weakest group on offer.

Well-funded attackers can break curves below 224 bits, and unusual curves have seen little scrutiny.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import GroupsSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import GroupSubject
from auditor.model.vocabulary import GroupName
from auditor.rules._shared import named, version_subject


class AllowedGroups(Params):
    """Groups the endpoint may accept."""

    allowed: tuple[GroupName, ...] = Field(
        min_length=1, description="Key-exchange groups (IANA names) that may be accepted"
    )


def check(evidence: Evidence[GroupsSeen], params: AllowedGroups) -> Iterator[Remark]:
    """No version may accept a group outside the list."""
    for seen in evidence.seen:
        if not (seen.accepted or seen.refused or seen.undetermined):
            yield Doubt(subject=version_subject(seen.version), reason="no key-exchange group was tested")
        for group in seen.accepted:
            if group not in params.allowed:
                yield Violation(
                    subject=GroupSubject(version=seen.version, group=group),
                    expected=f"rejected in {seen.version}",
                    observed=f"accepted in {seen.version}",
                )
        for doubt in seen.undetermined:
            if doubt.subject not in params.allowed:
                subject = GroupSubject(version=seen.version, group=doubt.subject)
                yield Doubt(subject=subject, reason=f"{seen.version}: {doubt.reason}")


RULE = Rule(
    id="group-not-allowed",
    title="Endpoint accepts a key-exchange group that is not allowed",
    group=Group.CIPHER_SUITES,
    severity=Severity.MEDIUM,
    citations=(
        Citation(document="RFC 9325", section="4.5", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.5"),
        Citation(document="RFC 9846", section="4.3.7", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.3.7"),
    ),
    remedy=lambda params: (
        f"Limit the listener's key-exchange groups (elliptic curves) to {named(params.allowed, 'groups')}."
    ),
    observes=GroupsSeen,
    params=AllowedGroups,
    check=check,
    asks=lambda params: Asks(groups=params.allowed),
)
