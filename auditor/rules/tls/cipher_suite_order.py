"""Where a server accepts both, it should choose an AEAD suite over one in CBC mode.

CBC suites encrypt and authenticate in two steps, which attacks since Lucky Thirteen have exploited.  A policy may allow
them for older peers.  A server that chooses one although its peer prefers an AEAD suite uses CBC with everybody.
"""

from collections.abc import Iterator

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.tls import suites_by_name
from auditor.rules._shared import version_subject


def check(evidence: Evidence[CipherSuitesSeen], _params: NoParameters) -> Iterator[Remark]:
    """In no version may a CBC suite be chosen from a ClientHello that lists an accepted AEAD suite first."""
    for seen in evidence.seen:
        subject = version_subject(seen.version)
        names = [*(suite.name for suite in seen.accepted), *(doubt.subject for doubt in seen.undetermined)]
        perhaps = [suites_by_name()[name] for name in names if name in suites_by_name()]
        if seen.prefers_cbc:
            yield Violation(
                subject=subject, expected="AEAD suite chosen over CBC", observed="CBC suite chosen over AEAD"
            )
        elif seen.prefers_cbc is None and any(s.cbc for s in perhaps) and any(s.aead for s in perhaps):
            reason = seen.undetermined[0].reason if seen.undetermined else "the order of preference was not observed"
            yield Doubt(subject=subject, reason=reason)


RULE = Rule(
    id="cipher-suite-order",
    title="CBC suite preferred over an AEAD suite",
    group=Group.CIPHER_SUITES,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 9325", section="4.2.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2.1"),
    ),
    remedy="Move the AEAD suites before the CBC suites in the listener's cipher list.",
    observes=CipherSuitesSeen,
    params=NoParameters,
    check=check,
    asks=lambda _params: Asks(suite_preference=True),
)
