"""The certificate authorities and keys of the estate, made once at each start."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from auditor.minting.authority import Authority, make_intermediate, make_leaf, make_root
from auditor.minting.certificate_builder import SERVER_ROLE, ValidityPeriod
from auditor.minting.keys import rsa_key
from auditor.model.identity import Identity
from auditor.policy.shipped import shipped_roots

CLIENT_NAME = "client.example.net"


@dataclass(frozen=True)
class Pki:
    """The authorities, named after what is special about them; all but ``expired_root`` are valid."""

    at: datetime
    """The reference time of all validities, UTC, in whole seconds."""
    root: Authority
    """Replaces the root that the policy requires."""
    issuing: Authority
    """Under ``root``, with an EC key."""
    issuing_rsa: Authority
    """Under ``root``, with an RSA key."""
    signing: Authority
    """Under ``issuing``: a chain of two intermediates."""
    server_only: Authority
    """Under ``root``, for server certificates alone."""
    closed: Authority
    """Under ``root``; its path length of 0 forbids any authority below."""
    beyond: Authority
    """Under ``closed``, in violation of its path length."""
    unlisted_root: Authority
    unlisted: Authority
    """Under ``unlisted_root``."""
    peer_roots: tuple[x509.Certificate, ...]
    """The real roots that a policy may require of peers: trusted and announced.  Their keys are absent."""
    expired_root: Authority
    outlived: Authority
    """Under ``expired_root``, and still valid itself."""
    rsa: rsa.RSAPrivateKey
    """For end-entity certificates that need RSA; shared, because making an RSA key is slow."""

    def validity(self, start: int = -30, end: int = 335) -> ValidityPeriod:
        """From ``start`` to ``end``, in days after ``at``."""
        return ValidityPeriod.days(self.at, start, end)


def make_pki(at: datetime) -> Pki:
    """Authorities whose validity surrounds ``at``."""

    def years(start: float, end: float) -> ValidityPeriod:
        return ValidityPeriod.days(at, 365 * start, 365 * end)

    root = make_root("Lab Root CA", years(-5, 15))
    unlisted_root = make_root("Lab Unlisted Root CA", years(-5, 15))
    expired_root = make_root("Lab Expired Root CA", years(-10, -0.1))
    below = years(-2, 5)
    issuing = make_intermediate(root, "Lab Issuing CA", below)
    closed = make_intermediate(root, "Lab Closed CA", below, path_length=0)
    return Pki(
        at=at,
        root=root,
        issuing=issuing,
        issuing_rsa=make_intermediate(root, "Lab Issuing CA RSA", below, key=rsa_key()),
        signing=make_intermediate(issuing, "Lab Signing CA", below),
        server_only=make_intermediate(root, "Lab Server CA", below, usages=SERVER_ROLE),
        closed=closed,
        beyond=make_intermediate(closed, "Lab Beyond CA", below),
        unlisted_root=unlisted_root,
        unlisted=make_intermediate(unlisted_root, "Lab Unlisted CA", below),
        peer_roots=tuple(x509.load_der_x509_certificate(root.der) for root in shipped_roots()),
        expired_root=expired_root,
        outlived=make_intermediate(expired_root, "Lab Outlived CA", below),
        rsa=rsa_key(),
    )


def client_identity(pki: Pki) -> Identity:
    """The certificate that compliant endpoints accept from a client, under ``issuing``."""
    return Identity((make_leaf(pki.issuing, (CLIENT_NAME,), pki.rsa, pki.validity()),), pki.rsa)
