"""One report with everything in it: what the tests render, and what the snapshots show.

Five endpoints: one that complies, one with many faults, one out of reach, one over IPv6 with warnings, and one whose
certificate was made to harm the reader.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from auditor.model.answer import AnswerKind, Completeness, Confirmation, FindingKey, RequirementAnswer
from auditor.model.finding import Doubt, Finding, NotTested, Outcome, Violation, Warning
from auditor.model.report import (
    CertificateFacts,
    ChainSummary,
    EndpointSummary,
    PolicyReference,
    Report,
    RuleSummary,
    Verdict,
    VersionSummary,
)
from auditor.model.rule import Citation, Group
from auditor.model.severity import Severity
from auditor.model.subject import (
    TARGET,
    CertificateSubject,
    CipherSuiteSubject,
    Named,
    PortSubject,
    ProtocolVersionSubject,
)
from auditor.model.target import OWED
from auditor.model.waiver import Waiver, WaiverState, WaiverStatus

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
_ACG = "Overview of security for Azure Communications Gateway"
_ACG_URL = "https://learn.microsoft.com/en-us/azure/communications-gateway/security"


def _rule(
    group: Group,
    title: str,
    severity: Severity,
    remedy: str,
    citations: tuple[Citation, ...],
    requirements: tuple[str, ...] = (),
) -> RuleSummary:
    return RuleSummary(
        title=title, group=group, severity=severity, remedy=remedy, citations=citations, requirements=requirements
    )


RULES: dict[str, RuleSummary] = {
    "certificate-chain-incomplete": _rule(
        Group.CERTIFICATE,
        "An intermediate certificate is missing from what the endpoint sends",
        Severity.HIGH,
        "Send the leaf and every intermediate.  The peer fetches nothing.",
        (Citation(document="RFC 8446", section="4.4.2", url="https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2"),),
        ("TLS-07",),
    ),
    "certificate-expired": _rule(
        Group.CERTIFICATE,
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
    "certificate-expires-soon": _rule(
        Group.CERTIFICATE,
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
    "certificate-key-weak": _rule(
        Group.CERTIFICATE,
        "A certificate's key is too weak",
        Severity.HIGH,
        "Issue the certificate anew for an RSA key of 2048 bits or more, or an EC key on P-256 or P-384.",
        (Citation(document="CA/Browser Forum Baseline Requirements", section="6.1.5", url="https://cabforum.org/"),),
        (),
    ),
    "certificate-name-mismatch": _rule(
        Group.CERTIFICATE,
        "The certificate is for another name",
        Severity.HIGH,
        "Issue the certificate with the name the peer connects to as a subject alternative name.",
        (
            Citation(document="RFC 9525", section="6", url="https://www.rfc-editor.org/rfc/rfc9525#section-6"),
            Citation(document="RFC 5922", section="7.2", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.2"),
        ),
        ("SEC-19",),
    ),
    "certificate-root-not-allowed": _rule(
        Group.CERTIFICATE,
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
    "certificate-wildcard": _rule(
        Group.CERTIFICATE,
        "A wildcard certificate serves SIP",
        Severity.LOW,
        "Issue a certificate with the exact name.  SIP matches no wildcards.",
        (Citation(document="RFC 5922", section="7.2", url="https://www.rfc-editor.org/rfc/rfc5922#section-7.2"),),
        (),
    ),
    "cipher-suite-none-usable": _rule(
        Group.CIPHER_SUITES,
        "No cipher suite of the policy is accepted",
        Severity.CRITICAL,
        "Enable at least one of the suites the policy allows.",
        (Citation(document=_ACG, url=_ACG_URL),),
        ("SEC-11",),
    ),
    "cipher-suite-not-allowed": _rule(
        Group.CIPHER_SUITES,
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
    "client-certificate-not-required": _rule(
        Group.MUTUAL_TLS,
        "A client without a certificate is served",
        Severity.CRITICAL,
        "Require and verify a client certificate in every protocol version the listener speaks.",
        (Citation(document=_ACG, section="Mutual TLS", url=_ACG_URL),),
        ("SEC-14",),
    ),
    "known-weakness": _rule(
        Group.WEAKNESSES,
        "A known weakness is present",
        Severity.HIGH,
        "Update the TLS library.",
        (Citation(document="RFC 7457", url="https://www.rfc-editor.org/rfc/rfc7457"),),
        (),
    ),
    "plaintext-accepted": _rule(
        Group.WEAKNESSES,
        "SIP is answered without TLS",
        Severity.CRITICAL,
        "Close the plaintext port towards the gateway.",
        (Citation(document=_ACG, url=_ACG_URL),),
        ("SEC-09",),
    ),
    "protocol-not-allowed": _rule(
        Group.PROTOCOL_VERSIONS,
        "A protocol version is accepted that the policy does not allow",
        Severity.HIGH,
        "Switch the version off on this listener.  OpenSSL-based servers: set the minimum protocol to TLS 1.2.",
        (
            Citation(document="RFC 8996", url="https://www.rfc-editor.org/rfc/rfc8996"),
            Citation(document="RFC 9325", section="3.1.1", url="https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
        ),
        ("SEC-10", "DER-03"),
    ),
    "protocol-preferred-missing": _rule(
        Group.PROTOCOL_VERSIONS,
        "The preferred protocol version is not spoken",
        Severity.LOW,
        "Enable TLS 1.3.",
        (Citation(document=_ACG, url=_ACG_URL),),
        ("SEC-10",),
    ),
    "protocol-required-missing": _rule(
        Group.PROTOCOL_VERSIONS,
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
    """A certificate's facts; its SHA-256 and its serial number follow from its subject, its last day and its key."""
    stamp = sum(ord(letter) * position for position, letter in enumerate(subject + last + key, 1))
    return CertificateFacts(
        subject=subject,
        issuer=issuer,
        serial_number=f"{stamp:032X}",
        not_before=datetime.fromisoformat(first).replace(tzinfo=UTC),
        not_after=datetime.fromisoformat(last).replace(tzinfo=UTC),
        key=key,
        signature_algorithm="sha384WithRSAEncryption" if ca else "sha256WithRSAEncryption",
        names=names,
        sha256=sha256(f"{subject}{last}{key}".encode()).hexdigest(),
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


CERTIFICATES: dict[str, CertificateFacts] = {}


def chain(
    versions: tuple[str, ...], *certificates: CertificateFacts, anchor: CertificateFacts | None = None
) -> ChainSummary:
    """A chain of these certificates, which ``CERTIFICATES`` holds from then on."""
    every = (*certificates, *((anchor,) if anchor else ()))
    CERTIFICATES.update({facts.sha256: facts for facts in every})
    return ChainSummary(
        versions=versions,
        certificates=tuple(facts.sha256 for facts in certificates),
        anchor=anchor.sha256 if anchor else None,
        anchor_name="digicert-global-root-g2" if anchor else None,
    )


_OLD_LEAF = _leaf("old-sbc.example.org", _OLD_CA, "2024-05-01", "2027-05-01T00:00:00", "RSA 1024")
_EXPIRED = certificate(_OLD_CA, _OLD_ROOT, "2016-10-01", "2026-10-01T00:00:00", ca=True)
_WILDCARD = _leaf("*.voice.example.net", _G2_CA, "2026-09-06", "2026-12-05T23:59:59", "EC secp256r1")
_HOSTILE = "<script>alert('subject')</script>\x1b[31m\u202elive.example\u202c"

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
            chain(
                ("TLSv1.2", "TLSv1.3"),
                _leaf("sbc-1.voice.example.net", _G2_CA, "2026-08-03", "2027-02-18T23:59:59"),
                INTERMEDIATE,
                anchor=ROOT,
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
            chain(
                ("TLSv1.0", "TLSv1.2"),
                _OLD_LEAF,
                _EXPIRED,
                certificate(_OLD_ROOT, _OLD_ROOT, "2010-01-01", "2040-01-01T00:00:00", key="RSA 4096", ca=True),
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
            chain(("TLSv1.2",), _WILDCARD, INTERMEDIATE, anchor=ROOT),
            chain(("TLSv1.2",), _leaf("*.voice.example.net", _G2_CA, "2026-09-06", "2026-12-05T23:59:59")),
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
            chain(
                ("TLSv1.3",),
                certificate(
                    f"CN={_HOSTILE},O=" + "A" * 120,
                    'CN="><img src=x onerror=alert(1)>',
                    "2026-01-01",
                    "2027-06-01T00:00:00",
                    names=("DNS:</title><h1>PASS</h1>", "URI:javascript:alert(1)"),
                ),
            ),
        ),
    ),
)


