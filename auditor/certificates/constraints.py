"""Name constraints that cryptography's verifier passes over (RFC 5280 sections 4.2.1.10 and 7.1).

It ignores directory names.  Before version 49 it compares a wildcard among the DNS names as if it were one name
(CVE-2026-69248), although a wildcard covers many names, inside the permitted subtree or not.
"""

from collections.abc import Iterator

from cryptography import x509

from auditor.certificates.distinguished import folded, same_name
from auditor.certificates.facts import general_names, name_text, short_name
from auditor.certificates.path import Path
from auditor.sanitise import clean


def name_constraint_problems(path: Path) -> tuple[str, ...]:
    """Return where a certificate's directory name lies outside what an issuer above it on the path permits."""
    return tuple(dict.fromkeys(_problems(path)))


def _problems(path: Path) -> Iterator[str]:
    for height, issuer in enumerate(path):
        try:
            constraints = issuer.extensions.get_extension_for_class(x509.NameConstraints).value
        except x509.ExtensionNotFound:
            continue
        for certificate in path[:height]:
            yield from _wildcard_problems(certificate, issuer, constraints)
        permitted = _directory_names(constraints.permitted_subtrees)
        excluded = _directory_names(constraints.excluded_subtrees)
        for certificate in path[:height]:
            if certificate is not path[0] and same_name(certificate.subject, certificate.issuer):
                continue  # self-issued certificates on the way are exempt (section 6.1.3 (b))
            for name in _names(certificate):
                if any(_within(name, tree) for tree in excluded):
                    yield f"{name_text(name)} is excluded by the name constraints of {short_name(issuer)}"
                elif permitted and not any(_within(name, tree) for tree in permitted):
                    yield f"{name_text(name)} is not permitted by the name constraints of {short_name(issuer)}"


def _wildcard_problems(
    certificate: x509.Certificate, issuer: x509.Certificate, constraints: x509.NameConstraints
) -> Iterator[str]:
    """Require that every name a wildcard covers is permitted and none is excluded."""
    permitted, excluded = _dns_trees(constraints.permitted_subtrees), _dns_trees(constraints.excluded_subtrees)
    for name in general_names(certificate):
        if not isinstance(name, x509.DNSName) or not name.value.startswith("*."):
            continue
        base = name.value[2:].lower().rstrip(".")
        shown = f"the wildcard {clean(name.value, 80)}"
        if any(_under(base, tree) or _under(tree, base) for tree in excluded):
            yield f"{shown} covers names that the name constraints of {short_name(issuer)} exclude"
        elif permitted and not any(_under(base, tree) for tree in permitted):
            yield f"{shown} covers names that the name constraints of {short_name(issuer)} do not permit"


def _dns_trees(trees: list[x509.GeneralName] | None) -> list[str]:
    return [tree.value.lower().strip(".") for tree in trees or () if isinstance(tree, x509.DNSName)]


def _under(name: str, tree: str) -> bool:
    """Whether ``name`` is the top of the subtree or lies in it; the empty subtree holds every name."""
    return not tree or name == tree or name.endswith(f".{tree}")


def _directory_names(trees: list[x509.GeneralName] | None) -> list[x509.Name]:
    return [tree.value for tree in trees or () if isinstance(tree, x509.DirectoryName)]


def _names(certificate: x509.Certificate) -> Iterator[x509.Name]:
    if list(certificate.subject):
        yield certificate.subject
    for name in general_names(certificate):
        if isinstance(name, x509.DirectoryName):
            yield name.value


def _within(name: x509.Name, tree: x509.Name) -> bool:
    """Return whether ``name`` begins with the parts of ``tree``."""
    wanted = folded(tree)
    return folded(name)[: len(wanted)] == wanted
