"""An endpoint that takes any certificate knows no more of its client than one that asks for none.

It is shown certificates that nobody may accept: one that is signed by itself, one of an impostor that bears the
required root's own name and key identifier, one of an unrelated CA; and with a CA the endpoint trusts, in a lab, one
that has expired, one that is not yet in force, one issued by a certificate that is no CA, and one whose key the client
does not have.  The application must serve none of them, in no version.

A refusal is proof only beside a certificate that has to be accepted and is: an endpoint that drops everybody refuses
impostors as well.  Without such a certificate the finding says "refused; enforcement not proven".  A certificate for
another name is a matter of authorization and not of verification; where it is served that is a warning.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from auditor.model.asks import Asks
from auditor.model.observation import ClientCertificateCaseSeen
from auditor.model.rule import Caution, Citation, Evidence, Inconclusive, Params, Remark, Rule, Untested, Violation
from auditor.model.severity import Severity

_ALWAYS_SHOWN = ("self-signed", "unrelated-ca")
_IMPOSTOR = "impostor-root"
_MOST_IMPOSTORS = 3
_WRONG_NAME = "wrong-name"
_WITH_LAB_CA = ("expired", "not-yet-valid", "leaf-as-ca", "wrong-key", _WRONG_NAME)
_EXPECTED = "a bad client certificate refused"
_UNPROVEN = (
    "refused; enforcement not proven: no certificate that has to be accepted was shown beside them (--client-cert)"
)


class Proof(Params):
    """What is shown, and what a refusal counts for without a control."""

    unproven: Literal["pass", "warn", "inconclusive"] = Field(
        default="warn", description="What comes of refusals that no accepted certificate vouches for"
    )
    roots: tuple[str, ...] = Field(
        default=(),
        description="Names of pinned root certificates (files in policies/roots) whose impostors are shown, beside "
        "those of the roots the endpoint announces; three in all",
    )


def check(evidence: Evidence[ClientCertificateCaseSeen], params: Proof) -> Iterator[Remark]:
    """Every bad certificate was refused in every version, and a good one was not."""
    shown = [seen for seen in evidence.seen if seen.case in (*_ALWAYS_SHOWN, *_WITH_LAB_CA) or _is_impostor(seen)]
    unproven = set()
    for seen in shown:
        subject = f"{seen.version} {seen.case}"
        if seen.treatment == "undetermined":
            yield Inconclusive(subject=subject, reason=seen.evidence)
        elif seen.treatment == "served" and seen.case == _WRONG_NAME:
            yield Caution(
                subject=subject,
                expected="a certificate for another name refused, or other means that tell clients apart",
                observed=f"served: {seen.evidence}",
            )
        elif seen.treatment == "served":
            yield Violation(subject=subject, expected=_EXPECTED, observed=f"served: {seen.evidence}")
        elif seen.control == "failed":
            yield Inconclusive(
                subject=seen.version,
                reason="bad client certificates are refused, and so is one that has to be accepted"
                f" ({_of_the_good_one(evidence, seen)})",
            )
        elif seen.control == "none":
            unproven.add(seen.version)
    for version in sorted(unproven):
        if params.unproven == "warn":
            yield Caution(subject=version, expected=_EXPECTED, observed=_UNPROVEN)
        elif params.unproven == "inconclusive":
            yield Inconclusive(subject=version, reason=_UNPROVEN)
    yield from _not_shown(evidence, shown)
    yield from _impostors_not_shown(shown, params)


def _is_impostor(seen: ClientCertificateCaseSeen) -> bool:
    return seen.case.startswith(_IMPOSTOR)


def _of_the_good_one(evidence: Evidence[ClientCertificateCaseSeen], case: ClientCertificateCaseSeen) -> str:
    good = (seen for seen in evidence.seen if seen.case == "good" and seen.version == case.version)
    return next((seen.evidence for seen in good if seen.treatment != "served"), "it was not served")


def _impostors_not_shown(shown: list[ClientCertificateCaseSeen], params: Proof) -> Iterator[Inconclusive]:
    """What was seen for another policy may hold no impostor of the roots that this one names."""
    for version in dict.fromkeys(seen.version for seen in shown):
        cases = {seen.case for seen in shown if seen.version is version}
        missing = [root for root in params.roots if f"{_IMPOSTOR} ({root})" not in cases]
        if len(params.roots) - len(missing) < min(len(params.roots), _MOST_IMPOSTORS):
            for root in missing:
                yield Inconclusive(subject=f"{version} {_IMPOSTOR} ({root})", reason="this certificate was not shown")


def _not_shown(
    evidence: Evidence[ClientCertificateCaseSeen], shown: list[ClientCertificateCaseSeen]
) -> Iterator[Inconclusive | Untested]:
    cases = {(seen.version, _IMPOSTOR if _is_impostor(seen) else seen.case) for seen in shown}
    for version in dict.fromkeys(seen.version for seen in evidence.seen):
        for case in _ALWAYS_SHOWN:
            if (version, case) not in cases:
                yield Inconclusive(subject=f"{version} {case}", reason="this certificate was not shown")
        if (version, _IMPOSTOR) not in cases:
            reason = "there was no root to imitate: the policy names none, and the endpoint announces none"
            yield Untested(subject=f"{version} {_IMPOSTOR}", reason=reason)
    known = {case for _, case in cases}
    for case in _WITH_LAB_CA:
        if case not in known:
            yield Untested(subject=case, reason="this needs a CA that the endpoint trusts (--client-ca)")


RULE = Rule(
    id="client-certificate-unverified",
    title="A client is served whose certificate nobody may accept",
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="Overview of security for Azure Communications Gateway", section="Mutual TLS"),
        Citation(document="RFC 5280", section="6.1", url="https://www.rfc-editor.org/rfc/rfc5280#section-6.1"),
        Citation(document="RFC 8446", section="4.4.2.4", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2.4"),
    ),
    requirements=("SEC-14", "SEC-15", "SEC-19"),
    remediation=(
        "Have the listener verify client certificates against the roots of your peers and end the connection when that "
        "fails (nginx: ssl_verify_client on, not optional_no_ca; HAProxy: verify required without crt-ignore-err and "
        "ca-ignore-err; OpenSSL: no verify callback that overrides the result)."
    ),
    observes=ClientCertificateCaseSeen,
    params=Proof,
    check=check,
    asks=lambda params: Asks(forged_roots=params.roots),
)
