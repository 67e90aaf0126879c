"""Certificates made to order: a specification states what is wrong with one, everything else is as it should be."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pydantic import BaseModel, ConfigDict, TypeAdapter

from auditor.minting.certificate_builder import CertificateSpec, Digest, Extension, Issuer, ValidityPeriod, extensions
from auditor.minting.certificate_builder import mint as minted
from auditor.model.trust_anchor import TrustAnchor
from tests.certificates.keys import KeyKind, PrivateKey, private_key, to_der

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROOTS = Path(__file__).parents[2] / "policies" / "roots"

_PURPOSES = {
    "serverAuth": ExtendedKeyUsageOID.SERVER_AUTH,
    "clientAuth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "codeSigning": ExtendedKeyUsageOID.CODE_SIGNING,
    "OCSPSigning": ExtendedKeyUsageOID.OCSP_SIGNING,
    "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "sipDomain": x509.ObjectIdentifier("1.3.6.1.5.5.7.3.20"),
}
_USAGES = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
}


class Spec(BaseModel):
    """One certificate.  Dates are ``-10d``, ``+80d`` or ``+3h`` from the time of the audit, or ISO 8601."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = "sbc.example.net"
    dn: tuple[tuple[str, str], ...] | None = None
    """The whole subject, as pairs of ``CN``, ``O``, ``C`` and a value; ``subject`` then only names it."""
    issuer: str | None = None
    """By default the next certificate of the chain, and the first anchor for the last."""
    key: KeyKind = "p256"
    key_of: str = ""
    """Another name for the key: certificates that share it and the kind share the key."""
    signed_with: str = ""
    """The ``key_of`` of the key that really signs: that of a forged issuer."""
    issuer_key: KeyKind = "p256"
    """The kind of that key, or of the key of an issuer that is not in the case."""
    ca: bool | None = None
    """Default: the first certificate is none, the others are."""
    basic_constraints: bool = True
    path_length: int | None = None
    names: tuple[str, ...] | None = None
    eku: tuple[str, ...] | None = None
    """Default: serverAuth and clientAuth on the leaf, absent elsewhere; an empty list means absent."""
    ku: tuple[str, ...] | None = None
    """Default: digitalSignature on the leaf, keyCertSign and cRLSign elsewhere; an empty list means absent."""
    key_identifiers: bool = True
    permitted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    crl_points: tuple[str, ...] = ()
    """URIs of CRLs."""
    responders: tuple[str, ...] = ()
    """URIs of OCSP responders."""
    must_staple: bool = False
    no_check: bool = False
    """A responder that nobody has to check for revocation."""
    critical_extension: bool = False
    """An extension nobody knows, marked critical."""
    not_before: str | None = None
    not_after: str | None = None
    hash: Digest = "sha256"
    serial: int | None = None
    anchor: str | None = None
    """Send this anchor itself; nothing else is looked at."""
    repeat: int | None = None
    """Send once more the certificate at this position, counted from nought; nothing else is looked at."""


class AnchorSpec(Spec):
    """A root.  ``file`` takes a pinned one."""

    name: str = "test-root"
    subject: str = "Test Root"
    declared: bool = False
    sent: date | None = None
    file: str | None = None


@lru_cache(maxsize=4096)
def mint(spec: Spec, issuer: Spec, *, leaf: bool = False, at: datetime = AT) -> x509.Certificate:
    """Make the certificate that ``spec`` describes, signed by the key of ``issuer``."""
    authority = spec.ca if spec.ca is not None else not leaf
    key = private_key(spec.key, spec.key_of or spec.subject)
    if spec.signed_with:
        signer = private_key(spec.issuer_key, spec.signed_with)
    else:
        signer = private_key(issuer.key, issuer.key_of or issuer.subject)
    by = Issuer(_name(issuer), signer, _identifier(signer) if spec.key_identifiers else None)
    return minted(_wanted(spec, at, authority=authority, leaf=leaf), key, by)


def mint_chain(
    specs: Sequence[Spec], anchors: Sequence[AnchorSpec] = (AnchorSpec(),), at: datetime = AT
) -> tuple[tuple[bytes, ...], tuple[TrustAnchor, ...]]:
    """Make the certificates in the order they are stated, and the anchors."""
    roots = {anchor.name: _anchor(anchor, at) for anchor in anchors}
    by_subject = {spec.subject: spec for spec in (*anchors, *specs)}
    chain: list[x509.Certificate] = []
    for position, spec in enumerate(specs):
        if spec.anchor:
            chain.append(roots[spec.anchor])
        elif spec.repeat is not None:
            chain.append(chain[spec.repeat])
        else:
            chain.append(mint(spec, _issuer(spec, specs, position, by_subject, anchors), leaf=position == 0, at=at))
    trusted = tuple(TrustAnchor(spec.name, to_der(roots[spec.name]), spec.declared, spec.sent) for spec in anchors)
    return tuple(map(to_der, chain)), trusted


