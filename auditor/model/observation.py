"""What was seen, when and where; never what it means.

An observation is written to disk as one line of JSON and judged later, perhaps by another policy.  A question that
could not be answered is an observation too (``NotObserved``, or an ``Undetermined`` inside another one): silence is
never an answer.  All text from a peer has passed the sanitiser before it is stored here.
"""
# Longer than 250 lines: one list of everything that can be seen, read from top to bottom.

import base64
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer, TypeAdapter

from auditor.model.deployment import Deployment, Proof
from auditor.model.target import Perspective, Target
from auditor.model.tls import ProtocolVersion
from auditor.model.value import Value

Der: TypeAlias = Annotated[
    bytes,
    BeforeValidator(lambda value: base64.b64decode(value, validate=True) if isinstance(value, str) else value),
    PlainSerializer(lambda value: base64.b64encode(value).decode("ascii"), return_type=str),
    Field(description="DER, base64 encoded"),
]


class Undetermined(Value):
    """A question that got no answer, and why."""

    subject: str
    reason: str


class Seen(Value):
    """What all observations share."""

    target: str = Field(description="The name of the target")
    at: AwareDatetime = Field(description="The run's one clock reading, UTC")


class Run(Value):
    """The head of a file of observations: what was to be looked at."""

    kind: Literal["run"] = "run"
    schema_version: Literal["1"] = "1"
    auditor_version: str
    at: AwareDatetime
    targets: tuple[Target, ...]


class End(Value):
    """The last line of a file of observations: a file without it, or with another number of them, is not whole."""

    kind: Literal["end"] = "end"
    observations: int = Field(ge=0, description="How many lines lie between the head and this one")


class AcceptedSuite(Value):
    """A cipher suite the endpoint chose in a ServerHello."""

    name: str = Field(description="IANA name")
    encrypt_then_mac: bool | None = Field(
        default=None,
        description="CBC suites: whether encrypt-then-MAC (RFC 7366) was agreed; none where it was not offered",
    )


class CipherSuitesSeen(Seen):
    """What one protocol version accepts.  ``accepted`` is in the order of the endpoint's picks."""

    kind: Literal["cipher-suites"] = "cipher-suites"
    version: ProtocolVersion
    accepted: tuple[AcceptedSuite, ...] = ()
    refused: tuple[str, ...] = Field(default=(), description="IANA names that a vouched-for refusal covers")
    undetermined: tuple[Undetermined, ...] = Field(default=(), description="By IANA name: neither accepted nor refused")
    possibly_more: bool = Field(default=False, description="The budget ran out while suites were still being accepted")
    preference: Literal["server", "client"] | None = Field(
        default=None, description="Whose order decides; none if not learnt"
    )
    prefers_cbc: bool | None = Field(
        default=None, description="Whether a CBC suite was chosen although the hello put an accepted AEAD suite first"
    )
    exhaustive: tuple[str, ...] | None = Field(
        default=None, description="What an exhaustive enumeration accepted, if one was made"
    )
    evidence: tuple[str, ...] = Field(default=(), description="The answers that decided, one sentence each")

    @property
    def spoken(self) -> bool | None:
        """Whether the endpoint speaks this version; none when that could not be told."""
        if self.accepted:
            return True
        return None if self.doubts else False

    @property
    def doubts(self) -> tuple[Undetermined, ...]:
        """What is undetermined; where nothing was asked at all, the version itself is."""
        if self.accepted or self.refused or self.undetermined:
            return self.undetermined
        return (Undetermined(subject=self.version, reason="none of its cipher suites was asked for"),)


class CertificateChainSeen(Seen):
    """A certificate chain exactly as the endpoint sent it, or as a file holds it, leaf first."""

    kind: Literal["certificate-chain"] = "certificate-chain"
    role: Literal["server", "client"] = Field(default="server", description="In which role the peer presented it")
    versions: tuple[ProtocolVersion, ...] = Field(default=(), description="The versions in which it was sent")
    certificates: tuple[Der, ...] = ()
    leaf_position: int | None = Field(
        default=None, description="Where the leaf stands among the certificates of a file whose order matters, from 1"
    )
    request: Der | None = Field(
        default=None, description="A certification request (RFC 2986), in place of a certificate there is not yet"
    )


class CertificateFileSeen(Seen):
    """What belongs together in a file, or in a directory: certificates, requests, and keys by their public halves."""

    kind: Literal["certificate-file"] = "certificate-file"
    certificates: tuple[Der, ...] = Field(default=(), description="End-entity certificates")
    requests: tuple[Der, ...] = Field(default=(), description="Certification requests")
    keys: tuple[Der, ...] = Field(default=(), description="SubjectPublicKeyInfo of each private key")
    closed_keys: int = Field(default=0, description="Private keys that are encrypted and were not opened")


