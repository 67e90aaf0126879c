"""An attacker may choose any cipher suite that an endpoint accepts.

A suite that the policy does not list is of no use to the peers the policy is written for.  At best it is dead weight;
at worst it lacks forward secrecy or authentication.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.subject import CipherSuiteSubject
from auditor.model.suite_lists import SuiteLists
from auditor.rules._shared import suites_by_version, version_subject
from auditor.rules.tls._shared import asks_for, doubted


def check(evidence: Evidence[CipherSuitesSeen], params: SuiteLists) -> Iterator[Remark]:
    """A version that has a list must accept nothing outside it, and nothing may remain in doubt."""
    for version, allowed in params.lists().items():
        found = [seen for seen in evidence.seen if seen.version is version]
        if not found:
            yield Doubt(subject=version_subject(version), reason=f"{version} was not tested")
        for suite in (suite for seen in found for suite in seen.accepted):
            if suite.name not in allowed:
                yield Violation(
                    subject=CipherSuiteSubject(version=version, suite=suite.name),
                    expected=f"rejected in {version}",
                    observed=f"accepted in {version}",
                )
        for seen in found:
            for doubt in seen.doubts:
                if doubt.subject not in allowed:
                    yield Doubt(subject=doubted(doubt, seen), reason=f"{version}: {doubt.reason}")


RULE = Rule(
    id="cipher-suite-not-allowed",
    title="Endpoint accepts a cipher suite that is not allowed",
    group=Group.CIPHER_SUITES,
    severity=Severity.MEDIUM,
    citations=(
        Citation(document="RFC 9325", section="4.2", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2"),
        Citation(document="RFC 10015", url="https://www.rfc-editor.org/rfc/rfc10015"),
    ),
    remedy=lambda params: f"Set the listener's cipher suites to exactly these ({suites_by_version(params)}).",
    observes=CipherSuitesSeen,
    params=SuiteLists,
    check=check,
    asks=asks_for,
)