def _version(version: str) -> ProtocolVersionSubject:
    return ProtocolVersionSubject(versions=(version,))


def _certificate(name: str, facts: CertificateFacts) -> CertificateSubject:
    return CertificateSubject(name=name, sha256=facts.sha256)


_LEAF = _certificate("old-sbc.example.org", _OLD_LEAF)
_WILD_LEAF = _certificate("*.voice.example.net", _WILDCARD)
_ROOTS = "a chain to digicert-global-root-g2 or baltimore-cybertrust-root"


def _one(kind: type[Violation] | type[Warning], subject: Any, expected: str, observed: str) -> dict[str, Any]:
    field = "violations" if kind is Violation else "warnings"
    return {field: (kind(subject=subject, expected=expected, observed=observed),)}


_FOUND: dict[tuple[str, str], dict[str, Any]] = {
    (SBC_2, "certificate-expired"): {
        "outcome": Outcome.FAIL,
        **_one(
            Violation,
            CertificateSubject(
                name="Acme Telephony Issuing CA 3",
                sha256=_EXPIRED.sha256,
                position=2,
                chain=_LEAF.name,
                chain_sha256=_LEAF.sha256,
            ),
            "valid on 2026-11-21",
            "expired on 2026-10-01, 51 days ago",
        ),
    },
    (SBC_2, "certificate-key-weak"): {
        "outcome": Outcome.FAIL,
        **_one(Violation, _LEAF, "RSA 2048 or more", "RSA 1024"),
    },
    (SBC_2, "certificate-name-mismatch"): {
        "outcome": Outcome.FAIL,
        **_one(Violation, _LEAF, "sbc-2.voice.example.net", "DNS:old-sbc.example.org"),
    },
    (SBC_2, "certificate-root-not-allowed"): {
        "outcome": Outcome.FAIL,
        **_one(Violation, _LEAF, _ROOTS, "ends at CN=Acme Telephony Root CA, which the policy does not name"),
    },
    (SBC_2, "cipher-suite-not-allowed"): {
        "outcome": Outcome.FAIL,
        "violations": tuple(
            Violation(
                subject=CipherSuiteSubject(version="TLSv1.2", suite=name),
                expected="rejected",
                observed="accepted in TLSv1.2",
            )
            for name in _FORBIDDEN
        ),
    },
    (SBC_2, "client-certificate-not-required"): {
        "outcome": Outcome.FAIL,
        **_one(
            Violation,
            _version("TLSv1.2"),
            "a client without a certificate is rejected",
            "the application answered: SIP/2.0 200 OK",
        ),
        "doubts": (Doubt(subject=_version("TLSv1.0"), reason="the peer reset the connection before it answered"),),
    },
    (SBC_2, "protocol-not-allowed"): {
        "outcome": Outcome.FAIL,
        **_one(Violation, _version("TLSv1.0"), "rejected", "accepted with TLS_RSA_WITH_AES_256_CBC_SHA"),
    },
    (SBC_2, "protocol-preferred-missing"): {
        "outcome": Outcome.WARN,
        **_one(Violation, _version("TLSv1.3"), "accepted", "rejected with protocol_version (70)"),
    },
    (SBC_2, "plaintext-accepted"): {
        "outcome": Outcome.FAIL,
        **_one(Violation, PortSubject(transport="tcp", port=5060), "no answer without TLS", "answered: SIP/2.0 200 OK"),
    },
    (SBC_6, "certificate-expires-soon"): {
        "outcome": Outcome.FAIL,
        **_one(Violation, _WILD_LEAF, "at least 30 days left", "expires on 2026-12-05, in 14 days"),
    },
    (SBC_6, "certificate-wildcard"): {
        "outcome": Outcome.WARN,
        **_one(Warning, Named(name="DNS:*.voice.example.net"), "the exact name", "a wildcard"),
    },
    (SBC_6, "certificate-chain-incomplete"): {
        "outcome": Outcome.WAIVED,
        **_one(Violation, Named(name="RSA chain"), "every intermediate", "only the leaf was sent"),
    },
    (SBC_6, "certificate-name-mismatch"): {
        "outcome": Outcome.NOT_APPLICABLE,
        "not_applicable": "the target is a bare address",
    },
    (SBC_6, "protocol-preferred-missing"): {
        "outcome": Outcome.INCONCLUSIVE,
        "doubts": (
            Doubt(
                subject=_version("TLSv1.3"),
                reason="no answer within 5 s, twice, while TLSv1.2 was answered before and after",
            ),
        ),
    },
    (SBC_6, "known-weakness"): {
        "outcome": Outcome.NOT_TESTED,
        "not_tested": (NotTested(subject=TARGET, reason="it needs --thorough, which was not given", whole=True),),
    },
    (HOSTILE, "certificate-root-not-allowed"): {
        "outcome": Outcome.FAIL,
        **_one(
            Violation,
            CertificateSubject(name=_HOSTILE, sha256=""),
            _ROOTS,
            'issued by CN="><img src=x onerror=alert(1)>, which was not sent',
        ),
    },
}
for _rule_id in RULES:
    _FOUND[PROVISIONING, _rule_id] = {
        "outcome": Outcome.INCONCLUSIVE,
        "doubts": (Doubt(subject=TARGET, reason="198.51.100.7 port 443 did not answer within 10 s, twice"),),
    }


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
    found = _FOUND.get((target, rule), {"outcome": Outcome.PASS})
    waiver = WAIVER if found["outcome"] is Outcome.WAIVED else None
    return Finding(rule=rule, target=target, waiver=waiver, **found)