class StatusSource(Value):
    """One CRL or OCSP response, exactly as it came."""

    form: Literal["ocsp", "crl"]
    source: Literal["stapled", "file", "fetched"]
    origin: str = Field(default="", description="The file or the URL")
    der: Der


class RevocationSeen(Seen):
    """What could tell whether the certificates of one chain are revoked."""

    kind: Literal["revocation"] = "revocation"
    certificates: tuple[Der, ...] = Field(description="The chain, leaf first")
    asked: tuple[Literal["stapled", "file", "fetched"], ...] = Field(description="Where it was looked for")
    found: tuple[StatusSource, ...] = ()
    missing: tuple[Undetermined, ...] = Field(default=(), description="What was looked for and not had, and why")


LintProfile: TypeAlias = Literal["rfc5280", "cabf"]
"""What a linter goes by: RFC 5280, or the CA/Browser Forum's TLS Baseline Requirements."""
LintSeverity: TypeAlias = Literal["fatal", "error", "warning", "notice", "info"]
"""A severity of pkilint (pkilint.validation.ValidationFindingSeverity)."""
LINT_SEVERITIES: tuple[LintSeverity, ...] = get_args(LintSeverity)
"""The worst first."""


class LintFinding(Value):
    """One finding of a linter about one certificate."""

    code: str = Field(description="The linter's own id, as pkix.authority_key_identifier_extension_absent")
    severity: LintSeverity
    where: str = Field(description="The field, as the linter names it")
    message: str = ""


class CertificateLint(Value):
    """What a linter found in one certificate."""

    sha256: str = Field(description="SHA-256 of the certificate's DER, lower-case hexadecimal")
    findings: tuple[LintFinding, ...] = Field(default=(), description="The worst first")
    failures: tuple[str, ...] = Field(default=(), description="Fields at which the linter itself failed")
    complete: bool = Field(default=True, description="Whether all findings are here; the mildest are left out first")


class LintSeen(Seen):
    """What a linter found in the certificates of one chain."""

    kind: Literal["lint"] = "lint"
    profile: LintProfile
    certificates: tuple[Der, ...] = Field(
        default=(), description="The chain, leaf first; none for a certification request, which is not linted"
    )
    results: tuple[CertificateLint, ...] = Field(default=(), description="One for each certificate; none if none is")
    linter: str = Field(default="", description="Name and version")
    problem: str = Field(default="", description="Why there are no results, as one sentence")


class RenewalSeen(Seen):
    """A certificate, or a request for one, beside what it is to replace."""

    kind: Literal["renewal"] = "renewal"
    source: str = Field(description="Where the old certificate was found")
    replaced: tuple[tuple[Der, ...], ...] = Field(description="The old chains, leaf first")
    chains: tuple[tuple[Der, ...], ...] = Field(default=(), description="The new chains, leaf first")
    requests: tuple[Der, ...] = ()


class ClientCertificateSeen(Seen):
    """How one protocol version treats a client that has no certificate."""

    kind: Literal["client-certificate"] = "client-certificate"
    version: ProtocolVersion
    requested: bool | None = Field(
        description="Whether a CertificateRequest arrived; none if the handshake broke before"
    )
    authorities: tuple[Der, ...] = Field(default=(), description="The CA names of the CertificateRequest, DER Names")
    trust_probe: bool = Field(default=False, description="Whether looking for the required roots was asked for")
    without: Literal["refused", "served", "undetermined"] = Field(
        description="What met a client without a certificate: a refusal, the service itself, or it could not be told"
    )
    stage: Literal["handshake", "after-handshake", "after-request"] | None = Field(
        default=None, description="When the refusal or the answer came"
    )
    evidence: str = Field(
        default="", description="What was seen: the alert, the close or the application's status line"
    )
    control: Literal["succeeded", "failed", "none"] = Field(
        default="none",
        description="Whether a client with a certificate that has to be accepted was served; none if there was none",
    )


class GroupsSeen(Seen):
    """Key-exchange groups of one protocol version."""

    kind: Literal["groups"] = "groups"
    version: ProtocolVersion
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()


class SignatureSchemesSeen(Seen):
    """Whether a ServerKeyExchange or CertificateVerify is signed with a weak hash when the client offers no better."""

    kind: Literal["signature-schemes"] = "signature-schemes"
    version: ProtocolVersion
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()


class PlaintextSeen(Seen):
    """Whether the service answers without TLS."""

    kind: Literal["plaintext"] = "plaintext"
    transport: Literal["tcp", "udp"]
    port: int
    answered: bool | None = Field(description="None when it could not be told")
    evidence: str = ""


