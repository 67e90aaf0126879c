"""The facts of a certificate for a reader: every text sanitised, every list bounded."""

from hashlib import sha256 as digest_of
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID

from auditor.certificates.read import quiet, read
from auditor.model.report import CertificateFacts
from auditor.model.subject import CertificateSubject, CertificationRequestSubject, subject_text
from auditor.sanitise import clean

Bearer: TypeAlias = x509.Certificate | x509.CertificateSigningRequest
"""A certificate or a certification request (RFC 2986): both hold a key and names."""

MAX_NAMES = 64
"""The most subject alternative names that are listed; the others are counted."""

# The names of RFC 4055, RFC 5758, RFC 8410 and RFC 3279.
SIGNATURE_ALGORITHMS = {
    SignatureAlgorithmOID.RSA_WITH_MD5: "md5WithRSAEncryption",
    SignatureAlgorithmOID.RSA_WITH_SHA1: "sha1WithRSAEncryption",
    SignatureAlgorithmOID.RSA_WITH_SHA224: "sha224WithRSAEncryption",
    SignatureAlgorithmOID.RSA_WITH_SHA256: "sha256WithRSAEncryption",
    SignatureAlgorithmOID.RSA_WITH_SHA384: "sha384WithRSAEncryption",
    SignatureAlgorithmOID.RSA_WITH_SHA512: "sha512WithRSAEncryption",
    SignatureAlgorithmOID.RSASSA_PSS: "id-RSASSA-PSS",
    SignatureAlgorithmOID.ECDSA_WITH_SHA1: "ecdsa-with-SHA1",
    SignatureAlgorithmOID.ECDSA_WITH_SHA224: "ecdsa-with-SHA224",
    SignatureAlgorithmOID.ECDSA_WITH_SHA256: "ecdsa-with-SHA256",
    SignatureAlgorithmOID.ECDSA_WITH_SHA384: "ecdsa-with-SHA384",
    SignatureAlgorithmOID.ECDSA_WITH_SHA512: "ecdsa-with-SHA512",
    SignatureAlgorithmOID.DSA_WITH_SHA1: "dsa-with-sha1",
    SignatureAlgorithmOID.DSA_WITH_SHA256: "dsa-with-sha256",
    SignatureAlgorithmOID.ED25519: "Ed25519",
    SignatureAlgorithmOID.ED448: "Ed448",
    x509.ObjectIdentifier("1.2.840.113549.1.1.2"): "md2WithRSAEncryption",
}


