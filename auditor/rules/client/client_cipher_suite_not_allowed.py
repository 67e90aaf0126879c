"""Every suite a client offers is one that whoever answers may choose.

The gateway chooses from its own list.  What else is offered serves only somebody who answers in its place, and the
weaker it is, the better it serves.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import ClientHelloSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.suite_lists import SuiteLists
from auditor.model.tls import suites_by_name


def check(evidence: Evidence[ClientHelloSeen], params: SuiteLists) -> Iterator[Remark]:
    """In every version that is offered and listed, nothing outside the list is offered."""
    remarks: dict[Remark, None] = {}
    known = suites_by_name()
    for seen in evidence.seen:
        versions = [version for version in params.lists() if version in seen.versions]
        for name in seen.suites:
            fitting = [version for version in versions if name not in known or version in known[name].versions]
            if fitting and not any(name in params.lists()[version] for version in fitting):
                expected = f"not offered in {' or '.join(fitting)}"
                remarks[Violation(subject=name, expected=expected, observed="offered")] = None
    yield from remarks


RULE = Rule(
    id="client-cipher-suite-not-allowed",
    title="A client offers a cipher suite that the policy does not allow",
    group=Group.CLIENT,
    severity=Severity.LOW,
    citations=(Citation(document="RFC 9325", section="4.2", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2"),),
    remedy="Set the suites of the trunk's outgoing connections to the policy's list (`auditor policy show` prints it).",
    observes=ClientHelloSeen,
    params=SuiteLists,
    check=check,
)
