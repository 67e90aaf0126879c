"""The operator's estate: compliant endpoints, and one endpoint for each fault that the audit must find.

Each faulty endpoint meets the ``acg`` policy except for its one fault.  ``expected`` names every rule that must fail
or warn.  It is used to score an audit of the lab: faults found, faults missed, false alarms.
"""

from collections.abc import Iterator

from auditor.lab.certificate_faults import certificate_faults
from auditor.lab.lab_endpoint import Leaf, PlannedEndpoint, plan_endpoint
from auditor.lab.pki import Pki
from auditor.lab.settings import (
    SUITES_TLS12,
    SUITES_TLS13,
    ClientCertificate,
    PortProtocol,
    ServerSettings,
    Verification,
)
from auditor.minting.keys import rsa_key
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion

_CBC = "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256"
_CHACHA20_TLS12 = "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
_CHACHA20_TLS13 = "TLS_CHACHA20_POLY1305_SHA256"


def estate(pki: Pki) -> tuple[PlannedEndpoint, ...]:
    """Every endpoint, the compliant ones first."""
    return (
        *_compliant(pki),
        *_protocol_faults(pki),
        *certificate_faults(pki),
        *_client_certificate_faults(pki),
        *_verification_faults(pki),
        *_without_tls(pki),
    )


def _compliant(pki: Pki) -> Iterator[PlannedEndpoint]:
    yield plan_endpoint(pki, "sip-compliant", leaves=(Leaf(rsa_key()),), issuer=pki.issuing_rsa)
    yield plan_endpoint(
        pki,
        "https-compliant",
        settings=ServerSettings(service=Service.HTTPS, suites=f"{SUITES_TLS12}:{_CBC}"),
        leaves=(Leaf(pki.rsa),),
        issuer=pki.issuing_rsa,
    )
    yield plan_endpoint(pki, "sip-two-certificates", leaves=(Leaf(pki.rsa), Leaf()))
    yield plan_endpoint(pki, "sip-ipv6", host="::1")


def _protocol_faults(pki: Pki) -> Iterator[PlannedEndpoint]:
    yield plan_endpoint(
        pki,
        "sip-old-version",
        "TLS 1.1 is accepted.",
        ("protocol-not-allowed",),
        settings=ServerSettings(
            versions=(ProtocolVersion.TLS_1_1, ProtocolVersion.TLS_1_2, ProtocolVersion.TLS_1_3),
            old_suites="ECDHE-RSA-AES128-SHA",
        ),
        leaves=(Leaf(pki.rsa),),
    )
    yield plan_endpoint(
        pki,
        "sip-no-tls13",
        "TLS 1.3 is not supported.",
        ("protocol-preferred-missing",),
        settings=ServerSettings(versions=(ProtocolVersion.TLS_1_2,)),
    )
    yield plan_endpoint(
        pki,
        "sip-forbidden-suite",
        "TLS 1.2 accepts TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256.",
        ("cipher-suite-not-allowed",),
        settings=ServerSettings(suites=f"{SUITES_TLS12}:{_CHACHA20_TLS12}"),
        leaves=(Leaf(pki.rsa),),
    )
    yield plan_endpoint(
        pki,
        "https-no-forward-secrecy",
        "TLS 1.2 accepts TLS_RSA_WITH_AES_128_CBC_SHA, whose key exchange has no forward secrecy.",
        ("cipher-suite-not-allowed",),
        settings=ServerSettings(service=Service.HTTPS, suites=f"{SUITES_TLS12}:AES128-SHA"),
        leaves=(Leaf(pki.rsa),),
    )
    yield plan_endpoint(
        pki,
        "sip-chacha20-tls13",
        "TLS 1.3 accepts TLS_CHACHA20_POLY1305_SHA256.",
        ("cipher-suite-not-allowed",),
        settings=ServerSettings(tls13_suites=f"{SUITES_TLS13}:{_CHACHA20_TLS13}"),
    )
    yield plan_endpoint(
        pki,
        "sip-only-forbidden-suites",
        "No version accepts an allowed suite, so no call can be set up.",
        ("cipher-suite-not-allowed", "cipher-suite-none-usable"),
        settings=ServerSettings(suites=_CHACHA20_TLS12, tls13_suites=_CHACHA20_TLS13),
    )
    yield plan_endpoint(
        pki,
        "https-cbc-first",
        "The endpoint chooses a CBC suite although the client also offers GCM.",
        ("cipher-suite-order",),
        settings=ServerSettings(service=Service.HTTPS, suites=f"{_CBC}:{SUITES_TLS12}"),
    )
    yield plan_endpoint(
        pki,
        "sip-mac-then-encrypt",
        "CBC suites are used without encrypt-then-MAC.",
        ("cbc-without-encrypt-then-mac",),
        settings=ServerSettings(suites=f"{SUITES_TLS12}:{_CBC}", encrypt_then_mac=False),
    )