def summary(title: str = "A title", severity: Severity = Severity.HIGH, **more: Any) -> RuleSummary:
    """What is true of a rule that a test makes up."""
    return RuleSummary(**{"title": title, "group": "Other", "severity": severity, **more})


def report(
    findings: tuple[Finding, ...],
    endpoints: tuple[EndpointSummary, ...],
    verdict: Verdict,
    waivers: tuple[WaiverStatus, ...] = (),
    notes: tuple[str, ...] = (),
    rules: Mapping[str, RuleSummary] | None = None,
    certificates: Mapping[str, CertificateFacts] = CERTIFICATES,
) -> Report:
    """A report of these findings, its counts taken from them; rules that nobody describes are made up."""
    known = {**RULES, **(rules or {})}
    named = sorted({finding.rule for finding in findings})
    used = {
        key
        for endpoint in endpoints
        for one in endpoint.chains
        for key in (*one.certificates, *((one.anchor,) if one.anchor else ()))
    }
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
        rules={rule: known.get(rule) or summary() for rule in named},
        findings=findings,
        certificates={key: facts for key, facts in certificates.items() if key in used},
        endpoints=endpoints,
        waivers=waivers,
        notes=notes,
    )


NOTE = "The policy acg 2025.10 is more than a year old: check its dated limits, or use a newer release of the auditor."
REPORT = report(
    tuple(_finding(target, rule) for target in TARGETS for rule in RULES), ENDPOINTS, Verdict.FAIL, WAIVERS, (NOTE,)
)
COMPLIANT = report(
    tuple(finding for finding in REPORT.findings if finding.target == SBC_1), ENDPOINTS[:1], Verdict.PASS
)
UNREACHABLE = report(
    tuple(finding for finding in REPORT.findings if finding.target == PROVISIONING),
    ENDPOINTS[2:3],
    Verdict.INCONCLUSIVE,
)


