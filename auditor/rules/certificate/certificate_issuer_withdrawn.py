"""When a CA revokes an issuing certificate, everything below it is revoked as well, whatever its own dates say.

CAs retire whole hierarchies that way, while certificates below them have not expired, and a stolen key of a CA signs
whatever a thief wants.  Few SBCs check revocation, so the endpoint may keep working with some peers and fail with
others.  A CA is recognized by its key: the same key may be certified again under another name or by another root, and
anyone can use a name.
"""

import datetime as dt
from collections.abc import Iterator
from hashlib import sha256

from cryptography import x509
from pydantic import Field

from auditor.certificates.chains import PeerChain
from auditor.certificates.facts import certificate_subject, common_name, public_info
from auditor.certificates.path import issued_by
from auditor.model.dated import Dated
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.rules.certificate._shared import judge_chains


class Withdrawal(Dated):
    """A CA whose issuing certificate was withdrawn, or whose key is no longer its own."""

    issuer: str = Field(min_length=1, description="Common name of the issuing certificate")
    key_sha256: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{64}$",
        examples=["ab" * 32],
        description="SHA-256 of the CA's SubjectPublicKeyInfo; without it a certificate is matched by name, which is "
        "inconclusive",
    )
    key_identifier: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{2,128}$",
        examples=["ab" * 20],
        description="The CA's subjectKeyIdentifier, for a certificate whose issuer was not sent",
    )
    since: dt.date = Field(description="Day of its revocation")
    secondary: bool = Field(default=False, description="Whether the source is not the CA's or a root program's own")


class Withdrawals(Params):
    """Issuing certificates that have been withdrawn."""

    withdrawn: tuple[Withdrawal, ...] = Field(min_length=1, description="CAs that are withdrawn")


def check(evidence: Evidence[CertificateChainSeen], params: Withdrawals) -> Iterator[Remark]:
    """No certificate that was sent may have been issued with the key of a withdrawn CA, or be of that CA itself."""
    in_force = [entry for entry in params.withdrawn if entry.since <= evidence.at.date()]

    def judge(chain: PeerChain) -> Iterator[Remark]:
        own = _key(chain.leaf)
        for entry in in_force:
            if own == entry.key_sha256:
                yield Violation(
                    subject=chain.subject,
                    expected="a CA that is not withdrawn",
                    observed=f"its key is that of {entry.issuer}, revoked on {entry.since} ({entry.source})",
                )
        known = dict.fromkeys((*chain.sent, *chain.linked))
        for certificate in chain.sent:
            keys = {_key(other) for other in known if issued_by(certificate, other)}
            for entry in in_force:
                yield from _remark(certificate, keys, entry)

    return judge_chains(evidence, judge)


def _key(certificate: x509.Certificate) -> str:
    info = public_info(certificate)
    return "" if info is None else sha256(info).hexdigest()


def _remark(certificate: x509.Certificate, keys: set[str], entry: Withdrawal) -> Iterator[Remark]:
    """What an entry says of a certificate; ``keys`` are those of its issuer, none where that was not sent."""
    named = (common_name(certificate.issuer) or "").casefold() == entry.issuer.casefold()
    identifier = _authority_key_identifier(certificate)
    identified = not keys and entry.key_identifier is not None and identifier is not None
    withdrawn = f"{entry.issuer}, revoked on {entry.since} ({entry.source})"
    if entry.key_sha256 in keys or (identified and identifier == entry.key_identifier):
        name = common_name(certificate.issuer)
        alias = "" if named else f" under the name {name}" if name else " under another name"
        yield Violation(
            subject=certificate_subject(certificate),
            expected="issuer not revoked",
            observed=f"issued{alias} by {withdrawn}",
        )
    elif named and entry.key_sha256 is None:
        yield Doubt(
            subject=certificate_subject(certificate),
            reason=f"its issuer has the name of {withdrawn}; whether it is that CA is not known, because the policy "
            "gives no key of it",
        )
    elif named and not keys and not identified:
        yield Doubt(
            subject=certificate_subject(certificate),
            reason=f"its issuer, which was not sent, has the name of {withdrawn}; only its key tells whether it is "
            "that CA",
        )


def _authority_key_identifier(certificate: x509.Certificate) -> str | None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        return None
    return found.hex() if found else None


RULE = Rule(
    id="certificate-issuer-withdrawn",
    title="Issuing CA certificate has been withdrawn",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(
            document="DigiCert ALERT60",
            url="https://knowledge.digicert.com/alerts/digicert-transitioning-multipurpose-pki-hierarchies-to-dedicated-tls-root-hierarchies",
        ),
        Citation(
            document="Mozilla bug 2083449, eMudhra",
            url="https://bugzilla.mozilla.org/show_bug.cgi?id=2083449",
        ),
        Citation(document="RFC 5280", section="5", url="https://www.rfc-editor.org/rfc/rfc5280#section-5"),
    ),
    remedy="Have the certificate reissued under the CA's current issuing certificate, and install the new chain.",
    observes=CertificateChainSeen,
    params=Withdrawals,
    check=check,
)
