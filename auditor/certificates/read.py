"""DER to certificates, within bounds.  Input from peers is hostile: its size is checked first, then all of it is read.

cryptography reads most fields lazily and raises on first access, so every field that
is used anywhere is accessed in ``read``; afterwards no access can raise.
"""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from cryptography import x509

from auditor.sanitise import clean

MAX_CERTIFICATES = 16
MAX_BYTES = 128 * 1024
"""The limit for a whole chain.  Chains on the open Internet stay below 20 KiB."""


class MalformedCertificate(Exception):  # noqa: N818 - it names what is wrong, as the outcome it becomes does
    """A certificate that cannot be read; the message is one sentence fit for a report."""


class ChainTooLarge(Exception):  # noqa: N818 - as above
    """A chain beyond the bounds; the message is one sentence fit for a report."""


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress cryptography's warnings about sloppy encodings that it reads, such as BER or a negative serial number.

    They would appear on standard error in the middle of a report, on each access to the field.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@lru_cache(maxsize=512)
def read(der: bytes) -> x509.Certificate:
    """Return the certificate, with every field read.  Raises ``MalformedCertificate``."""
    if len(der) > MAX_BYTES:
        raise MalformedCertificate(f"a certificate has {len(der)} bytes; at most {MAX_BYTES} are read")
    try:
        with quiet():
            certificate = x509.load_der_x509_certificate(der)
            _touch(certificate)
    except Exception as error:  # cryptography raises whatever its parser meets, a KeyError for one
        raise MalformedCertificate(f"a certificate cannot be read: {_sentence(error)}") from error
    return certificate


@lru_cache(maxsize=128)
def read_request(der: bytes) -> x509.CertificateSigningRequest:
    """Return the certification request, with every field read.  Raises ``MalformedCertificate``."""
    if len(der) > MAX_BYTES:
        raise MalformedCertificate(f"a request has {len(der)} bytes; at most {MAX_BYTES} are read")
    try:
        with quiet():
            request = x509.load_der_x509_csr(der)
            request.subject.rfc4514_string()
            request.signature_algorithm_oid  # noqa: B018 - reading the property is what raises
            for extension in request.extensions:
                extension.value  # noqa: B018
    except Exception as error:  # as above
        raise MalformedCertificate(f"a certification request cannot be read: {_sentence(error)}") from error
    return request


def read_chain(ders: Iterable[bytes]) -> tuple[x509.Certificate, ...]:
    """Return the certificates in the order they were sent.

    Raises ``ChainTooLarge`` before anything is read, or ``MalformedCertificate``.
    """
    chain = tuple(ders)
    if len(chain) > MAX_CERTIFICATES:
        raise ChainTooLarge(f"{len(chain)} certificates were sent; at most {MAX_CERTIFICATES} are judged")
    if sum(map(len, chain)) > MAX_BYTES:
        raise ChainTooLarge(f"the certificates have {sum(map(len, chain))} bytes; at most {MAX_BYTES} are judged")
    if not chain:
        raise MalformedCertificate("no certificate was sent")
    return tuple(read(der) for der in chain)


def _sentence(error: Exception) -> str:
    return clean(str(error), 160) if isinstance(error, ValueError) and str(error) else type(error).__name__


def _touch(certificate: x509.Certificate) -> None:
    certificate.version  # noqa: B018 - reading the property is what raises
    certificate.serial_number  # noqa: B018
    certificate.subject.rfc4514_string()
    certificate.issuer.rfc4514_string()
    certificate.not_valid_before_utc  # noqa: B018
    certificate.not_valid_after_utc  # noqa: B018
    certificate.signature_algorithm_oid  # noqa: B018
    for extension in certificate.extensions:
        extension.value  # noqa: B018