class WeaknessSeen(Seen):
    """One known weakness, as sslyze's scan command judged it."""

    kind: Literal["weakness"] = "weakness"
    weakness: str
    vulnerable: bool | None = Field(description="None when it could not be told")
    evidence: str = ""


Treatment: TypeAlias = Literal["refused", "served", "undetermined"]


class ClientCertificateCaseSeen(Seen):
    """How a server treats a client that shows one particular, mostly bad, certificate."""

    kind: Literal["client-certificate-case"] = "client-certificate-case"
    version: ProtocolVersion
    case: str = Field(description="Which certificate was shown, such as self-signed or impostor-root")
    treatment: Treatment
    stage: Literal["handshake", "after-handshake", "after-request"] | None = None
    evidence: str = ""
    control: Literal["succeeded", "failed", "none"] = Field(
        default="none", description="Whether a certificate that has to be accepted was, before and after the series"
    )


class RootTrustSeen(Seen):
    """Whether a peer trusts one root, told from how it refuses an impostor of that root (opt-in)."""

    kind: Literal["root-trust"] = "root-trust"
    version: ProtocolVersion
    root: str = Field(description="The root's name")
    trusted: bool | None = Field(description="None when it could not be told")
    evidence: str = ""


class SipOptionsSeen(Seen):
    """The answer to a SIP OPTIONS over TLS."""

    kind: Literal["sip-options"] = "sip-options"
    version: ProtocolVersion
    status: int
    reason: str = ""
    allow: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()


class KeySeen(Value):
    """An SRTP key that was read and thrown away."""

    octets: int | None = Field(description="Length of key and salt after base64; none if it is no base64")
    digest: str = Field(description="Salted for this run: equal for equal keys, and good for nothing else")


class CryptoSeen(Value):
    """One a=crypto line (RFC 4568 section 9.1), without its keys."""

    tag: int
    suite: str
    keys: tuple[KeySeen, ...] = ()
    parameters: tuple[str, ...] = Field(default=(), description="Names of the session parameters, in their order")


class MediaSeen(Value):
    """One m= section of a session description (RFC 8866 section 5.14)."""

    media: str
    port: int
    profile: str = Field(description="As RTP/SAVP")
    cryptos: tuple[CryptoSeen, ...] = ()
    malformed: tuple[str, ...] = Field(default=(), description="What is wrong with crypto lines that cannot be read")
    fingerprint: bool = Field(default=False, description="Whether DTLS-SRTP is offered (RFC 5763)")
    key_management: bool = Field(default=False, description="Whether there is a MIKEY message (RFC 4567)")
    clear_key: bool = Field(default=False, description="Whether there is a k= line (RFC 4566 section 5.12)")
    direction: Literal["sendrecv", "sendonly", "recvonly", "inactive"] = "sendrecv"


class SdpSeen(Seen):
    """One session description."""

    kind: Literal["sdp"] = "sdp"
    source: str = Field(description="Where it stood: a file, an answer to OPTIONS, an INVITE")
    role: Literal["offer", "answer", "unknown"]
    transport: Literal["tls", "tcp", "udp", "file"]
    session: str = Field(
        default="", description="Salted for this run: equal within one call, empty where it is unknown"
    )
    exchange: str = Field(default="", description="Salted likewise: within one call, equal for an offer and its answer")
    ours: bool = Field(default=False, description="Whether the auditor sent it: to compare with, never to judge")
    media: tuple[MediaSeen, ...] = ()
    malformed: tuple[str, ...] = Field(
        default=(), description="Crypto lines above the first m= line, where none may be"
    )
    clear_key: bool = Field(default=False, description="Whether there is a k= line above the first m= line")


class SipMessageSeen(Seen):
    """How long one SIP message and its parts are, in octets; 0 for what is not there."""

    kind: Literal["sip-message"] = "sip-message"
    source: str = Field(description="Where it stood")
    octets: int = Field(description="The whole message")
    request_uri: int
    contact_uri: int = Field(description="The longest")
    userinfo: int = Field(description="The longest, of any URI")
    from_domain: int
    header_name: int = Field(description="The longest")
    option_tags: int = Field(description="The longest Supported, Require or Proxy-Require header")
    option_tag: int = Field(description="The longest")


class ClientHelloSeen(Seen):
    """What a client offers in its ClientHello, in its own order."""

    kind: Literal["client-hello"] = "client-hello"
    versions: tuple[str, ...] = Field(description="As TLSv1.2; numbers nobody assigned as hexadecimal")
    versions_complete: bool = Field(
        default=True,
        description="Whether no other version is accepted: they were listed (RFC 8446 section 4.2.1), or older ones "
        "were tried; otherwise only the highest is known",
    )
    suites: tuple[str, ...] = Field(description="IANA names; unknown ones as hexadecimal")
    groups: tuple[str, ...] = ()
    signature_schemes: tuple[str, ...] = ()
    server_name: str | None = None