def answer(answer_id: str, kind: AnswerKind, severity: Severity = Severity.HIGH, **more: Any) -> RequirementAnswer:
    """The answer to a requirement that a test makes up."""
    said = {"statement": f"What {answer_id} asks for", "sources": (), "reason": "a reason", **more}
    return RequirementAnswer(id=answer_id, answer=kind, severity=severity, **said)


def answered(
    given: Report, *answers: RequirementAnswer, required: bool = False, verdict: Verdict | None = None
) -> Report:
    """The report with these answers."""
    concern = [one for one in answers if one.answer not in (AnswerKind.PROVIDER, AnswerKind.NOT_APPLICABLE)]
    unanswered = sum(one.answer is AnswerKind.OPEN for one in concern)
    counts = Completeness(required=required, answered=len(concern) - unanswered, open=unanswered, total=len(concern))
    return given.model_copy(
        update={"requirements": answers, "completeness": counts, "verdict": verdict or given.verdict}
    )


_SECURITY = (Citation(document=_ACG, section="Encryption in transit", url=_ACG_URL),)
ANSWERS = (
    answer(
        "SEC-07",
        AnswerKind.OPEN,
        Severity.CRITICAL,
        statement="Media traffic is encrypted using SRTP",
        sources=_SECURITY,
        reason="no session description was audited",
        closes="audit an offer and an answer of the SBC with auditor sdp FILE",
    ),
    answer(
        "SEC-10",
        AnswerKind.NOT_MET,
        statement="Versions below TLS 1.2 are not used",
        sources=_SECURITY,
        reason=f"protocol-not-allowed at {SBC_2}",
        findings=(FindingKey(rule="protocol-not-allowed", target=SBC_2),),
    ),
    answer(
        "SEC-21",
        AnswerKind.MET,
        statement="No certificate has expired",
        sources=(Citation(document="A contract that is nowhere on the web"),),
        reason=f"certificate-expired, certificate-expires-soon passed at {SBC_1}",
        derived="the document speaks of valid certificates",
        findings=tuple(
            FindingKey(rule=rule, target=SBC_1) for rule in ("certificate-expired", "certificate-expires-soon")
        ),
    ),
    answer(
        "CON-11",
        AnswerKind.CONFIRMED,
        Severity.MEDIUM,
        statement="The network follows the network connectivity specification",
        sources=_SECURITY,
        reason="confirmed by Head of Networks on 2026-10-01, spec-review.pdf",
        confirmations=(
            Confirmation(
                statement="network-connectivity-specification",
                by="Head of Networks",
                date=date(2026, 10, 1),
                document="spec-review.pdf",
                sha256="ab" * 32,
            ),
            Confirmation(statement="network-connectivity-specification", by="Auditor", date=date(2026, 10, 2)),
        ),
    ),
    answer(
        "CON-20",
        AnswerKind.NOT_MET,
        Severity.LOW,
        statement="The exact name is in the certificate",
        reason=f"certificate-wildcard at {SBC_6}",
        findings=(FindingKey(rule="certificate-wildcard", target=SBC_6),),
    ),
    answer(
        "SEC-01",
        AnswerKind.PROVIDER,
        Severity.INFO,
        statement="Customer data at rest is encrypted",
        sources=_SECURITY,
        reason="Microsoft encrypts it.",
    ),
    answer(
        "CON-IP14",
        AnswerKind.NOT_APPLICABLE,
        Severity.LOW,
        statement="Addresses for Zoom",
        reason="the deployment does not use Zoom Phone Cloud Peering",
    ),
)
ANSWERED = answered(REPORT, *ANSWERS)
"""The report of five endpoints, with an answer of each kind."""

