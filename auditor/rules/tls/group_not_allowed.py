"""The key exchange is as strong as the group it is done in, and the peer may choose the weakest one on offer.

Curves below 224 bits can be broken by those who can afford it, and odd curves get little scrutiny.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import GroupsSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.vocabulary import GroupName


class AllowedGroups(Params):
    """Groups the endpoint may use."""

    allowed: tuple[GroupName, ...] = Field(
        min_length=1, description="Key-exchange groups (IANA names) that may be accepted"
    )


def check(evidence: Evidence[GroupsSeen], params: AllowedGroups) -> Iterator[Remark]:
    """No group outside the list is accepted, in any version."""
    for seen in evidence.seen:
        if not (seen.accepted or seen.refused or seen.undetermined):
            yield Doubt(subject=seen.version, reason="none of its groups was asked for")
        for group in seen.accepted:
            if group not in params.allowed:
                yield Violation(
                    subject=group, expected=f"refused in {seen.version}", observed=f"accepted in {seen.version}"
                )
        for doubt in seen.undetermined:
            if doubt.subject not in params.allowed:
                yield Doubt(subject=doubt.subject, reason=f"{seen.version}: {doubt.reason}")


RULE = Rule(
    id="group-not-allowed",
    title="A key-exchange group is accepted that the policy does not allow",
    group=Group.CIPHER_SUITES,
    severity=Severity.MEDIUM,
    citations=(
        Citation(document="RFC 9325", section="4.5", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.5"),
        Citation(document="RFC 8422", section="5.1.1", url="https://www.rfc-editor.org/rfc/rfc8422#section-5.1.1"),
    ),
    remedy="Limit the listener's key-exchange groups (elliptic curves) to the policy's list.",
    observes=GroupsSeen,
    params=AllowedGroups,
    check=check,
    asks=lambda params: Asks(groups=params.allowed),
)
