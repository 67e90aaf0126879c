"""Whoever answers a client may choose any cipher suite that it offers.

The peer chooses from its own list.  Any other suite on offer helps only an attacker who answers in the peer's place,
and the weaker it is, the more it helps.
"""

from collections.abc import Iterator

from auditor.model.finding import Remark, Violation
from auditor.model.observation import ClientHelloSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.subject import CipherSuiteSubject
from auditor.model.suite_lists import SuiteLists
from auditor.model.tls import suites_by_name
from auditor.rules._shared import any_of, suites_by_version


def check(evidence: Evidence[ClientHelloSeen], params: SuiteLists) -> Iterator[Remark]:
    """A ClientHello must offer no suite outside the lists of the versions that it offers."""
    remarks: dict[Remark, None] = {}
    known = suites_by_name()
    for seen in evidence.seen:
        versions = [version for version in params.lists() if version in seen.versions]
        for name in seen.suites:
            fitting = [version for version in versions if name not in known or version in known[name].versions]
            if fitting and not any(name in params.lists()[version] for version in fitting):
                subject = CipherSuiteSubject(version=fitting[0] if len(fitting) == 1 else None, suite=name)
                remarks[
                    Violation(subject=subject, expected=f"not offered in {any_of(fitting)}", observed="offered")
                ] = None
    yield from remarks


RULE = Rule(
    id="client-cipher-suite-not-allowed",
    title="Client offers a cipher suite that is not allowed",
    group=Group.CLIENT,
    severity=Severity.LOW,
    citations=(Citation(document="RFC 9325", section="4.2", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2"),),
    remedy=lambda params: (
        f"Set the cipher suites of the trunk's outgoing connections to exactly these ({suites_by_version(params)})."
    ),
    observes=ClientHelloSeen,
    params=SuiteLists,
    check=check,
)
