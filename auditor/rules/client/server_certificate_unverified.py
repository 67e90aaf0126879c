"""A client that takes any certificate talks to anybody: calls and credentials go to whoever answers in time.

The listener shows certificates that no careful client accepts: self-signed, from a CA with the name of the real one,
from a CA nobody knows, out of date.  A client that goes on after one of them does not verify.  A client that refuses
them may be refusing everything, so a certificate it trusts is shown as well; without one the refusal is a good sign
and no proof.
"""

from collections.abc import Iterator

from auditor.model.finding import Doubt, NotTested, Remark, Violation, Warning
from auditor.model.observation import ServerCertificateCaseSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity

_GOOD = "good"
_CASES = {
    "self-signed": "a self-signed certificate",
    "impostor-root": "a certificate of an impostor of the root",
    "unrelated-ca": "a certificate of an unknown CA",
    "expired": "an expired certificate",
}


def check(evidence: Evidence[ServerCertificateCaseSeen], _params: NoParameters) -> Iterator[Remark]:
    """Every bad certificate was refused, and the good one was not."""
    return judge_cases(evidence, _CASES)


def judge_cases(evidence: Evidence[ServerCertificateCaseSeen], cases: dict[str, str]) -> Iterator[Remark]:
    """Judge the bad certificates ``cases``, told by the name of their case, against the good one."""
    shown = [case for case in cases if any(seen.case == case for seen in evidence.seen)]
    for case, certificate in cases.items():
        seen = [found for found in evidence.seen if found.case == case]
        continued = next((found for found in seen if found.treatment == "continued"), None)
        expected = f"{certificate} refused"
        if continued is not None:
            yield Violation(subject=case, expected=expected, observed=f"it went on: {continued.evidence}")
        elif not seen:
            reason = f"{certificate} was not shown; it may need a CA that the client trusts (--ca and --ca-key)"
            yield NotTested(subject=case, reason=reason, whole=not shown)
        elif all(found.treatment == "undetermined" for found in seen):
            yield Doubt(subject=case, reason=seen[0].evidence)
        else:
            refused = next(found for found in seen if found.treatment == "aborted")
            yield from _worth(evidence, case, expected, refused.evidence)


def _worth(
    evidence: Evidence[ServerCertificateCaseSeen], case: str, expected: str, refusal: str
) -> Iterator[Warning | Doubt]:
    """A refusal proves nothing on its own: the client has to accept the good certificate."""
    control = [found for found in evidence.seen if found.case == _GOOD]
    if any(found.treatment == "continued" for found in control):
        return
    if not control:
        observed = f"refused ({refusal}); verification not proven, as no certificate it trusts was shown"
        yield Warning(subject=case, expected=expected, observed=observed)
        return
    aborted = next((found for found in control if found.treatment == "aborted"), None)
    reason = (
        f"it refused the good certificate too ({aborted.evidence}); does it trust the CA, and is the name right?"
        if aborted
        else f"what it does with a good certificate is not known: {control[0].evidence}"
    )
    yield Doubt(subject=case, reason=reason)


RULE = Rule(
    id="server-certificate-unverified",
    title="A client goes on after a certificate that nobody should trust",
    group=Group.CLIENT,
    severity=Severity.CRITICAL,
    citations=(
        Citation(document="RFC 5280", section="6", url="https://www.rfc-editor.org/rfc/rfc5280#section-6"),
        Citation(document="RFC 5922", section="7.3", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.3"),
    ),
    remedy="Switch on verification of the server's certificate for the trunk's outgoing connections, with the "
    "required root as its trust anchor (Kamailio: verify_certificate = yes in the client domain).",
    observes=ServerCertificateCaseSeen,
    params=NoParameters,
    check=check,
)
