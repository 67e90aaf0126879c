"""A CBC suite should be used only with encrypt-then-MAC.

TLS 1.2 computes the MAC first and encrypts afterwards, which padding-oracle attacks on CBC exploit.  The extension
encrypt_then_mac reverses the order.  RFC 9325 says that a CBC suite should not be used without it.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import CipherSuiteSubject
from auditor.model.tls import ProtocolVersion, suites_by_name


def check(evidence: Evidence[CipherSuitesSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every CBC suite of TLS 1.2 must be negotiated with encrypt-then-MAC."""
    for seen in evidence.seen:
        if seen.version is not ProtocolVersion.TLS_1_2:
            continue
        for suite in seen.accepted:
            subject = CipherSuiteSubject(version=seen.version, suite=suite.name)
            if not suites_by_name()[suite.name].cbc:
                continue
            if suite.encrypt_then_mac is None:
                yield Doubt(subject=subject, reason="encrypt-then-MAC was not offered with this suite")
            elif not suite.encrypt_then_mac:
                yield Violation(
                    subject=subject, expected="encrypt_then_mac negotiated", observed="encrypt_then_mac not negotiated"
                )
        for doubt in seen.undetermined:
            if doubt.subject in suites_by_name() and suites_by_name()[doubt.subject].cbc:
                yield Doubt(subject=CipherSuiteSubject(version=seen.version, suite=doubt.subject), reason=doubt.reason)


RULE = Rule(
    id="cbc-without-encrypt-then-mac",
    title="CBC suite accepted without encrypt-then-MAC",
    group=Group.CIPHER_SUITES,
    severity=Severity.LOW,
    citations=(
        Citation(document="RFC 9325", section="4.2", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2"),
        Citation(document="RFC 7366", url="https://www.rfc-editor.org/rfc/rfc7366"),
    ),
    remedy="Enable the encrypt_then_mac extension on this listener, or disable its CBC suites.",
    observes=CipherSuitesSeen,
    params=NoParameters,
    check=check,
)
