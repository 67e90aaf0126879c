"""RFC 5280 path validation of one linear path, by cryptography's verifier, in two profiles.

*Private* is RFC 5280 alone: it checks key usage, but not what the CA/Browser Forum adds for public CAs.
*Web* is cryptography's default, the rules for public web sites.  Neither looks at the name (``names``), at extended
key usage (``usage``) or, by the choice of the moment, at dates below the anchor: each has its own rule, so
one cause gives one finding.  cryptography calls this API unstable; it is used nowhere else.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from auditor.certificates.constraints import name_constraint_problems
from auditor.certificates.facts import general_names, is_authority, short_name
from auditor.certificates.path import Path
from auditor.sanitise import clean

_EXTENSIONS = {
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.17": "subjectAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.37": "extKeyUsage",
}

# Verifier errors where peers commonly accept: an algorithm, a kind of name or an encoding that it does not support.
_NOT_JUDGED = {
    "Forbidden signature algorithm": "not validated: the verifier does not support the chain's signature algorithm",
    "Forbidden public key algorithm": "not validated: the verifier does not support the chain's public key",
    "RSA key is too weak": "not validated: the verifier does not support RSA keys below 2048 bits",
    # Two spellings: the first from version 50 on.
    "contains an unsupported": "not validated: the verifier does not support name constraints of this type",
    "unsupported name constraint": "not validated: the verifier does not support name constraints of this type",
    "malformed": "a name cannot be compared with the name constraints of an issuer",
    "serial": "a serial number violates RFC 5280, and the verifier stops there",
    "UtcTime": "a date is not encoded as RFC 5280 requires, and the verifier stops there",
    "no interior errors": "the verifier compares names byte by byte, and the chain encodes a name in two ways",
}


# Extensions that a CA may mark critical (RFC 5280, RFC 7633), that peers know, and that the verifier ignores.
_CRITICAL_ELSEWHERE = {
    "2.5.29.16": "privateKeyUsagePeriod",
    "2.5.29.18": "issuerAltName",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.36": "policyConstraints",
    "2.5.29.54": "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.24": "TLS feature",
}

_IN_WORDS = {
    "path length constraint violated": "more certificates follow an issuer than its path length allows",
    "no permitted name constraints matched": "a name of the certificate lies outside an issuer's name constraints",
    "excluded name constraint matched": "a name of the certificate is excluded by an issuer's name constraints",
}


@dataclass(frozen=True)
class Judgement:
    """The result of validating one path.  Both lists are empty when the path was accepted."""

    refusals: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    """Why validation was inconclusive: neither a rejection nor an acceptance."""

    @property
    def accepted(self) -> bool:
        """Whether the path was accepted."""
        return not self.refusals and not self.doubts


def moment_for(path: Path, at: datetime) -> datetime | None:
    """Return the moment nearest to ``at`` at which every certificate of the path is in date; none if there is none."""
    first = max(certificate.not_valid_before_utc for certificate in path)
    last = min(certificate.not_valid_after_utc for certificate in path)
    return None if first > last else min(max(at, first), last)


def judge_private(path: Path, moment: datetime) -> Judgement:
    """Judge a path (leaf to anchor) by RFC 5280 section 6.1."""
    if len(path) == 1:
        return Judgement(refusals=("the endpoint presents the root itself as its certificate",))
    own = (*_authority_problems(path), *name_constraint_problems(path))
    if own:
        return Judgement(refusals=own)
    anchor, leaf = path[-1], path[0]
    if not is_authority(anchor):
        return Judgement(doubts=("the root is not marked as a CA (basicConstraints), so the verifier cannot use it",))
    if leaf.version is not x509.Version.v3:
        return Judgement(doubts=(f"{short_name(leaf)} is not an X.509 version 3 certificate",))
    authority = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    builder = _builder(path, moment).extension_policies(ca_policy=authority, ee_policy=ExtensionPolicy.permit_all())
    try:
        builder.build_client_verifier().verify(leaf, list(path[1:-1]))
    except VerificationError as error:
        return _judgement(str(error))
    return Judgement()


def judge_web(path: Path, moment: datetime) -> tuple[str, ...]:
    """Return why the web PKI profile rejects a path that ``judge_private`` accepted; empty if it accepts it."""
    subject = _any_subject(path[0])
    if subject is None:
        return ("the certificate has no DNS name or IP address in subjectAltName",)
    authority = ExtensionPolicy.webpki_defaults_ca().may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None)
    entity = ExtensionPolicy.webpki_defaults_ee().may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None)
    builder = _builder(path, moment).extension_policies(ca_policy=authority, ee_policy=entity)
    try:
        builder.build_server_verifier(subject).verify(path[0], list(path[1:-1]))
    except VerificationError as error:
        judgement = _judgement(str(error))
        return judgement.refusals + judgement.doubts
    except ValueError:
        return (f"{clean(str(subject.value))} is not a valid host name",)
    return ()


def _builder(path: Path, moment: datetime) -> PolicyBuilder:
    return PolicyBuilder().store(Store([path[-1]])).time(moment).max_chain_depth(len(path) - 2)


def _authority_problems(path: Path) -> tuple[str, ...]:
    """Yield which certificate may not issue others.

    The verifier does not say which one is no CA, and leaves key usage to its caller.
    """
    problems = []
    for issuer in path[1:]:
        if issuer is not path[-1] and not is_authority(issuer):
            problems.append(f"{short_name(issuer)} issued a certificate but is not a CA (basicConstraints)")
            continue
        try:
            usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        except x509.ExtensionNotFound:
            continue
        if not usage.key_cert_sign:
            problems.append(f"{short_name(issuer)} issued a certificate but its keyUsage lacks keyCertSign")
    return tuple(problems)


def _any_subject(leaf: x509.Certificate) -> x509.DNSName | x509.IPAddress | None:
    """Return a name the leaf has, so the verifier cannot reject the name."""
    for name in general_names(leaf):
        if isinstance(name, x509.IPAddress) and hasattr(name.value, "packed"):
            return name
        if isinstance(name, x509.DNSName):
            return x509.DNSName(name.value.replace("*.", "a.", 1) if name.value.startswith("*.") else name.value)
    return None


def _judgement(message: str) -> Judgement:
    text = message.removeprefix("validation failed: ").removeprefix("candidates exhausted: ")
    text = re.sub(r" \(encountered processing .*", "", text, flags=re.DOTALL)
    for phrase, doubt in _NOT_JUDGED.items():
        if phrase in text:
            return Judgement(doubts=(doubt,))
    critical = re.match(r"invalid extension: ([0-9.]+): .*unaccounted-for critical", text)
    if critical and critical[1] in _CRITICAL_ELSEWHERE:
        return Judgement(
            doubts=(f"{_CRITICAL_ELSEWHERE[critical[1]]} is critical, and the verifier does not evaluate it",)
        )
    for phrase, refusal in _IN_WORDS.items():
        if phrase in text:
            return Judgement(refusals=(refusal,))
    text = text.replace("certificate contains unaccounted-for critical extensions", "unknown critical extension")
    text = re.sub(r"invalid extension: ([0-9.]+): ", lambda found: f"{_EXTENSIONS.get(found[1], found[1])}: ", text)
    return Judgement(refusals=(clean(text),))
