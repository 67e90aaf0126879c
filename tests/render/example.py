"""One report with everything in it: what the tests render, and what the snapshots show.

Five endpoints: one that complies, one with many faults, one out of reach, one over IPv6 with warnings, and one whose
certificate was made to harm the reader.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from auditor.model.finding import Finding, Outcome, Violation
from auditor.model.report import (
    CertificateFacts,
    ChainSummary,
    EndpointSummary,
    PolicyReference,
    Report,
    Verdict,
    VersionSummary,
)
from auditor.model.rule import Citation
from auditor.model.severity import Severity
from auditor.model.waiver import Waiver, WaiverState, WaiverStatus

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
_ACG = "Overview of security for Azure Communications Gateway"
_ACG_URL = "https://learn.microsoft.com/en-us/azure/communications-gateway/security"

# id, title, severity, remedy, citations, requirements
_RULES: dict[str, tuple[str, Severity, str, tuple[Citation, ...], tuple[str, ...]]] = {
    "certificate-chain-incomplete": (
        "An intermediate certificate is missing from what the endpoint sends",
        Severity.HIGH,
        "Send the leaf and every intermediate.  The peer fetches nothing.",
        (Citation(document="RFC 8446", section="4.4.2", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2"),),
        ("TLS-07",),
    ),
    "certificate-expired": (
        "A certificate has expired",
        Severity.CRITICAL,
        "Replace the certificate that has expired, intermediates included, and reload the listener.",
        (
            Citation(
                document="RFC 5280", section="4.1.2.5", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"
            ),
        ),
        ("SEC-21",),
    ),
    "certificate-expires-soon": (
        "A certificate expires soon",
        Severity.MEDIUM,
        "Renew the certificate now; leave time for the change window and for onboarding.",
        (
            Citation(
                document="RFC 5280", section="4.1.2.5", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"
            ),
        ),
        ("SEC-22",),
    ),
    "certificate-key-weak": (
        "A certificate's key is too weak",
        Severity.HIGH,
        "Issue the certificate anew for an RSA key of 2048 bits or more, or an EC key on P-256 or P-384.",
        (Citation(document="CA/Browser Forum Baseline Requirements", section="6.1.5", url="https://cabforum.org/"),),
        (),
    ),
    "certificate-name-mismatch": (
        "The certificate is for another name",
        Severity.HIGH,
        "Issue the certificate with the name the peer connects to as a subject alternative name.",
        (
            Citation(document="RFC 9525", section="6", url="https://www.rfc-editor.org/rfc/rfc9525#section-6"),
            Citation(document="RFC 5922", section="7.2", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.2"),
        ),
        ("SEC-19",),
    ),
    "certificate-root-not-allowed": (
        "The chain does not end at a root the policy allows",
        Severity.CRITICAL,
        "Obtain a certificate under an allowed root, or declare your root to onboarding and name it here.",
        (
            Citation(
                document=_ACG, section="Encryption between Azure Communications Gateway and your network", url=_ACG_URL
            ),
        ),
        ("SEC-15", "SEC-16"),
    ),
    "certificate-wildcard": (
        "A wildcard certificate serves SIP",
        Severity.LOW,
        "Issue a certificate with the exact name.  SIP matches no wildcards.",
        (Citation(document="RFC 5922", section="7.2", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.2"),),
        (),
    ),
    "cipher-suite-none-usable": (
        "No cipher suite of the policy is accepted",
        Severity.CRITICAL,
        "Enable at least one of the suites the policy allows.",
        (Citation(document=_ACG, url=_ACG_URL),),
        ("SEC-11",),
    ),
    "cipher-suite-not-allowed": (
        "A cipher suite is accepted that the policy does not allow",
        Severity.MEDIUM,
        "Set the listener's cipher list to the suites of the policy.",
        (
            Citation(
                document=_ACG, section="Encryption between Azure Communications Gateway and your network", url=_ACG_URL
            ),
            Citation(document="RFC 9325", section="4.2", url="https://www.rfc-editor.org/rfc/rfc9325#section-4.2"),
        ),
        ("SEC-12", "SEC-13"),
    ),
    "client-certificate-not-required": (
        "A client without a certificate is served",
        Severity.CRITICAL,
        "Require and verify a client certificate in every protocol version the listener speaks.",
        (Citation(document=_ACG, section="Mutual TLS", url=_ACG_URL),),
        ("SEC-14",),
    ),
    "known-weakness": (
        "A known weakness is present",
        Severity.HIGH,
        "Update the TLS library.",
        (Citation(document="RFC 7457", url="https://www.rfc-editor.org/rfc/rfc7457"),),
        (),
    ),
    "plaintext-accepted": (
        "SIP is answered without TLS",
        Severity.CRITICAL,
        "Close the plaintext port towards the gateway.",
        (Citation(document=_ACG, url=_ACG_URL),),
        ("SEC-09",),
    ),
    "protocol-not-allowed": (
        "A protocol version is accepted that the policy does not allow",
        Severity.HIGH,
        "Switch the version off on this listener.  OpenSSL-based servers: set the minimum protocol to TLS 1.2.",
        (
            Citation(document="RFC 8996", url="https://www.rfc-editor.org/rfc/rfc8996"),
            Citation(document="RFC 9325", section="3.1.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
        ),
        ("SEC-10", "DER-03"),
    ),
    "protocol-preferred-missing": (
        "The preferred protocol version is not spoken",
        Severity.LOW,
        "Enable TLS 1.3.",
        (Citation(document=_ACG, url=_ACG_URL),),
        ("SEC-10",),
    ),
    "protocol-required-missing": (
        "No protocol version of the policy is spoken",
        Severity.CRITICAL,
        "Enable TLS 1.2 or TLS 1.3.",
        (Citation(document=_ACG, url=_ACG_URL),),
        ("SEC-10",),
    ),
}


def certificate(
    subject: str,
    issuer: str,
    first: str,
    last: str,
    *,
    key: str = "RSA 2048",
    ca: bool = False,
    names: tuple[str, ...] = (),
) -> CertificateFacts:
    """A certificate's facts; its fingerprint and serial number follow from its subject and its last day."""
    stamp = sum(ord(letter) * position for position, letter in enumerate(subject + last, 1))
    return CertificateFacts(
        subject=subject,
        issuer=issuer,
        serial_number=f"{stamp:032X}",
        not_before=datetime.fromisoformat(first).replace(tzinfo=UTC),
        not_after=datetime.fromisoformat(last).replace(tzinfo=UTC),
        key=key,
        signature_algorithm="sha384WithRSAEncryption" if ca else "sha256WithRSAEncryption",
        names=names,
        sha256=f"{stamp * 7919:064x}",
        certificate_authority=ca,
    )


