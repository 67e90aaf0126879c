"""Which certificates of a file are for use, and which only certify them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509

from auditor.certificates.facts import is_authority, public_info
from auditor.certificates.path import identity, issued_by
from auditor.certificates.read import read
from auditor.inputs.certificates.bundles import Bundle


@dataclass(frozen=True)
class FileChain:
    """A certificate to be used, and those that come with it."""

    certificates: tuple[bytes, ...]
    """DER, the leaf first, the others in the order of the file, or linked if that order means nothing."""
    leaf_position: int | None = None
    """The leaf's place among the certificates of the file, from 1, where the order matters."""

    @property
    def leaf(self) -> bytes:
        """DER."""
        return self.certificates[0]


def chains_of(bundle: Bundle) -> tuple[FileChain, ...]:
    """Every certificate of the file that is to be used, with its chain.

    That is every end-entity certificate.  Where all are of CAs it is the one whose key is there too, and otherwise each
    that certifies no other: a CA may be asked about as well, and a self-signed certificate often calls itself one.
    """
    found = [read(der) for der in bundle.certificates]
    leaves = tuple(dict.fromkeys(_leaves(found, bundle.keys)))
    if len(leaves) == 1:
        others = [certificate for position, certificate in enumerate(found) if position != found.index(leaves[0])]
        members = others if bundle.ordered else _linked(leaves[0], others)
        return (_chain(leaves[0], members, found, bundle),)
    issuers = _Issuers(found)
    return tuple(_chain(leaf, issuers.above(leaf), found, bundle) for leaf in leaves)


def _chain(
    leaf: x509.Certificate, others: Sequence[x509.Certificate], found: Sequence[x509.Certificate], bundle: Bundle
) -> FileChain:
    position = found.index(leaf)
    ders = [bundle.certificates[position]]
    ders += [bundle.certificates[found.index(certificate)] for certificate in others]
    return FileChain(tuple(ders), position + 1 if bundle.ordered else None)


def _leaves(found: Sequence[x509.Certificate], keys: Sequence[bytes]) -> list[x509.Certificate]:
    issuers = _Issuers(found)
    ends = [certificate for certificate in found if not is_authority(certificate)]
    if ends:
        # A certificate that issued another although it is not a CA is a fault in that chain, not a second leaf.
        above = {issuer for end in ends for issuer in issuers.of(end)}
        return [end for end in ends if end not in above]
    owned = [certificate for certificate in found if public_info(certificate) in keys]
    if owned:
        return owned[:1]
    above = {issuer for certificate in found for issuer in issuers.of(certificate)}
    # Two versions of a root count as one.
    return list({identity(top): top for top in reversed(found) if top not in above}.values())[::-1]


class _Issuers:
    """Who certified whom among the certificates of one file, by name first, since signatures cost time."""

    def __init__(self, found: Sequence[x509.Certificate]) -> None:
        self._position = {certificate: position for position, certificate in reversed(list(enumerate(found)))}
        self._by_subject: dict[bytes, list[x509.Certificate]] = defaultdict(list)
        for certificate in self._position:
            self._by_subject[certificate.subject.public_bytes()].append(certificate)

    def of(self, certificate: x509.Certificate) -> Iterator[x509.Certificate]:
        """Those that certified it, itself and its own renewals left out."""
        for issuer in self._by_subject.get(certificate.issuer.public_bytes(), ()):
            if identity(issuer) != identity(certificate) and issued_by(certificate, issuer):
                yield issuer

    def above(self, leaf: x509.Certificate) -> list[x509.Certificate]:
        """Everything on a way up from it, in the order of the file."""
        reached: dict[x509.Certificate, None] = {}
        waiting = [leaf]
        while waiting:
            for issuer in self.of(waiting.pop()):
                if issuer not in reached and issuer != leaf:
                    reached[issuer] = None
                    waiting.append(issuer)
        return sorted(reached, key=lambda certificate: self._position[certificate])


def _linked(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The others with each issuer behind what it certified, and then those that certified nothing."""
    ordered: list[x509.Certificate] = []
    last, left = leaf, list(dict.fromkeys(others))
    while True:
        issuer = next((certificate for certificate in left if issued_by(last, certificate)), None)
        if issuer is None:
            return [*ordered, *left]
        ordered.append(issuer)
        left.remove(issuer)
        last = issuer