def mint_request(spec: Spec, *, forged: bool = False) -> bytes:
    """Make the certification request (DER) that ``spec`` describes; a forged one bears somebody else's signature."""
    key = private_key(spec.key, spec.key_of or spec.subject)
    builder = x509.CertificateSigningRequestBuilder().subject_name(_name(spec))
    wanted = replace(_wanted(spec, AT, authority=False, leaf=True), key_identifier=b"")
    for extension, critical in extensions(wanted, key.public_key(), Issuer(wanted.subject, key)):
        builder = builder.add_extension(extension, critical=critical)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    request = builder.sign(key, hashes.SHA256())
    der = request.public_bytes(serialization.Encoding.DER)
    return der[:-1] + bytes([der[-1] ^ 1]) if forged else der


def public_info_of(key: str) -> bytes:
    """Return the public half (SubjectPublicKeyInfo) of the key that is called ``p256:name``."""
    kind, _, name = key.partition(":")
    public = private_key(TypeAdapter(KeyKind).validate_python(kind), name).public_key()
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pinned(stem: str) -> x509.Certificate:
    """Return one of the pinned roots that ship with the policies."""
    return x509.load_pem_x509_certificate((ROOTS / f"{stem}.pem").read_bytes())


def _anchor(spec: AnchorSpec, at: datetime) -> x509.Certificate:
    return pinned(spec.file) if spec.file else mint(spec, spec, at=at)


def _issuer(
    spec: Spec, specs: Sequence[Spec], position: int, by_subject: Mapping[str, Spec], anchors: Sequence[AnchorSpec]
) -> Spec:
    if spec.issuer is not None:
        return by_subject.get(spec.issuer, Spec(subject=spec.issuer, key=spec.issuer_key))
    following = specs[position + 1] if position + 1 < len(specs) else None
    if following is None or following.anchor or following.repeat is not None:
        return anchors[0]
    return following


def _name(spec: Spec) -> x509.Name:
    oids = {"CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "C": NameOID.COUNTRY_NAME}
    pairs = spec.dn if spec.dn is not None else (("CN", spec.subject),)
    return x509.Name([x509.NameAttribute(oids[kind], value) for kind, value in pairs])


def _wanted(spec: Spec, at: datetime, *, authority: bool, leaf: bool) -> CertificateSpec:
    usages = spec.ku if spec.ku is not None else (("digitalSignature",) if leaf else ("keyCertSign", "cRLSign"))
    purposes = spec.eku if spec.eku is not None else (("serverAuth", "clientAuth") if leaf else ())
    names = spec.names if spec.names is not None else ((f"DNS:{spec.subject}",) if leaf else ())
    return CertificateSpec(
        subject=_name(spec),
        validity=ValidityPeriod(
            _moment(spec.not_before or ("-10d" if leaf else "-365d"), at),
            _moment(spec.not_after or ("+80d" if leaf else "+3650d"), at),
        ),
        names=tuple(general_name(name) for name in names),
        authority=authority,
        path_length=spec.path_length,
        basic_constraints=spec.basic_constraints,
        purposes=tuple(_PURPOSES[purpose] for purpose in purposes),
        usages=frozenset(_USAGES[usage] for usage in usages),
        key_identifier=None if spec.key_identifiers else b"",
        more=tuple(_more(spec)),
        serial_number=spec.serial,
        digest=spec.hash,
    )


def _identifier(key: PrivateKey) -> bytes:
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest


def _more(spec: Spec) -> Iterator[Extension]:
    if spec.permitted or spec.excluded:
        trees = [[general_name(tree, tree=True) for tree in trees] or None for trees in (spec.permitted, spec.excluded)]
        yield x509.NameConstraints(*trees), True
    if spec.critical_extension:
        yield x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00"), True
    if spec.crl_points:
        uris = [x509.UniformResourceIdentifier(point) for point in spec.crl_points]
        yield x509.CRLDistributionPoints([x509.DistributionPoint([uri], None, None, None) for uri in uris]), False
    if spec.responders:
        access = [
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(uri))
            for uri in spec.responders
        ]
        yield x509.AuthorityInformationAccess(access), False
    if spec.no_check:
        yield x509.OCSPNoCheck(), False
    if spec.must_staple:
        yield x509.TLSFeature([x509.TLSFeatureType.status_request]), False


def general_name(text: str, *, tree: bool = False) -> x509.GeneralName:
    """Return ``DNS:…``, ``IP:…``, ``URI:…``, ``email:…`` or ``DN:…`` (a common name, or ``O=…``) as an X.509 name."""
    kind, _, value = text.partition(":")
    match kind:
        case "DNS":
            return x509.DNSName._init_without_validation(value) if not value.isascii() else x509.DNSName(value)
        case "IP":
            return x509.IPAddress(ipaddress.ip_network(value) if tree else ipaddress.ip_address(value))
        case "URI":
            return x509.UniformResourceIdentifier(value)
        case "email":
            return x509.RFC822Name(value)
        case "DN":
            organisation = value.removeprefix("O=")
            oid = NameOID.COMMON_NAME if organisation == value else NameOID.ORGANIZATION_NAME
            return x509.DirectoryName(x509.Name([x509.NameAttribute(oid, organisation)]))
        case _:
            raise ValueError(f"{text} is no kind of name that can be minted")


def _moment(text: str, at: datetime) -> datetime:
    relative = re.fullmatch(r"([+-]\d+)([dhs])", text)
    if relative is None:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    unit = {"d": "days", "h": "hours", "s": "seconds"}[relative[2]]
    return at + timedelta(**{unit: int(relative[1])})
