"""An endpoint of the estate before it has an address, and how its certificates are made."""

from dataclasses import dataclass, field

from cryptography import x509

from auditor.lab.pki import Pki
from auditor.lab.settings import Credentials, ServerSettings
from auditor.minting.authority import Authority, make_leaf
from auditor.minting.certificate_builder import BOTH_ROLES, Digest
from auditor.minting.keys import ec_key
from auditor.model.identity import Identity, PrivateKey


@dataclass(frozen=True)
class Leaf:
    """An end-entity certificate to be made; the defaults meet the policy."""

    key: PrivateKey = field(default_factory=ec_key)
    names: tuple[str, ...] = ()
    """By default, the endpoint's own name."""
    days: tuple[int, int] = (-30, 335)
    """Its validity, in days after the lab's moment."""
    usages: tuple[x509.ObjectIdentifier, ...] = BOTH_ROLES
    digest: Digest = "sha256"
    """The hash of the signature; SHA-1 needs an issuer with an RSA key."""


@dataclass(frozen=True)
class PlannedEndpoint:
    """An endpoint and its one fault."""

    name: str
    server_name: str
    """Sent as SNI and expected in the certificate."""
    fault: str
    """The fault, as one sentence; empty if there is none."""
    expected: frozenset[str]
    """Every rule of the ``acg`` policy that must fail or warn, unavoidable consequences included."""
    settings: ServerSettings
    credentials: Credentials
    host: str = "127.0.0.1"
    inconclusive: bool = False
    """It never speaks TLS: rules that are not ``expected`` are inconclusive."""
    undecidable: frozenset[str] = frozenset()
    """Every rule that must be inconclusive, because the endpoint's answers prove nothing."""


def plan_endpoint(  # noqa: PLR0913 - an endpoint names only what is its own, all else has a default
    pki: Pki,
    name: str,
    fault: str = "",
    expected: tuple[str, ...] = (),
    *,
    settings: ServerSettings = ServerSettings(),  # noqa: B008 - frozen
    leaves: tuple[Leaf, ...] = (),
    issuer: Authority | None = None,
    sent: tuple[Authority, ...] | None = None,
    host: str = "127.0.0.1",
    inconclusive: bool = False,
    undecidable: tuple[str, ...] = (),
    client_roots: tuple[x509.Certificate, ...] = (),
) -> PlannedEndpoint:
    """An endpoint whose certificates come from ``issuer`` and are sent with ``sent``, by default the issuer's own."""
    issuer = issuer or pki.issuing
    server_name = f"{name}.example.net"  # RFC 2606 section 3
    return PlannedEndpoint(
        name=name,
        server_name=server_name,
        fault=fault,
        expected=frozenset(expected),
        settings=settings,
        credentials=Credentials(
            identities=tuple(_identity(pki, issuer, leaf, server_name) for leaf in leaves or (Leaf(),)),
            intermediates=tuple(authority.certificate for authority in (sent if sent is not None else (issuer,))),
            client_roots=client_roots or (pki.root.certificate, *pki.peer_roots),
            at=pki.at,
        ),
        host=host,
        inconclusive=inconclusive,
        undecidable=frozenset(undecidable),
    )


def _identity(pki: Pki, issuer: Authority, leaf: Leaf, server_name: str) -> Identity:
    names, validity = leaf.names or (server_name,), pki.validity(*leaf.days)
    return Identity((make_leaf(issuer, names, leaf.key, validity, leaf.usages, leaf.digest),), leaf.key)
