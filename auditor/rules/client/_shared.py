"""Shared by the rules about the certificates presented to a client."""

from collections.abc import Iterator, Mapping

from auditor.model.finding import Doubt, NotTested, Remark, Violation, Warning
from auditor.model.observation import ServerCertificateCaseSeen
from auditor.model.subject import CertificateCaseSubject

_GOOD = "good"
_CLOSES = "auditor listen --ca PEM --ca-key PEM"


def judge_cases(evidence: tuple[ServerCertificateCaseSeen, ...], cases: Mapping[str, str]) -> Iterator[Remark]:
    """Judge the invalid certificates ``cases``, each in words, with the valid certificate as a control."""
    shown = [case for case in cases if any(seen.case == case for seen in evidence)]
    for case, certificate in cases.items():
        subject = CertificateCaseSubject(case=case)
        expected = f"{certificate} rejected"
        seen = [found for found in evidence if found.case == case]
        continued = next((found for found in seen if found.treatment == "continued"), None)
        if continued is not None:
            yield Violation(subject=subject, expected=expected, observed=f"the client continued: {continued.evidence}")
        elif not seen:
            reason = f"no {certificate} was shown; it may need a CA that the client trusts (--ca and --ca-key)"
            yield NotTested(subject=subject, reason=reason, whole=not shown, closes=_CLOSES)
        elif all(found.treatment == "undetermined" for found in seen):
            yield Doubt(subject=subject, reason=seen[0].evidence)
        else:
            rejected = next(found for found in seen if found.treatment == "aborted")
            yield from _unproven(evidence, subject, expected, rejected.evidence)


def _unproven(
    evidence: tuple[ServerCertificateCaseSeen, ...], subject: CertificateCaseSubject, expected: str, rejection: str
) -> Iterator[Warning | Doubt]:
    """A rejection alone proves nothing: the client must accept the valid certificate."""
    control = [found for found in evidence if found.case == _GOOD]
    if any(found.treatment == "continued" for found in control):
        return
    if not control:
        observed = (
            f"rejected ({rejection}), but verification is not proven: no certificate that the client trusts was shown "
            "as a control"
        )
        yield Warning(subject=subject, expected=expected, observed=observed, unproven=True, closes=_CLOSES)
        return
    aborted = next((found for found in control if found.treatment == "aborted"), None)
    reason = (
        f"the client rejected the valid certificate too ({aborted.evidence}): check that it trusts the CA and that the "
        "name is right"
        if aborted
        else f"how the client treats the valid certificate is not known: {control[0].evidence}"
    )
    yield Doubt(subject=subject, reason=reason)
