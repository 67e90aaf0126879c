"""The certificate chains of an endpoint: one a key type, exactly as sent."""

from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from nassl.ssl_client import OpenSslDigestNidEnum, OpenSslEvpPkeyEnum

from auditor.model.tls import ProtocolVersion, suites_of
from auditor.probes.hello import Accepted, Refused, SignatureAlgorithms
from auditor.probes.series import Series

_DIGESTS = (OpenSslDigestNidEnum.SHA256, OpenSslDigestNidEnum.SHA384, OpenSslDigestNidEnum.SHA512)
# rsa_pkcs1_* is only for signatures inside certificates in TLS 1.3 (RFC 8446 section 4.2.3), so offering it lets an
# ECDSA certificate come with an RSA issuer, but no RSA certificate.
_RSA_ISSUERS = tuple((digest, OpenSslEvpPkeyEnum.RSA) for digest in _DIGESTS)
_ONLY_ECDSA: Final[SignatureAlgorithms] = (*((digest, OpenSslEvpPkeyEnum.EC) for digest in _DIGESTS), *_RSA_ISSUERS)
_ONLY_RSA: Final[SignatureAlgorithms] = (*((digest, OpenSslEvpPkeyEnum.RSA_PSS) for digest in _DIGESTS), *_RSA_ISSUERS)


def other_chain(series: Series, first: tuple[bytes, ...]) -> tuple[bytes, ...] | Refused | str | None:
    """The TLS 1.3 chain for the key type that ``first`` does not have; a refusal if there seems to be none.

    Up to TLS 1.2 the suites tell both key types; TLS 1.3 chooses by signature algorithm (RFC 8446 section 4.4.2.2).
    A text says why it could not be told.
    """
    try:
        is_rsa = isinstance(x509.load_der_x509_certificate(first[0]).public_key(), RSAPublicKey)
    except (ValueError, UnsupportedAlgorithm, IndexError):
        return None
    answer = series.ask(
        ProtocolVersion.TLS_1_3,
        suites_of(ProtocolVersion.TLS_1_3),
        signatures=_ONLY_ECDSA if is_rsa else _ONLY_RSA,
        chain=True,
    )
    if isinstance(answer, Accepted):
        if not answer.certificates:
            return "the chain of a second certificate could not be read"
        return answer.certificates if answer.certificates[0] != first[0] else None
    weakness = series.weakness_of(answer)
    return answer if isinstance(answer, Refused) and not weakness else weakness
