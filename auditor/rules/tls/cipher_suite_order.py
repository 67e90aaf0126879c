"""Where both are accepted, an authenticated (AEAD) suite must win over one in CBC mode.

CBC suites encrypt and authenticate in two steps, which a line of attacks from Lucky Thirteen on has used.  They may be
allowed for old peers; a server that picks one although its peer would rather have GCM uses them for everybody.
"""

from collections.abc import Iterator

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.tls import suites_by_name


def check(evidence: Evidence[CipherSuitesSeen], _params: NoParameters) -> Iterator[Remark]:
    """In no version is a CBC suite chosen from a hello that put an accepted AEAD suite first."""
    for seen in evidence.seen:
        names = [*(suite.name for suite in seen.accepted), *(doubt.subject for doubt in seen.undetermined)]
        perhaps = [suites_by_name()[name] for name in names if name in suites_by_name()]
        if seen.prefers_cbc:
            yield Violation(
                subject=seen.version, expected="an AEAD suite chosen over CBC", observed="a CBC suite chosen over AEAD"
            )
        elif seen.prefers_cbc is None and any(s.cbc for s in perhaps) and any(s.aead for s in perhaps):
            reason = seen.undetermined[0].reason if seen.undetermined else "the order of preference was not seen"
            yield Doubt(subject=seen.version, reason=reason)


RULE = Rule(
    id="cipher-suite-order",
    title="A CBC cipher suite is preferred to an authenticated one",
    group=Group.CIPHER_SUITES,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 9325", section="4.2.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2.1"),
    ),
    remedy="Put the GCM suites before the CBC suites in the listener's cipher list.",
    observes=CipherSuitesSeen,
    params=NoParameters,
    check=check,
    asks=lambda _params: Asks(suite_preference=True),
)
