"""Every suite an endpoint accepts is one that an attacker may choose.

Azure Communications Gateway uses eight suites in TLS 1.2 and two in TLS 1.3.  Anything beyond them on the same
listener is of no use to it: at best dead weight, at worst a suite without forward secrecy or authentication.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.suite_lists import SuiteLists, asks_for


def check(evidence: Evidence[CipherSuitesSeen], params: SuiteLists) -> Iterator[Remark]:
    """In every version that has a list, nothing outside the list is accepted, and nothing is left open."""
    for version, allowed in params.lists().items():
        found = [seen for seen in evidence.seen if seen.version is version]
        if not found:
            yield Doubt(subject=version, reason=f"{version} was not asked for")
        for suite in (suite for seen in found for suite in seen.accepted):
            if suite.name not in allowed:
                yield Violation(subject=suite.name, expected=f"refused in {version}", observed=f"accepted in {version}")
        for doubt in (doubt for seen in found for doubt in seen.doubts):
            if doubt.subject not in allowed:
                yield Doubt(subject=doubt.subject, reason=f"{version}: {doubt.reason}")


RULE = Rule(
    id="cipher-suite-not-allowed",
    title="A cipher suite is accepted that the policy does not allow",
    group=Group.CIPHER_SUITES,
    severity=Severity.MEDIUM,
    citations=(Citation(document="RFC 9325", section="4.2", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2"),),
    remedy="Set the listener's cipher suites to exactly the policy's list (`auditor policy show` prints it).",
    observes=CipherSuitesSeen,
    params=SuiteLists,
    check=check,
    asks=asks_for,
)
