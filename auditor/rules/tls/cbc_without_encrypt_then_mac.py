"""A CBC suite should only be used with encrypt-then-MAC.

TLS 1.2 computes the MAC first and encrypts afterwards, which is what the padding-oracle attacks on CBC live on.  The
extension encrypt_then_mac turns the order round.  RFC 9325 says that a CBC suite should not be used without it.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.tls import ProtocolVersion, suites_by_name


def check(evidence: Evidence[CipherSuitesSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every CBC suite of TLS 1.2 was agreed together with encrypt-then-MAC."""
    for seen in evidence.seen:
        if seen.version is not ProtocolVersion.TLS_1_2:
            continue
        for suite in seen.accepted:
            if not suites_by_name()[suite.name].cbc:
                continue
            if suite.encrypt_then_mac is None:
                yield Doubt(subject=suite.name, reason="encrypt-then-MAC was not offered with it")
            elif not suite.encrypt_then_mac:
                yield Violation(subject=suite.name, expected="encrypt_then_mac agreed", observed="not agreed")
        for doubt in seen.undetermined:
            if doubt.subject in suites_by_name() and suites_by_name()[doubt.subject].cbc:
                yield Doubt(subject=doubt.subject, reason=doubt.reason)


RULE = Rule(
    id="cbc-without-encrypt-then-mac",
    title="A CBC cipher suite is accepted without encrypt-then-MAC",
    group=Group.CIPHER_SUITES,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 9325", section="4.2", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2"),
        Citation(document="RFC 7366", url="https://www.rfc-editor.org/rfc/rfc7366"),
    ),
    remedy="Switch on the encrypt_then_mac extension, or drop the CBC suites.",
    observes=CipherSuitesSeen,
    params=NoParameters,
    check=check,
)