_G2 = "CN=DigiCert Global Root G2,OU=www.digicert.com,O=DigiCert Inc,C=US"
_G2_CA = "CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1,O=DigiCert Inc,C=US"
ROOT = certificate(_G2, _G2, "2013-08-01", "2038-01-15T12:00:00", ca=True)
INTERMEDIATE = certificate(_G2_CA, _G2, "2021-03-30", "2031-03-29T23:59:59", ca=True)
_OLD_ROOT = "CN=Acme Telephony Root CA,O=Acme Telephony,C=GB"
_OLD_CA = "CN=Acme Telephony Issuing CA 3,O=Acme Telephony,C=GB"

SBC_1, SBC_2, PROVISIONING, SBC_6, HOSTILE = TARGETS = (
    "sbc-1.voice.example.net:5061",
    "sbc-2.voice.example.net:5061",
    "provisioning.example.net:443",
    "[2001:db8:5::10]:5061",
    "edge<script>alert('target')</script>:443",
)
_TLS12 = (
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
)
_TLS13 = ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")
_FORBIDDEN = (
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
)


def _leaf(name: str, issuer: str, first: str, last: str, key: str = "RSA 2048") -> CertificateFacts:
    return certificate(f"CN={name},O=Example Telecom,C=GB", issuer, first, last, key=key, names=(f"DNS:{name}",))