class ServerCertificateCaseSeen(Seen):
    """How a client treats a server that shows one particular, mostly bad, certificate."""

    kind: Literal["server-certificate-case"] = "server-certificate-case"
    version: ProtocolVersion | None
    case: str = Field(description="Which certificate was shown, such as good or wrong-name")
    treatment: Literal["aborted", "continued", "undetermined"]
    evidence: str = ""
    spoke: bool = Field(default=False, description="Whether SIP or HTTP followed the handshake")


class ClientCertificatePresentedSeen(Seen):
    """Whether a client presents a certificate when it is asked for one."""

    kind: Literal["client-certificate-presented"] = "client-certificate-presented"
    version: ProtocolVersion | None
    presented: bool | None = Field(description="None when the handshake broke before it could be told")
    evidence: str = ""


class DeploymentSeen(Seen):
    """The deployment as it is declared in an inventory."""

    kind: Literal["deployment"] = "deployment"
    declared: Deployment
    proofs: tuple[Proof, ...] = Field(default=(), description="What of it is proven by files; the rest is declared")


class DnsRecord(Value):
    """One record of an answer."""

    type: Literal["A", "AAAA", "SRV", "CAA"]
    name: str = Field(description="The name that was asked about")
    value: str = Field(description="As in a zone file (RFC 1035 section 5)")
    ttl: int = Field(description="Seconds")
    host: str | None = Field(default=None, description="Where an SRV record leads")


class DnsSeen(Seen):
    """What DNS says of one name of the deployment."""

    kind: Literal["dns"] = "dns"
    purpose: Literal["region", "provisioning", "own"]
    name: str
    records: tuple[DnsRecord, ...] = ()
    missing: tuple[Undetermined, ...] = Field(default=(), description="Questions that nobody answered")
    ranges: tuple[str, ...] = Field(default=(), description="Where its addresses are declared to be")


class NotAttempted(Seen):
    """A question that was not put, because it needs an opt-in that was not given."""

    kind: Literal["not-tested"] = "not-tested"
    wanted: str = Field(description="The kind of observation that is missing")
    reason: str


class NotObserved(Seen):
    """A question that was put and could not be answered at all, and why."""

    kind: Literal["not-seen"] = "not-seen"
    wanted: str = Field(description="The kind of observation that is missing")
    reason: str


class ConnectionsUsed(Seen):
    """How many connections the endpoint was asked for, and for how long."""

    kind: Literal["connections"] = "connections"
    count: int
    seconds: float


Observation: TypeAlias = Annotated[
    CipherSuitesSeen
    | CertificateChainSeen
    | CertificateFileSeen
    | LintSeen
    | RenewalSeen
    | RevocationSeen
    | DeploymentSeen
    | DnsSeen
    | ClientCertificateSeen
    | GroupsSeen
    | SignatureSchemesSeen
    | PlaintextSeen
    | WeaknessSeen
    | ClientCertificateCaseSeen
    | RootTrustSeen
    | SipOptionsSeen
    | SdpSeen
    | SipMessageSeen
    | ClientHelloSeen
    | ServerCertificateCaseSeen
    | ClientCertificatePresentedSeen
    | NotAttempted
    | NotObserved
    | ConnectionsUsed,
    Field(discriminator="kind"),
]
OBSERVATION: TypeAdapter[Observation] = TypeAdapter(Observation)
OBSERVATION_OR_END: TypeAdapter[Observation | End] = TypeAdapter(Observation | End)


# Which kinds of observation a target can give, by where it is seen from.  A rule that judges another kind says nothing
# about it: a plan holds no check for the two.
OBSERVED_FROM: dict[Perspective, frozenset[str]] = {
    Perspective.SERVER: frozenset(
        {
            "cipher-suites",
            "certificate-chain",
            "client-certificate",
            "client-certificate-case",
            "groups",
            "signature-schemes",
            "plaintext",
            "weakness",
            "root-trust",
            "sdp",
            "revocation",
            "lint",
        }
    ),
    Perspective.CLIENT: frozenset(
        {
            "client-hello",
            "server-certificate-case",
            "client-certificate-presented",
            "certificate-chain",
            "root-trust",
            "sdp",
            "revocation",
            "lint",
        }
    ),
    Perspective.SDP: frozenset({"sdp", "sip-message"}),
    Perspective.DEPLOYMENT: frozenset({"deployment", "dns"}),
    Perspective.CERTIFICATE: frozenset({"certificate-chain", "certificate-file", "renewal", "revocation", "lint"}),
}