DEPLOYMENT = "deployment"
OWED_CLIENT, OWED_MEDIA = "site A: SIP client", "session descriptions"
_OWED = {
    OWED_CLIENT: "have the SBC of site A connect to auditor listen",
    OWED_MEDIA: "audit an offer and an answer of the SBC with auditor sdp FILE",
}
UNFINISHED = answered(
    report(
        (
            Finding(rule="link-missing", target=DEPLOYMENT, outcome=Outcome.PASS),
            *COMPLIANT.findings,
            *(
                Finding(
                    rule=rule,
                    target=target,
                    outcome=Outcome.NOT_TESTED,
                    not_tested=(NotTested(subject=TARGET, reason=f"nobody looked: {said}", whole=True, closes=said),),
                )
                for target, said in _OWED.items()
                for rule in ("client-certificate-not-presented", "srtp-not-required")
            ),
        ),
        (
            EndpointSummary(target=DEPLOYMENT, perspective="deployment"),
            *COMPLIANT.endpoints,
            EndpointSummary(target=OWED_CLIENT, perspective=OWED, service="sip", site="A"),
            EndpointSummary(target=OWED_MEDIA, perspective=OWED, service="sip"),
        ),
        Verdict.PASS,
        rules={"link-missing": summary("A link is missing", group="Deployment")},
    ),
    answer("SEC-05", AnswerKind.MET),
    answer("SEC-07", AnswerKind.OPEN, Severity.CRITICAL, closes=_OWED[OWED_MEDIA]),
    answer("SEC-16", AnswerKind.OPEN, Severity.LOW, closes=_OWED[OWED_CLIENT]),
    answer("SEC-01", AnswerKind.PROVIDER),
)
"""A pass so far: nothing failed, and nobody looked at the client or at media."""