ENDPOINTS = (
    EndpointSummary(
        target=SBC_1,
        host="sbc-1.voice.example.net",
        address="203.0.113.10",
        port=5061,
        service="sip",
        server_name="sbc-1.voice.example.net",
        connections=13,
        seconds=1.84,
        versions=(
            VersionSummary(version="TLSv1.2", spoken=True, suites=_TLS12, client_certificate="required"),
            VersionSummary(version="TLSv1.3", spoken=True, suites=_TLS13, client_certificate="required"),
        ),
        chains=(
            ChainSummary(
                versions=("TLSv1.2", "TLSv1.3"),
                certificates=(
                    _leaf("sbc-1.voice.example.net", _G2_CA, "2026-08-03", "2027-02-18T23:59:59"),
                    INTERMEDIATE,
                ),
                anchor=ROOT,
                anchor_name="digicert-global-root-g2",
            ),
        ),
    ),
    EndpointSummary(
        target=SBC_2,
        host="sbc-2.voice.example.net",
        address="203.0.113.11",
        port=5061,
        service="sip",
        server_name="sbc-2.voice.example.net",
        connections=31,
        seconds=4.2,
        versions=(
            VersionSummary(version="TLSv1.0", spoken=True, suites=_FORBIDDEN[2:4], client_certificate="not requested"),
            VersionSummary(version="TLSv1.1", spoken=False),
            VersionSummary(
                version="TLSv1.2", spoken=True, suites=(*_TLS12, *_FORBIDDEN), client_certificate="optional"
            ),
            VersionSummary(version="TLSv1.3", spoken=False),
        ),
        chains=(
            ChainSummary(
                versions=("TLSv1.0", "TLSv1.2"),
                certificates=(
                    _leaf("old-sbc.example.org", _OLD_CA, "2024-05-01", "2027-05-01T00:00:00", "RSA 1024"),
                    certificate(_OLD_CA, _OLD_ROOT, "2016-10-01", "2026-10-01T00:00:00", ca=True),
                    certificate(_OLD_ROOT, _OLD_ROOT, "2010-01-01", "2040-01-01T00:00:00", key="RSA 4096", ca=True),
                ),
            ),
        ),
    ),
    EndpointSummary(
        target=PROVISIONING,
        host="provisioning.example.net",
        address="198.51.100.7",
        port=443,
        service="https",
        server_name="provisioning.example.net",
        connections=2,
        seconds=30.0,
    ),
    EndpointSummary(
        target=SBC_6,
        host="2001:db8:5::10",
        address="2001:db8:5::10",
        port=5061,
        service="sip",
        server_name=None,
        connections=15,
        seconds=2.1,
        versions=(
            VersionSummary(version="TLSv1.2", spoken=True, suites=_TLS12[:2], client_certificate="required"),
            VersionSummary(version="TLSv1.3", spoken=None, client_certificate="unknown"),
        ),
        chains=(
            ChainSummary(
                versions=("TLSv1.2",),
                certificates=(
                    _leaf("*.voice.example.net", _G2_CA, "2026-09-06", "2026-12-05T23:59:59", "EC secp256r1"),
                    INTERMEDIATE,
                ),
                anchor=ROOT,
                anchor_name="digicert-global-root-g2",
            ),
            ChainSummary(
                versions=("TLSv1.2",),
                certificates=(_leaf("*.voice.example.net", _G2_CA, "2026-09-06", "2026-12-05T23:59:59"),),
            ),
        ),
    ),
    EndpointSummary(
        target=HOSTILE,
        host="edge.example.net",
        address="192.0.2.66",
        port=443,
        service="https",
        server_name="edge.example.net",
        connections=14,
        seconds=1.9,
        versions=(VersionSummary(version="TLSv1.3", spoken=True, suites=_TLS13, client_certificate="required"),),
        chains=(
            ChainSummary(
                versions=("TLSv1.3",),
                certificates=(
                    certificate(
                        "CN=<script>alert('subject')</script>\x1b[31m\u202elive.example\u202c,O=" + "A" * 120,
                        'CN="><img src=x onerror=alert(1)>',
                        "2026-01-01",
                        "2027-06-01T00:00:00",
                        names=("DNS:</title><h1>PASS</h1>", "URI:javascript:alert(1)"),
                    ),
                ),
            ),
        ),
    ),
)