def facts(der: bytes) -> CertificateFacts:
    """Return what the report shows of a certificate.

    Raises ``MalformedCertificate``, with one sentence that says what is wrong with it.
    """
    certificate = read(der)
    names = alternative_names(certificate)
    return CertificateFacts(
        subject=name_text(certificate.subject),
        issuer=name_text(certificate.issuer),
        serial_number=serial_number(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key=key_text(certificate),
        signature_algorithm=signature_text(certificate),
        names=(*names[:MAX_NAMES], *([f"and {len(names) - MAX_NAMES} more"] if len(names) > MAX_NAMES else ())),
        sha256=sha256(certificate),
        certificate_authority=is_authority(certificate),
    )


def serial_number(certificate: x509.Certificate) -> str:
    """Return the serial number in upper-case hexadecimal."""
    with quiet():
        return f"{certificate.serial_number:X}"


def name_text(name: x509.Name) -> str:
    """Return a distinguished name as RFC 4514 writes it, most specific part first."""
    return clean(name.rfc4514_string()) or "(empty name)"


def common_name(name: x509.Name) -> str | None:
    """Return the most specific commonName of a name, exactly as in the certificate; None if there is none."""
    values = [attribute.value for attribute in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    texts = [value for value in values if isinstance(value, str)]
    return texts[-1] if texts else None


def short_name(certificate: Bearer) -> str:
    """Return the name a reader knows a certificate by: its common name, else its first other name."""
    names = alternative_names(certificate)
    name = common_name(certificate.subject) or (names[0].partition(":")[2] if names else "")
    return clean(name, 80) or name_text(certificate.subject)


def certificate_subject(
    certificate: x509.Certificate, *, position: int | None = None, leaf: x509.Certificate | None = None, root: str = ""
) -> CertificateSubject:
    """Return a certificate as the subject of a remark, with its place in the chain of ``leaf`` or its root."""
    return CertificateSubject(
        name=short_name(certificate),
        sha256=sha256(certificate),
        position=position,
        chain=short_name(leaf) if leaf else "",
        chain_sha256=sha256(leaf) if leaf else "",
        root=root,
    )


def bearer_subject(bearer: Bearer) -> CertificateSubject | CertificationRequestSubject:
    """Return a certificate or a request as the subject of a remark."""
    if isinstance(bearer, x509.Certificate):
        return certificate_subject(bearer)
    return CertificationRequestSubject(name=short_name(bearer), sha256=sha256(bearer))


def label(bearer: Bearer) -> str:
    """Return a certificate's name and the start of its SHA-256, for a sentence."""
    return subject_text(bearer_subject(bearer))


def sha256(certificate: Bearer) -> str:
    """Return the SHA-256 of the DER, in lower-case hexadecimal."""
    return digest_of(certificate.public_bytes(Encoding.DER)).hexdigest()


def alternative_names(certificate: Bearer) -> list[str]:
    """Return the alternative names, each with its kind: ``DNS:…``, ``IP:…``, ``URI:…``, ``email:…``, ``DN:…``."""
    return [_general_name(name) for name in general_names(certificate)]


def general_names(certificate: Bearer) -> list[x509.GeneralName]:
    """Return the subject alternative names; none without the extension."""
    try:
        return list(certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value)  # type: ignore[call-overload,no-any-return]  # the stub types the value by class, not by OID
    except x509.ExtensionNotFound:
        return []


def is_authority(certificate: x509.Certificate) -> bool:
    """Return whether basicConstraints makes it a CA (RFC 5280 section 4.2.1.9)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def public_key(certificate: Bearer) -> CertificatePublicKeyTypes | None:
    """Return the public key; none when its type or its encoding is not one that can be used."""
    try:
        return certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def public_info(certificate: Bearer) -> bytes | None:
    """Return the SubjectPublicKeyInfo (DER) of the public key; none as above."""
    key = public_key(certificate)
    return None if key is None else key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signed_by_own_key(request: x509.CertificateSigningRequest) -> bool | None:
    """Return whether a request is signed with the key it is for (RFC 2986 section 4.2); none if unknown."""
    try:
        # Accessed for their errors: cryptography calls a signature invalid if it does not know the algorithm.
        _ = request.public_key(), request.signature_hash_algorithm
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return request.is_signature_valid


def signature_hash(certificate: Bearer) -> hashes.HashAlgorithm | None:
    """Return the hash of the signature; none for Ed25519 and Ed448, and for algorithms that are not known."""
    try:
        return certificate.signature_hash_algorithm
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def key_text(certificate: Bearer) -> str:
    """Return the key as ``RSA 2048``, ``EC secp256r1`` or ``Ed25519``; an unknown type by its object identifier."""
    kind = key_type(certificate)
    match public_key(certificate):
        case rsa.RSAPublicKey() | dsa.DSAPublicKey() as key:
            return f"{kind} {key.key_size}"
        case ec.EllipticCurvePublicKey() as key:
            return f"{kind} {key.curve.name}"
    return kind


def key_type(certificate: Bearer) -> str:
    """Return the type of the key as ``RSA``, ``EC`` or ``Ed25519``; an unknown one by its object identifier."""
    match public_key(certificate):
        case rsa.RSAPublicKey():
            return "RSA"
        case ec.EllipticCurvePublicKey():
            return "EC"
        case dsa.DSAPublicKey():
            return "DSA"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
        case _:
            return f"unknown ({certificate.public_key_algorithm_oid.dotted_string})"  # type: ignore[union-attr]  # the stub of requests lacks it


def signature_text(certificate: Bearer) -> str:
    """Return the signature algorithm by its name in the RFCs, with the hash where the name does not hold it."""
    oid = certificate.signature_algorithm_oid
    name = SIGNATURE_ALGORITHMS.get(oid, oid.dotted_string)
    digest = signature_hash(certificate)
    return f"{name} with {digest.name}" if digest and oid == SignatureAlgorithmOID.RSASSA_PSS else name


def _general_name(name: x509.GeneralName) -> str:
    match name:
        case x509.DNSName(value=value):
            text = f"DNS:{clean(value)}"
        case x509.IPAddress(value=address):
            text = f"IP:{address}"
        case x509.UniformResourceIdentifier(value=value):
            text = f"URI:{clean(value)}"
        case x509.RFC822Name(value=value):
            text = f"email:{clean(value)}"
        case x509.DirectoryName(value=directory):
            text = f"DN:{name_text(directory)}"
        case x509.OtherName(type_id=oid):
            text = f"other:{oid.dotted_string}"
        case _:
            text = f"RID:{name.value.dotted_string}"
    return text
