"""Endpoints whose only fault is in the certificates they present."""

from collections.abc import Iterator

from auditor.lab.lab_endpoint import Leaf, PlannedEndpoint, plan_endpoint
from auditor.lab.pki import Pki
from auditor.lab.settings import ServerSettings
from auditor.minting.certificate_builder import SERVER_ROLE
from auditor.minting.keys import rsa_key
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion


def certificate_faults(pki: Pki) -> Iterator[PlannedEndpoint]:
    """Endpoints whose chain is wrong, then those whose own certificate is."""
    yield plan_endpoint(
        pki,
        "sip-wrong-root",
        "The chain is complete and ends at a root that is neither listed nor declared.",
        ("certificate-root-not-allowed",),
        issuer=pki.unlisted,
        sent=(pki.unlisted, pki.unlisted_root),
    )
    yield plan_endpoint(
        pki,
        "sip-expired-root",
        "The chain ends at a declared root that has expired.",
        ("certificate-root-expired",),
        leaves=(Leaf(days=(-60, 305)),),  # issued before the root expired: only dates are wrong
        issuer=pki.outlived,
    )
    yield plan_endpoint(
        pki,
        "sip-path-too-long",
        "An intermediate was issued below one whose path length of 0 forbids it.",
        ("certificate-chain-invalid",),
        issuer=pki.beyond,
        sent=(pki.beyond, pki.closed),
    )
    yield plan_endpoint(
        pki,
        "sip-missing-intermediate",
        "The endpoint does not send the intermediate, and peers fetch none.",
        ("certificate-chain-incomplete",),
        sent=(),
    )
    yield plan_endpoint(
        pki,
        "sip-disordered",
        "The endpoint sends two intermediates in the wrong order.",
        ("certificate-chain-disordered",),
        issuer=pki.signing,
        sent=(pki.issuing, pki.signing),
    )
    yield plan_endpoint(
        pki,
        "sip-server-only-intermediate",
        "The intermediate does not allow use as a client, whatever the certificate below it allows.",
        ("certificate-usage-missing",),
        issuer=pki.server_only,
    )
    yield from _leaf_faults(pki)


def _leaf_faults(pki: Pki) -> Iterator[PlannedEndpoint]:
    faults: tuple[tuple[Service, str, str, str, Leaf], ...] = (
        (Service.SIP, "sip-expired", "The certificate has expired.", "certificate-expired", Leaf(days=(-372, -7))),
        (
            Service.SIP,
            "sip-not-yet-valid",
            "The certificate is not valid until next week.",
            "certificate-not-yet-valid",
            Leaf(days=(7, 372)),
        ),
        (
            Service.HTTPS,
            "https-expiring",
            "The certificate expires in five days.",
            "certificate-expires-soon",
            Leaf(days=(-85, 5)),
        ),
        (
            Service.SIP,
            "sip-wrong-name",
            "The certificate is for another name.",
            "certificate-name-mismatch",
            Leaf(names=("other.example.net",)),
        ),
        (
            Service.SIP,
            "sip-wildcard",
            "The certificate of a SIP endpoint has a wildcard name, which RFC 5922 does not match.",
            "certificate-wildcard",
            Leaf(names=("*.example.net",)),
        ),
        (
            Service.SIP,
            "sip-server-only",
            "The certificate does not allow use as a client.",
            "certificate-usage-missing",
            Leaf(usages=SERVER_ROLE),
        ),
    )
    for service, name, fault, rule, leaf in faults:
        yield plan_endpoint(pki, name, fault, (rule,), settings=ServerSettings(service=service), leaves=(leaf,))
    yield plan_endpoint(
        pki,
        "sip-weak-key",
        "The certificate has an RSA key with 1024 bits.",
        ("certificate-key-weak",),
        settings=ServerSettings(security_level=1),
        leaves=(Leaf(rsa_key(1024)),),
    )
    # TLS 1.3 alone: OpenSSL sends such a certificate at level 0 only, where TLS 1.2 would sign handshakes with SHA-1.
    yield plan_endpoint(
        pki,
        "sip-sha1",
        "The certificate is signed with SHA-1.",
        ("certificate-signature-weak",),
        settings=ServerSettings(versions=(ProtocolVersion.TLS_1_3,), security_level=0),
        leaves=(Leaf(digest="sha1"),),
        issuer=pki.issuing_rsa,
    )
    yield plan_endpoint(
        pki,
        "sip-second-certificate-expired",
        "The endpoint has two certificates, and the ECDSA one has expired.",
        ("certificate-expired",),
        leaves=(Leaf(pki.rsa), Leaf(days=(-372, -7))),
    )