_REMARKS: dict[tuple[str, str], tuple[Outcome, tuple[Violation, ...], str]] = {
    (SBC_2, "certificate-expired"): (
        Outcome.FAIL,
        (
            Violation(
                subject="CN=Acme Telephony Issuing CA 3",
                expected="valid on 2026-11-21",
                observed="expired on 2026-10-01, 51 days ago",
            ),
        ),
        "",
    ),
    (SBC_2, "certificate-key-weak"): (
        Outcome.FAIL,
        (Violation(subject="CN=old-sbc.example.org", expected="RSA 2048 or more", observed="RSA 1024"),),
        "",
    ),
    (SBC_2, "certificate-name-mismatch"): (
        Outcome.FAIL,
        (Violation(subject="leaf", expected="sbc-2.voice.example.net", observed="DNS:old-sbc.example.org"),),
        "",
    ),
    (SBC_2, "certificate-root-not-allowed"): (
        Outcome.FAIL,
        (
            Violation(
                subject="CN=old-sbc.example.org",
                expected="a chain to digicert-global-root-g2 or baltimore-cybertrust-root",
                observed="ends at CN=Acme Telephony Root CA, which the policy does not name",
            ),
        ),
        "",
    ),
    (SBC_2, "cipher-suite-not-allowed"): (
        Outcome.FAIL,
        tuple(Violation(subject=name, expected="refused", observed="accepted in TLSv1.2") for name in _FORBIDDEN),
        "",
    ),
    (SBC_2, "client-certificate-not-required"): (
        Outcome.FAIL,
        (
            Violation(
                subject="TLSv1.2",
                expected="a client without a certificate is refused",
                observed="the application answered: SIP/2.0 200 OK",
            ),
        ),
        "TLSv1.0: the connection was reset while it was waited for an answer",
    ),
    (SBC_2, "protocol-not-allowed"): (
        Outcome.FAIL,
        (Violation(subject="TLSv1.0", expected="refused", observed="accepted with TLS_RSA_WITH_AES_256_CBC_SHA"),),
        "",
    ),
    (SBC_2, "protocol-preferred-missing"): (
        Outcome.WARN,
        (Violation(subject="TLSv1.3", expected="accepted", observed="refused with protocol_version (70)"),),
        "",
    ),
    (SBC_2, "plaintext-accepted"): (
        Outcome.FAIL,
        (Violation(subject="port 5060/tcp", expected="no answer without TLS", observed="answered: SIP/2.0 200 OK"),),
        "",
    ),
    (SBC_6, "certificate-expires-soon"): (
        Outcome.FAIL,
        (
            Violation(
                subject="CN=*.voice.example.net",
                expected="at least 30 days left",
                observed="expires on 2026-12-05, in 14 days",
            ),
        ),
        "",
    ),
    (SBC_6, "certificate-wildcard"): (
        Outcome.WARN,
        (Violation(subject="DNS:*.voice.example.net", expected="the exact name", observed="a wildcard"),),
        "",
    ),
    (SBC_6, "certificate-chain-incomplete"): (
        Outcome.WAIVED,
        (Violation(subject="RSA chain", expected="every intermediate", observed="only the leaf was sent"),),
        "",
    ),
    (SBC_6, "certificate-name-mismatch"): (Outcome.NOT_APPLICABLE, (), "the target is a bare address"),
    (SBC_6, "protocol-preferred-missing"): (
        Outcome.INCONCLUSIVE,
        (),
        "TLSv1.3: no answer within 5 s, twice, while TLSv1.2 was answered before and after",
    ),
    (SBC_6, "known-weakness"): (Outcome.NOT_TESTED, (), "it needs --thorough, which was not given"),
    (HOSTILE, "certificate-root-not-allowed"): (
        Outcome.FAIL,
        (
            Violation(
                subject="CN=<script>alert('subject')</script>\x1b[31m\u202elive.example\u202c",
                expected="a chain to digicert-global-root-g2 or baltimore-cybertrust-root",
                observed='issued by CN="><img src=x onerror=alert(1)>, which was not sent',
            ),
        ),
        "",
    ),
}
for _rule in _RULES:
    _REMARKS[PROVISIONING, _rule] = (
        Outcome.INCONCLUSIVE,
        (),
        "198.51.100.7 port 443 did not answer within 10 s, twice",
    )


