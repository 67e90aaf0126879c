"""Some flaws lie in the TLS library itself, and no setting of versions or suites shows them.

Heartbleed and CCS injection are old bugs of OpenSSL, ROBOT is one of many RSA implementations; TLS compression and
renegotiation without RFC 5746 are features that turned out to be flaws.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import WeaknessSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity

Weakness = Literal["heartbleed", "robot", "openssl-ccs-injection", "compression", "insecure-renegotiation"]


class Weaknesses(Params):
    """What to look for; each takes connections of its own."""

    weaknesses: tuple[Weakness, ...] = Field(
        default=("heartbleed", "robot", "openssl-ccs-injection", "compression", "insecure-renegotiation"),
        min_length=1,
        description="Weaknesses to look for",
    )


def check(evidence: Evidence[WeaknessSeen], params: Weaknesses) -> Iterator[Remark]:
    """None of the named weaknesses was found, and each was looked for."""
    for weakness in params.weaknesses:
        found = [seen for seen in evidence.seen if seen.weakness == weakness]
        if not found:
            yield Doubt(subject=weakness, reason="it was not looked for")
        for seen in found:
            if seen.vulnerable is None:
                yield Doubt(subject=weakness, reason=seen.evidence)
            elif seen.vulnerable:
                yield Violation(subject=weakness, expected="not vulnerable", observed=seen.evidence or "vulnerable")


RULE = Rule(
    id="known-weakness",
    title="The TLS implementation has a known weakness",
    group=Group.WEAKNESSES,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 7457", section="2", url="https://www.rfc-editor.org/rfc/rfc7457#section-2"),
        Citation(document="RFC 9325", section="3", url="https://www.rfc-editor.org/rfc/rfc9325#section-3"),
    ),
    remedy="Update the endpoint's TLS library; switch off TLS compression and renegotiation without RFC 5746.",
    observes=WeaknessSeen,
    params=Weaknesses,
    check=check,
    asks=lambda params: Asks(weaknesses=frozenset(params.weaknesses)),
)
