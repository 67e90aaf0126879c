"""The certificate chains of an endpoint: one per key type, exactly as sent."""

from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from nassl.ssl_client import OpenSslDigestNidEnum, OpenSslEvpPkeyEnum

from auditor.model.tls import ProtocolVersion, suites_of
from auditor.probes.tls.attempt import Accepted, Answer, NoAnswer, Refused
from auditor.probes.tls.client_setup import SignatureAlgorithms
from auditor.probes.tls.controls import Controls

_DIGESTS = (OpenSslDigestNidEnum.SHA256, OpenSslDigestNidEnum.SHA384, OpenSslDigestNidEnum.SHA512)
_ECDSA: Final[SignatureAlgorithms] = tuple((digest, OpenSslEvpPkeyEnum.EC) for digest in _DIGESTS)
_PKCS1: Final[SignatureAlgorithms] = tuple((digest, OpenSslEvpPkeyEnum.RSA) for digest in _DIGESTS)
_PSS: Final[SignatureAlgorithms] = tuple((digest, OpenSslEvpPkeyEnum.RSA_PSS) for digest in _DIGESTS)
# rsa_pkcs1_* is only for signatures inside certificates in TLS 1.3 (RFC 9846 section 4.3.3).  With it an ECDSA
# certificate may come with an RSA issuer, which some stacks insist on; HAProxy takes it for a wish for RSA.
_WITHOUT_RSA: Final = (_ECDSA, (*_ECDSA, *_PKCS1))
_WITHOUT_ECDSA: Final = ((*_PSS, *_PKCS1),)


def other_chain(
    controls: Controls, first: tuple[bytes, ...], *, once: bool
) -> tuple[bytes, ...] | Refused | str | None:
    """The TLS 1.3 chain for the key type that ``first`` lacks; a rejection if there seems to be none.

    Up to TLS 1.2 the suites show both key types; TLS 1.3 chooses by signature algorithm (RFC 9846 section 4.5.1.2).
    ``once`` is for an endpoint whose TLS 1.2 has shown that it has no such certificate: one refusal is enough then.
    A text says why it is unknown.
    """
    try:
        is_rsa = isinstance(x509.load_der_x509_certificate(first[0]).public_key(), RSAPublicKey)
    except (ValueError, UnsupportedAlgorithm, IndexError):
        return "the first certificate is not readable"
    answer: Answer = NoAnswer("no certificate was asked for")
    for signatures in (_WITHOUT_RSA if is_rsa else _WITHOUT_ECDSA)[: 1 if once else None]:
        answer = controls.attempt(
            ProtocolVersion.TLS_1_3, suites_of(ProtocolVersion.TLS_1_3), signatures=signatures, chain=True
        )
        if isinstance(answer, Accepted):
            if not answer.certificates:
                return "the chain of a second certificate is not readable"
            return answer.certificates if answer.certificates[0] != first[0] else None
        if reason := controls.why_not_a_refusal(answer):
            return reason
    return answer if isinstance(answer, Refused) else None