WAIVER = Waiver(
    rule="certificate-chain-incomplete",
    target="[2001:db8:5::10]:*",
    reason="The gateway holds the intermediate until the RSA chain is switched off",
    approved_by="Head of Voice Security",
    ticket="CHG-4711",
    expires=date(2027, 1, 31),
)
WAIVERS = (
    WaiverStatus(waiver=WAIVER, state=WaiverState.USED, findings=1),
    WaiverStatus(
        waiver=WAIVER.model_copy(
            update={
                "rule": "protocol-not-allowed",
                "target": "sbc-2.*",
                "reason": "Old handsets until the exchange of October",
                "ticket": "CHG-4002",
                "expires": date(2026, 10, 31),
            }
        ),
        state=WaiverState.EXPIRED,
        findings=1,
    ),
    WaiverStatus(
        waiver=WAIVER.model_copy(update={"target": "sbc-7.*", "ticket": "CHG-4712"}),
        state=WaiverState.UNUSED,
        findings=0,
    ),
)


def _finding(target: str, rule: str) -> Finding:
    title, severity, remediation, citations, requirements = _RULES[rule]
    outcome, violations, reason = _REMARKS.get((target, rule), (Outcome.PASS, (), ""))
    return Finding(
        rule=rule,
        target=target,
        outcome=outcome,
        severity=severity,
        title=title,
        violations=violations,
        reason=reason,
        remediation=remediation,
        citations=citations,
        requirements=requirements,
        waiver=WAIVER if outcome is Outcome.WAIVED else None,
    )


def report(
    findings: tuple[Finding, ...],
    endpoints: tuple[EndpointSummary, ...],
    verdict: Verdict,
    waivers: tuple[WaiverStatus, ...] = (),
    notes: tuple[str, ...] = (),
) -> Report:
    """A report of these findings, its counts taken from them."""
    return Report(
        verdict=verdict,
        policy=PolicyReference(
            id="acg",
            version="2026.11",
            title="Azure Communications Gateway, operator side",
            sha256="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
        ),
        auditor_version="0.1.0",
        generated_at=AT + timedelta(seconds=41),
        observed_at=AT,
        fail_on=Severity.MEDIUM,
        counts=dict(Counter(finding.outcome for finding in findings)),
        findings=findings,
        endpoints=endpoints,
        waivers=waivers,
        notes=notes,
    )


NOTE = "The policy acg 2025.10 is older than a year: check its dated rules, or use a newer release of the auditor."
REPORT = report(
    tuple(_finding(target, rule) for target in TARGETS for rule in _RULES), ENDPOINTS, Verdict.FAIL, WAIVERS, (NOTE,)
)
COMPLIANT = report(
    tuple(finding for finding in REPORT.findings if finding.target == SBC_1), ENDPOINTS[:1], Verdict.PASS
)
UNREACHABLE = report(
    tuple(finding for finding in REPORT.findings if finding.target == PROVISIONING),
    ENDPOINTS[2:3],
    Verdict.INCONCLUSIVE,
)
