"""A protocol version without a common cipher suite is a version in which no call can be set up.

Client and server first agree on the highest version both support, and only then choose a suite.  A listener whose only
TLS 1.3 suite is ChaCha20 turns away a peer that supports AES alone, even if its TLS 1.2 suites would work.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CipherSuitesSeen
from auditor.model.rule import Citation, Evidence, Group, Rule
from auditor.model.severity import Severity
from auditor.model.suite_lists import SuiteLists
from auditor.model.tls import ProtocolVersion
from auditor.rules._shared import all_of, suites_by_version, version_subject
from auditor.rules.tls._shared import asks_for

_EXPECTED = "at least one of the policy's suites accepted"


def check(evidence: Evidence[CipherSuitesSeen], params: SuiteLists) -> Iterator[Remark]:
    """Every listed version that is enabled must accept at least one listed suite."""
    enabled = False
    for seen in evidence.seen:
        usable = params.lists().get(seen.version)
        if usable is None:
            continue
        enabled = enabled or seen.spoken is not False
        if seen.spoken is False or any(suite.name in usable for suite in seen.accepted):
            continue
        # A usable suite in doubt may be accepted.  Without one, a version in doubt may be enabled with other suites
        # only, and then it has none.
        in_doubt = [doubt for doubt in seen.doubts if doubt.subject in usable]
        doubts = in_doubt or (list(seen.doubts) if seen.spoken is None else [])
        if doubts:
            yield Doubt(subject=version_subject(seen.version), reason=doubts[0].reason)
        else:
            names = ", ".join(suite.name for suite in seen.accepted[:3])
            yield Violation(subject=version_subject(seen.version), expected=_EXPECTED, observed=f"accepts only {names}")
    if not enabled:
        yield Violation(
            subject=version_subject(*params.lists()), expected=_EXPECTED, observed="no such version is accepted"
        )


def remedy(params: SuiteLists) -> str:
    """Name the suites and, below TLS 1.3, the keys they need."""
    enable = f"Enable at least one of these cipher suites in every enabled version ({suites_by_version(params)})."
    older = [
        suite
        for version, suites in params.lists().items()
        if version is not ProtocolVersion.TLS_1_3
        for suite in suites
    ]
    kinds = [kind for kind in ("RSA", "ECDSA") if any(f"_{kind}_WITH_" in suite for suite in older)]
    if not kinds:
        return enable
    return f"{enable}  Below TLSv1.3 use {all_of(f'an {kind} certificate with {kind} suites' for kind in kinds)}."


RULE = Rule(
    id="cipher-suite-none-usable",
    title="Protocol version enabled without a usable cipher suite",
    group=Group.CIPHER_SUITES,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 9846", section="4.2.1", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.2.1"),
    ),
    remedy=remedy,
    observes=CipherSuitesSeen,
    params=SuiteLists,
    check=check,
    asks=asks_for,
)
