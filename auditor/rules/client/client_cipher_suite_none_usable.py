"""Without a common cipher suite the connection fails, and with it every call in that direction.

The server first picks the highest version and only then looks for a suite.  It rejects a client whose only TLS 1.3
suite is ChaCha20 if it supports AES alone, even if the client's TLS 1.2 suites would work.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import ClientHelloSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.suite_lists import SuiteLists
from auditor.rules._shared import suites_by_version, version_subject

_EXPECTED = "at least one of the policy's suites offered"


def check(evidence: Evidence[ClientHelloSeen], params: SuiteLists) -> Iterator[Remark]:
    """The ClientHello must offer a listed suite of the highest listed version that it offers."""
    lists = dict(sorted(params.lists().items(), key=lambda item: item[0].wire, reverse=True))
    remarks: dict[Remark, None] = {}
    for seen in evidence.seen:
        version = next((version for version in lists if version in seen.versions), None)
        if version is None:
            observed = f"offers {_only(seen.versions) or 'no version'}"
            remarks[Violation(subject=version_subject(*lists), expected=_EXPECTED, observed=observed)] = None
        elif not set(seen.suites) & set(lists[version]):
            observed = f"offers {_only(seen.suites[:3]) or 'no suite'}"
            remarks[Violation(subject=version_subject(version), expected=_EXPECTED, observed=observed)] = None
    yield from remarks


def _only(names: tuple[str, ...]) -> str:
    return f"only {', '.join(names)}" if names else ""


RULE = Rule(
    id="client-cipher-suite-none-usable",
    title="Client offers no usable cipher suite",
    group=Group.CLIENT,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 9846", section="4.2.1", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.2.1"),
    ),
    remedy=lambda params: (
        "Enable at least one of these cipher suites for the trunk's outgoing connections, in every enabled version "
        f"({suites_by_version(params)})."
    ),
    observes=ClientHelloSeen,
    params=SuiteLists,
    check=check,
)
