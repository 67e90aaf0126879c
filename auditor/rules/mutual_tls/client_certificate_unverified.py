"""An endpoint that accepts any certificate knows no more about its client than one that requests none.

The audit presents certificates that no endpoint may accept: a self-signed one, one of a forged issuer that copies the
name and the key identifier of a required root, and one of an unrelated CA.  In a lab, with a CA that the endpoint
trusts, it also presents one that has expired, one that is not valid yet, one issued by a certificate that is not a CA,
and one whose key the client does not have.  The application must serve none of them, in any version.

A rejection is proof only if the endpoint serves a valid certificate as well: an endpoint that drops every connection
rejects forged certificates too.  Without a valid certificate the finding says "rejected, but enforcement is not
proven".  Whether a certificate for another name is accepted is a question of authorization, not of verification:
another rule asks it.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.finding import Doubt, NotTested, Remark, Violation, Warning
from auditor.model.observation import FORGED, ClientCertificateCaseSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.subject import CertificateCaseSubject
from auditor.model.vocabulary import RootName
from auditor.rules._shared import version_subject
from auditor.rules.mutual_tls._shared import (
    CLOSES_NEEDS_CA,
    CLOSES_UNPROVEN,
    NEEDS_CA,
    UNPROVEN,
    case_subject,
    is_forged,
)

_ALWAYS_SHOWN = ("self-signed", "unrelated-ca")
_MOST_FORGED = 3
_WITH_LAB_CA = ("expired", "not-yet-valid", "leaf-as-ca", "wrong-key")
_EXPECTED = "invalid client certificate rejected"
_NOT_SHOWN = "this certificate was not shown"


class ProofLevel(Params):
    """Which certificates are shown, and how to judge a rejection without a control."""

    unproven: Literal["pass", "warn", "inconclusive"] = Field(
        default="warn", description="Outcome of rejections that no valid certificate, shown as a control, confirms"
    )
    roots: tuple[RootName, ...] = Field(
        default=(),
        description="Names of pinned root certificates (files in policies/roots) whose forged issuers are shown, in "
        "addition to those of the roots the endpoint announces; three in all",
    )


def check(evidence: Evidence[ClientCertificateCaseSeen], params: ProofLevel) -> Iterator[Remark]:
    """Every version must reject every invalid certificate, and serve a valid one."""
    shown = [seen for seen in evidence.seen if seen.case in (*_ALWAYS_SHOWN, *_WITH_LAB_CA) or is_forged(seen)]
    unproven = set()
    for seen in shown:
        subject = case_subject(seen)
        if seen.treatment == "undetermined":
            yield Doubt(subject=subject, reason=seen.evidence)
        elif seen.treatment == "served":
            yield Violation(subject=subject, expected=_EXPECTED, observed=f"served: {seen.evidence}")
        elif seen.control == "failed":
            reason = (
                "the endpoint rejected invalid client certificates, but also the valid one shown as a control "
                f"({_of_the_control(evidence, seen)})"
            )
            yield Doubt(subject=version_subject(seen.version), reason=reason)
        elif seen.control == "none":
            unproven.add(seen.version)
    for version in sorted(unproven):
        if params.unproven == "warn":
            yield Warning(
                subject=version_subject(version),
                expected=_EXPECTED,
                observed=UNPROVEN,
                unproven=True,
                closes=CLOSES_UNPROVEN,
            )
        elif params.unproven == "inconclusive":
            yield Doubt(subject=version_subject(version), reason=UNPROVEN, closes=CLOSES_UNPROVEN)
    yield from _not_shown(evidence, shown)
    yield from _forged_not_shown(shown, params)


def _of_the_control(evidence: Evidence[ClientCertificateCaseSeen], case: ClientCertificateCaseSeen) -> str:
    good = (seen for seen in evidence.seen if seen.case == "good" and seen.version == case.version)
    return next((seen.evidence for seen in good if seen.treatment != "served"), "it was not served")


def _forged_not_shown(shown: list[ClientCertificateCaseSeen], params: ProofLevel) -> Iterator[Doubt]:
    """Observations that were collected for another policy may lack the forged issuers of this policy's roots."""
    for version in dict.fromkeys(seen.version for seen in shown):
        cases = {case_subject(seen) for seen in shown if seen.version is version}
        wanted = [CertificateCaseSubject(version=version, case=FORGED, root=root) for root in params.roots]
        missing = [case for case in wanted if case not in cases]
        if len(wanted) - len(missing) < min(len(wanted), _MOST_FORGED):
            for case in missing:
                yield Doubt(subject=case, reason=_NOT_SHOWN)


def _not_shown(
    evidence: Evidence[ClientCertificateCaseSeen], shown: list[ClientCertificateCaseSeen]
) -> Iterator[Doubt | NotTested]:
    cases = {(seen.version, FORGED if is_forged(seen) else seen.case) for seen in shown}
    for version in dict.fromkeys(seen.version for seen in evidence.seen):
        for case in _ALWAYS_SHOWN:
            if (version, case) not in cases:
                yield Doubt(subject=CertificateCaseSubject(version=version, case=case), reason=_NOT_SHOWN)
        if (version, FORGED) not in cases:
            reason = "not shown: the policy names no root to forge, and the endpoint announces none"
            subject = CertificateCaseSubject(version=version, case=FORGED)
            yield NotTested(subject=subject, reason=reason, closes=f"roots of {RULE.id} in the policy")
    known = {case for _, case in cases}
    for case in _WITH_LAB_CA:
        if case not in known:
            yield NotTested(subject=CertificateCaseSubject(case=case), reason=NEEDS_CA, closes=CLOSES_NEEDS_CA)


RULE = Rule(
    id="client-certificate-unverified",
    title="Endpoint accepts invalid client certificates",
    group=Group.MUTUAL_TLS,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="6.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1"),
        Citation(document="RFC 9846", section="4.5.1.3", url="https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.3"),
    ),
    remedy=(
        "Configure the listener to verify client certificates against the roots of your peers and to close the "
        "connection when that fails (nginx: ssl_verify_client on, not optional_no_ca; HAProxy: verify required without "
        "crt-ignore-err and ca-ignore-err; OpenSSL: no verify callback that overrides the result)."
    ),
    observes=ClientCertificateCaseSeen,
    params=ProofLevel,
    check=check,
    asks=lambda params: Asks(forged_roots=params.roots),
)
