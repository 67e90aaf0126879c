"""CRLs and OCSP responses made to order: a specification states what is particular about one."""

from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pydantic import BaseModel, ConfigDict

from auditor.model.observation import StatusSource
from tests.certificates.keys import private_key
from tests.certificates.mint import AT, AnchorSpec, Spec, _moment, _name, mint

_REASONS = {reason.value: reason for reason in x509.ReasonFlags}


class StatusSpec(BaseModel):
    """One list or response about the certificate at position ``of`` of the chain."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal["crl", "ocsp"] = "crl"
    source: Literal["stapled", "file", "fetched"] = "file"
    of: int = 0
    state: Literal["good", "revoked", "unknown", "error", "another"] = "good"
    """``another`` speaks of another certificate."""
    reason: str = "keyCompromise"
    issued: str = "-1d"
    until: str = "+1d"
    """Empty where no next one is announced."""
    signer: Literal["issuer", "delegated", "checked", "undelegated", "late", "stranger"] = "issuer"
    hash: Literal["sha1", "sha256"] = "sha256"
    """Of a CRL; SHA-1 with an RSA key only."""
    critical: bool = False
    delta: bool = False
    indirect: bool = False
    some_reasons: bool = False
    only: Literal["", "user", "ca", "attribute"] = ""
    point: str = ""
    broken: bool = False


def make_status(
    spec: StatusSpec, chain: list[Spec], anchors: list[AnchorSpec], ders: tuple[bytes, ...]
) -> StatusSource:
    """Make it; the issuer of the certificate is the next of the chain, else the first anchor."""
    issuer = chain[spec.of + 1] if spec.of + 1 < len(chain) else (anchors or [AnchorSpec()])[0]
    certificate = x509.load_der_x509_certificate(ders[spec.of])
    if spec.broken:
        der = b"\x30\x03\x02\x01\x00"
    else:
        der = _crl(spec, certificate, issuer) if spec.form == "crl" else _ocsp(spec, certificate, issuer, anchors)
    return StatusSource(form=spec.form, source=spec.source, origin="" if spec.source == "stapled" else "list", der=der)


def _key(spec: StatusSpec, issuer: Spec) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    name = "stranger" if spec.signer == "stranger" else issuer.key_of or issuer.subject
    key = private_key(issuer.key, name)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return key


def _crl(spec: StatusSpec, certificate: x509.Certificate, issuer: Spec) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_name(issuer))
        .last_update(_moment(spec.issued, AT))
        .next_update(_moment(spec.until or "+1d", AT))
    )
    if spec.state == "revoked":
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        entry = entry.revocation_date(_moment("-2d", AT))
        if spec.reason:
            entry = entry.add_extension(x509.CRLReason(_REASONS[spec.reason]), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    if spec.delta:
        builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
    if spec.indirect or spec.some_reasons or spec.only or spec.point:
        builder = builder.add_extension(
            x509.IssuingDistributionPoint(
                full_name=[x509.UniformResourceIdentifier(spec.point)] if spec.point else None,
                relative_name=None,
                only_contains_user_certs=spec.only == "user",
                only_contains_ca_certs=spec.only == "ca",
                only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}) if spec.some_reasons else None,
                indirect_crl=spec.indirect,
                only_contains_attribute_certs=spec.only == "attribute",
            ),
            critical=True,
        )
    if spec.critical:
        strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
        builder = builder.add_extension(strange, critical=True)
    crl = builder.sign(_key(spec, issuer), hashes.SHA256())
    return _weakly_signed(crl, _key(spec, issuer)) if spec.hash == "sha1" else crl.public_bytes(Encoding.DER)


def _weakly_signed(crl: x509.CertificateRevocationList, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """cryptography signs with no SHA-1, so a strong CRL is taken apart and signed again; both have one length."""
    assert isinstance(key, rsa.RSAPrivateKey)
    before, after = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    signed = crl.tbs_certlist_bytes.replace(before, after)
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA1())
    der = crl.public_bytes(Encoding.DER).replace(crl.tbs_certlist_bytes, signed).replace(before, after)
    return der.replace(crl.signature, signature)


def _ocsp(spec: StatusSpec, certificate: x509.Certificate, issuer: Spec, anchors: list[AnchorSpec]) -> bytes:
    if spec.state == "error":
        unsuccessful = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
        return unsuccessful.public_bytes(Encoding.DER)
    issuing = mint(issuer, issuer if issuer in anchors else (anchors or [AnchorSpec()])[0])
    about = mint(Spec(subject="another", serial=99), issuer, leaf=True) if spec.state == "another" else certificate
    status = {"good": ocsp.OCSPCertStatus.GOOD, "revoked": ocsp.OCSPCertStatus.REVOKED}
    revoked = spec.state == "revoked"
    builder = ocsp.OCSPResponseBuilder().add_response(
        about,
        issuing,
        hashes.SHA1(),
        status.get("good" if spec.state == "another" else spec.state, ocsp.OCSPCertStatus.UNKNOWN),
        _moment(spec.issued, AT),
        _moment(spec.until, AT) if spec.until else None,
        _moment("-2d", AT) if revoked else None,
        _REASONS[spec.reason] if revoked and spec.reason else None,
    )
    if spec.signer in ("issuer", "stranger"):
        named = issuer.model_copy(update={"key_of": "stranger"}) if spec.signer == "stranger" else issuer
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, mint(named, named))
        return builder.sign(_key(spec, issuer), hashes.SHA256()).public_bytes(Encoding.DER)
    own = Spec(
        subject="Responder",
        eku=("serverAuth",) if spec.signer == "undelegated" else ("OCSPSigning",),
        not_after="-1d" if spec.signer == "late" else "+30d",
        no_check=spec.signer != "checked",
    )
    responder = mint(own, issuer, leaf=True)
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder).certificates([responder])
    key = private_key(own.key, own.subject)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
