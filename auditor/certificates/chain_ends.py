"""The end of a chain in words: what a remark says of it."""

from auditor.certificates.chains import AcceptedRoots
from auditor.certificates.ending import Ending, EndingKind
from auditor.certificates.facts import Bearer, general_names, label, name_text, short_name
from auditor.certificates.names import presented_names
from auditor.model.target import Service
from auditor.sanitise import clean


def expected_roots(params: AcceptedRoots) -> str:
    """Return the accepted roots as one phrase."""
    roots = [*params.roots, *(["a root the operator has declared"] if params.declared_roots else [])]
    roots += ["a public root"] if params.public_roots else []
    return "a chain to " + (", ".join(roots[:-1]) + " or " + roots[-1] if len(roots) > 1 else (roots or ["no root"])[0])


def root_reached(ending: Ending) -> tuple[str, bool]:
    """Return where the chain ends, and whether that is certainly no accepted root.

    It is uncertain where the leaf's issuer was not sent: any root may be above it.
    """
    last = ending.path[-1]
    issuer = name_text(last.issuer)
    if ending.kind is EndingKind.SELF_SIGNED:
        return f"the certificate is self-signed{_impostor(ending)}", True
    if ending.root is not None:
        return f"ends at {label(ending.root)}{_impostor(ending)}", True
    if ending.impostor is not None:
        return f"ends below {short_name(last)}, whose issuer {issuer} is an impostor{_impostor(ending)}", True
    if ending.kind is EndingKind.AUTHORITY:
        return f"ends below {short_name(last)}, whose issuer {issuer} is neither an allowed nor a declared root", True
    return f"the chain stops at the leaf, whose issuer {issuer} was not sent", False


def missing_issuer(ending: Ending) -> tuple[str, bool] | None:
    """Return which certificate is missing, and whether that is certain; none when the chain ends at a root.

    Above an issuing certificate it is uncertain: its issuer may be a root that was rightly left out.
    """
    last = ending.path[-1]
    if ending.kind not in {EndingKind.LEAF, EndingKind.AUTHORITY} or ending.impostor is not None:
        return None
    text = f"{clean(short_name(last), 80)} was issued by {name_text(last.issuer)}, which was not sent"
    if ending.wrong_key is not None:
        text += f"; {label(ending.wrong_key)} bears that name, but its key did not make the signature"
    if ending.kind is EndingKind.AUTHORITY:
        return f"{text}: an intermediate certificate is missing, or the root is not declared", False
    return text, True


def names_for(certificate: Bearer, service: Service) -> str:
    """Return the names by which a certificate may be known to a service, as one phrase."""
    names = presented_names(certificate, service)
    if names:
        shown = ", ".join(clean(name, 80) for name in names[:5])
        return f"for {shown}" + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return "without a subject alternative name" if not general_names(certificate) else "without a DNS name"


def _impostor(ending: Ending) -> str:
    if ending.impostor is None:
        return ""
    return f"; it bears the name of the root {ending.impostor.name}, but its key is another"