def _client_certificate_faults(pki: Pki) -> Iterator[PlannedEndpoint]:
    neither = ("client-certificate-not-requested", "client-certificate-not-required")
    optional = ServerSettings(client_certificate=ClientCertificate.OPTIONAL)
    yield plan_endpoint(
        pki,
        "sip-client-certificate-optional",
        "The endpoint requests a client certificate but accepts calls without one.",
        ("client-certificate-not-required",),
        settings=optional,
    )
    yield plan_endpoint(
        pki,
        "https-client-certificate-optional",
        "The endpoint requests a client certificate but answers requests with 200 without one.",
        ("client-certificate-not-required",),
        settings=ServerSettings(service=Service.HTTPS, client_certificate=ClientCertificate.OPTIONAL),
    )
    yield plan_endpoint(
        pki,
        "sip-client-certificate-not-requested",
        "The endpoint requests no client certificate.",
        neither,
        settings=ServerSettings(client_certificate=ClientCertificate.NONE),
    )
    yield plan_endpoint(
        pki,
        "sip-client-certificate-tls13-only",
        "The endpoint requires a client certificate in TLS 1.3 but does not request one in TLS 1.2.",
        neither,
        settings=ServerSettings(client_certificate_tls12=ClientCertificate.NONE),
    )


def _verification_faults(pki: Pki) -> Iterator[PlannedEndpoint]:
    unverified = ("client-certificate-unverified",)
    yield plan_endpoint(
        pki,
        "sip-client-certificate-any",
        "The endpoint requires a client certificate but accepts any.",
        unverified,
        settings=ServerSettings(verification=Verification.NOTHING),
    )
    yield plan_endpoint(
        pki,
        "sip-client-certificate-by-name",
        "The endpoint accepts any client certificate that names a trusted root as its issuer.",
        unverified,
        settings=ServerSettings(verification=Verification.NAME),
    )
    yield plan_endpoint(
        pki,
        "https-refuses-everybody",
        "The endpoint rejects every client, even with a valid certificate, so no rejection proves anything.",
        settings=ServerSettings(service=Service.HTTPS, verification=Verification.NOBODY),
        undecidable=("client-certificate-not-required", *unverified),
    )
    yield plan_endpoint(
        pki,
        "sip-peer-root-missing",
        "The endpoint neither trusts nor announces the roots of the peers' certificates.",
        ("advised-root-not-trusted", "required-root-not-announced", "required-root-not-trusted"),
        client_roots=(pki.root.certificate,),
    )


def _without_tls(pki: Pki) -> Iterator[PlannedEndpoint]:
    yield plan_endpoint(
        pki,
        "sip-plaintext-too",
        "The TLS port also answers SIP without TLS.",
        ("plaintext-accepted",),
        settings=ServerSettings(wire=PortProtocol.TLS_AND_PLAINTEXT),
    )
    yield plan_endpoint(
        pki,
        "sip-plaintext",
        "The endpoint answers SIP without TLS and does not support TLS.",
        ("plaintext-accepted",),
        settings=ServerSettings(wire=PortProtocol.PLAINTEXT),
        inconclusive=True,
    )
    yield plan_endpoint(
        pki,
        "sip-silent",
        "The endpoint accepts connections but never answers, so nothing can be observed.",
        settings=ServerSettings(wire=PortProtocol.SILENT),
        inconclusive=True,
    )
