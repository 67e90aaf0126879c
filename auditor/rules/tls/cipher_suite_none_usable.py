"""A version without a suite in common is a version in which no call can be set up.

Client and server first agree on the highest version both speak, and only then look for a suite.  So a listener that
speaks TLS 1.3 with nothing but ChaCha20 turns away a peer that uses AES there, even where its TLS 1.2 would do.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.suite_lists import SuiteLists, asks_for


def check(evidence: Evidence[CipherSuitesSeen], params: SuiteLists) -> Iterator[Remark]:
    """Every listed version that is spoken accepts at least one listed suite."""
    spoken = False
    for seen in evidence.seen:
        usable = params.lists().get(seen.version)
        if usable is None:
            continue
        spoken = spoken or seen.spoken is not False
        if seen.spoken is False or any(suite.name in usable for suite in seen.accepted):
            continue
        # With a usable suite in doubt it may have one; with none it may still be spoken with others, and have none.
        in_doubt = [doubt for doubt in seen.doubts if doubt.subject in usable]
        doubts = in_doubt or (list(seen.doubts) if seen.spoken is None else [])
        if doubts:
            yield Doubt(subject=seen.version, reason=doubts[0].reason)
        else:
            names = ", ".join(suite.name for suite in seen.accepted[:3])
            yield Violation(
                subject=seen.version, expected="one of the policy's suites accepted", observed=f"only {names}"
            )
    if not spoken:
        versions = " or ".join(params.lists())
        yield Violation(
            subject=versions, expected="one of the policy's suites accepted", observed="no such version is spoken"
        )


RULE = Rule(
    id="cipher-suite-none-usable",
    title="A protocol version is spoken in which the peer finds no cipher suite",
    group=Group.CIPHER_SUITES,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 8446", section="4.1.1", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.1.1"),
    ),
    remedy=(
        "Accept at least one of the policy's suites in every version that is switched on.  In TLS 1.2 it has to "
        "match the certificate's key: an RSA certificate serves ECDHE_RSA suites, an ECDSA one ECDHE_ECDSA suites."
    ),
    observes=CipherSuitesSeen,
    params=SuiteLists,
    check=check,
    asks=asks_for,
)
