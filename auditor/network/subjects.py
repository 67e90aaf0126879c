"""Subjects for the sections of a declared deployment; rules and proofs point at parts of them."""

from auditor.model.deployment import Link
from auditor.model.subject import DeclaredSubject

RESOURCE = DeclaredSubject(part="deployment")
REGIONS = DeclaredSubject(part="regions")
SITES = DeclaredSubject(part="sites")
LINKS = DeclaredSubject(part="links")
CROSS_CONNECTS = DeclaredSubject(part="cross_connects")
CIRCUITS = DeclaredSubject(part="circuits")
MAPS = DeclaredSubject(part="maps")
QOS = DeclaredSubject(part="qos")
ATTESTATIONS = DeclaredSubject(part="attestations")


def link_subject(link: Link) -> DeclaredSubject:
    """A link, by its site and its region."""
    return LINKS.named(link.site, link.region)
