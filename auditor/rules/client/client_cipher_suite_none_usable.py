"""Without a suite in common the connection fails, and with it every call in that direction.

The server picks the highest version first and only then looks for a suite.  A client that offers TLS 1.3 with nothing
but ChaCha20 is turned away, even where its TLS 1.2 suites would do.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import ClientHelloSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.suite_lists import SuiteLists


def check(evidence: Evidence[ClientHelloSeen], params: SuiteLists) -> Iterator[Remark]:
    """In the highest version that is offered and listed, one of the listed suites is offered."""
    lists = dict(sorted(params.lists().items(), key=lambda item: item[0].wire, reverse=True))
    remarks: dict[Remark, None] = {}
    for seen in evidence.seen:
        version = next((version for version in lists if version in seen.versions), None)
        expected = "one of the policy's suites offered"
        if version is None:
            versions = " or ".join(lists)
            observed = f"only {', '.join(seen.versions) or 'no version'} offered"
            remarks[Violation(subject=versions, expected=expected, observed=observed)] = None
        elif not set(seen.suites) & set(lists[version]):
            observed = f"only {', '.join(seen.suites[:3]) or 'no suite'}"
            remarks[Violation(subject=version, expected=expected, observed=observed)] = None
    yield from remarks


RULE = Rule(
    id="client-cipher-suite-none-usable",
    title="A client offers no cipher suite that the peer can use",
    group=Group.CLIENT,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 8446", section="4.1.1", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.1.1"),
    ),
    remedy="Let the trunk's outgoing connections offer at least one of the policy's suites in every version.",
    observes=ClientHelloSeen,
    params=SuiteLists,
    check=check,
)
