"""Observations: what was seen, when and where; never what it means.

An observation is written to disk as one line of JSON and judged later, perhaps by another policy.  A question that
could not be answered is an observation too (``NotObserved``, or an ``Undetermined`` inside another one): silence is
never an answer.  All text from a peer has passed the sanitiser before it is stored here.
"""

from typing import Annotated, TypeAlias, get_args

from pydantic import Field, TypeAdapter

from auditor.model.observation.certificate import (
    LINT_SEVERITIES,
    CertificateChainSeen,
    CertificateFileSeen,
    CertificateLint,
    LintFinding,
    LintProfile,
    LintSeen,
    LintSeverity,
    RenewalSeen,
    RevocationSeen,
    StatusSource,
)
from auditor.model.observation.client import ClientCertificatePresentedSeen, ClientHelloSeen, ServerCertificateCaseSeen
from auditor.model.observation.client_authentication import (
    FORGED,
    ClientCertificateCaseSeen,
    ClientCertificateSeen,
    RootTrustSeen,
    Treatment,
)
from auditor.model.observation.deployment import DeploymentSeen
from auditor.model.observation.dns import DnsRecord, DnsSeen, LookedUpName, SiteNamesSeen
from auditor.model.observation.media import (
    AddressSeen,
    CryptoSeen,
    DscpSeen,
    HopSeen,
    KeySeen,
    MediaSeen,
    SdpSeen,
    SipMessageSeen,
    SipOptionsSeen,
    Transport,
)
from auditor.model.observation.run import ConnectionsUsed, End, Run
from auditor.model.observation.seen import Der, NotAttempted, NotObserved, Seen, Undetermined
from auditor.model.observation.tls import (
    AcceptedSuite,
    CipherSuitesSeen,
    GroupsSeen,
    PlaintextSeen,
    SignatureSchemesSeen,
    WeaknessSeen,
)
from auditor.model.observation.trust_store import TrustSettings, TrustStoreSeen
from auditor.model.target import Perspective

__all__ = [
    "FORGED",
    "LINT_SEVERITIES",
    "OBSERVATION",
    "OBSERVATION_OR_END",
    "AcceptedSuite",
    "AddressSeen",
    "CertificateChainSeen",
    "CertificateFileSeen",
    "CertificateLint",
    "CipherSuitesSeen",
    "ClientCertificateCaseSeen",
    "ClientCertificatePresentedSeen",
    "ClientCertificateSeen",
    "ClientHelloSeen",
    "ConnectionsUsed",
    "CryptoSeen",
    "DeploymentSeen",
    "Der",
    "DnsRecord",
    "DnsSeen",
    "DscpSeen",
    "End",
    "GroupsSeen",
    "HopSeen",
    "KeySeen",
    "LintFinding",
    "LintProfile",
    "LintSeen",
    "LintSeverity",
    "LookedUpName",
    "MediaSeen",
    "NotAttempted",
    "NotObserved",
    "Observation",
    "PlaintextSeen",
    "RenewalSeen",
    "RevocationSeen",
    "RootTrustSeen",
    "Run",
    "SdpSeen",
    "Seen",
    "ServerCertificateCaseSeen",
    "SignatureSchemesSeen",
    "SipMessageSeen",
    "SipOptionsSeen",
    "SiteNamesSeen",
    "StatusSource",
    "Transport",
    "Treatment",
    "TrustSettings",
    "TrustStoreSeen",
    "Undetermined",
    "WeaknessSeen",
    "kinds_of",
]

Observation: TypeAlias = Annotated[
    CipherSuitesSeen
    | CertificateChainSeen
    | CertificateFileSeen
    | LintSeen
    | RenewalSeen
    | RevocationSeen
    | TrustStoreSeen
    | DeploymentSeen
    | DnsSeen
    | SiteNamesSeen
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
    | DscpSeen
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

_CLASSES: tuple[type[Seen], ...] = get_args(get_args(Observation)[0])


def kinds_of(perspective: Perspective) -> frozenset[str]:
    """The kinds of observation that exist for a target of this perspective."""
    return frozenset(str(seen.model_fields["kind"].default) for seen in _CLASSES if perspective in seen.seen_of)
