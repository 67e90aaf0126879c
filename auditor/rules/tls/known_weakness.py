"""Some flaws are in the TLS library itself, and the configured versions and suites do not show them.

Heartbleed and CCS injection are old bugs of OpenSSL.  ROBOT affects many RSA implementations.  TLS compression and
renegotiation without RFC 5746 are features that proved to be flaws.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import WeaknessSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import WeaknessSubject

Weakness = Literal["heartbleed", "robot", "openssl-ccs-injection", "compression", "insecure-renegotiation"]
_FIXES: dict[Weakness, str] = {
    "heartbleed": "Update the endpoint's TLS library.",
    "robot": "Update the endpoint's TLS library.",
    "openssl-ccs-injection": "Update the endpoint's TLS library.",
    "compression": "Disable TLS compression.",
    "insecure-renegotiation": "Disable renegotiation for peers that do not support RFC 5746.",
}


class Weaknesses(Params):
    """Weaknesses to test for; each needs further connections."""

    weaknesses: tuple[Weakness, ...] = Field(
        default=("heartbleed", "robot", "openssl-ccs-injection", "compression", "insecure-renegotiation"),
        min_length=1,
        description="Weaknesses to test for",
    )


def check(evidence: Evidence[WeaknessSeen], params: Weaknesses) -> Iterator[Remark]:
    """Each of the named weaknesses was tested for, and none was found."""
    for weakness in params.weaknesses:
        subject = WeaknessSubject(weakness=weakness)
        found = [seen for seen in evidence.seen if seen.weakness == weakness]
        if not found:
            yield Doubt(subject=subject, reason="not tested")
        for seen in found:
            if seen.vulnerable is None:
                yield Doubt(subject=subject, reason=seen.evidence)
            elif seen.vulnerable:
                yield Violation(subject=subject, expected="not vulnerable", observed=seen.evidence or "vulnerable")


RULE = Rule(
    id="known-weakness",
    title="Endpoint has a known TLS vulnerability",
    group=Group.WEAKNESSES,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 7457", section="2", url="https://www.rfc-editor.org/rfc/rfc7457#section-2"),
        Citation(document="RFC 9325", section="3", url="https://www.rfc-editor.org/rfc/rfc9325#section-3"),
    ),
    remedy=lambda params: "  ".join(dict.fromkeys(_FIXES[weakness] for weakness in params.weaknesses)),
    observes=WeaknessSeen,
    params=Weaknesses,
    check=check,
    asks=lambda params: Asks(weaknesses=frozenset(params.weaknesses)),
)
