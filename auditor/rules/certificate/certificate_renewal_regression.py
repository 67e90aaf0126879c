"""A renewal that drops something the old certificate had breaks what depends on it as soon as it is installed.

A lost name takes a trunk down, and so does a lost role or a root that the peer does not trust.  A reused key breaks
nothing, but anyone who has copied it still has it.  Public certificates become shorter by rule, so a shorter lifetime
is only a warning.  So is a lost key type, which cuts off a peer that verifies no other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, get_args

from cryptography import x509

from auditor.certificates.dates import lifetime_days
from auditor.certificates.facts import (
    Bearer,
    alternative_names,
    bearer_subject,
    certificate_subject,
    common_name,
    key_text,
    key_type,
    label,
    public_info,
    sha256,
)
from auditor.certificates.path import Path, identity
from auditor.certificates.read import ChainTooLarge, MalformedCertificate, read_chain, read_request
from auditor.certificates.strength import security_bits
from auditor.certificates.trust import Trust, anchor_of
from auditor.certificates.usage import lacking, listed_key_usages, listed_purposes
from auditor.model.finding import Doubt, Remark, Violation, Warning
from auditor.model.observation import RenewalSeen
from auditor.model.rule import Citation, Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import Named
from auditor.model.target import Role
from auditor.model.trust_anchor import TrustAnchor

_B = TypeVar("_B", bound=Bearer)


@dataclass(frozen=True)
class _Chain:
    """A chain, and the root it ends at."""

    sent: Path
    trust: Trust

    @property
    def linked(self) -> Path:
        root = self.trust.ending.root if self.trust.ending else None
        return (*self.trust.path, root) if root is not None and root not in self.trust.path else self.trust.path

    @property
    def root(self) -> bytes | None:
        """The identity of its root; none where the root is not known."""
        ended = self.trust.anchor is not None or (self.trust.ending is not None and self.trust.ending.root is not None)
        return identity(self.linked[-1]) if ended else None


def check(evidence: Evidence[RenewalSeen], _params: NoParameters) -> Iterator[Remark]:
    """The new certificate must keep everything that the old one had."""
    for seen in evidence.seen:
        try:
            old = [_chain(ders, evidence) for ders in seen.replaced]
            new = [_chain(ders, evidence) for ders in seen.chains]
            requests = [read_request(der) for der in seen.requests]
        except (MalformedCertificate, ChainTooLarge) as error:
            yield Doubt(subject=Named(name=seen.source), reason=str(error))
            continue
        bearers: list[Bearer] = [*(found.sent[0] for found in new), *requests]
        olds, news = ({found.sent[0]: found for found in chains} for chains in (old, new))
        yield from _of_kinds(list(olds), bearers)
        following = {before: _like(before, bearers) for before in olds}
        for before, after in following.items():
            yield from _of_strength(before, after)
        for before, after in (*following.items(), *_beside(list(olds), bearers, list(following.values()))):
            yield from _of_key_and_names(before, after)
            yield from _of_usages(before, after)
            if isinstance(after, x509.Certificate):
                yield from _of_chain(olds[before], news[after])


def _chain(ders: tuple[bytes, ...], evidence: Evidence[RenewalSeen]) -> _Chain:
    anchors: tuple[TrustAnchor, ...] = evidence.anchors
    return _Chain(read_chain(ders), anchor_of(ders, anchors, evidence.at))


def _beside(
    old: Sequence[x509.Certificate], new: Sequence[Bearer], following: Sequence[Bearer]
) -> Iterator[tuple[x509.Certificate, Bearer]]:
    """New ones with a key type that no old one had: some peers get them in place of an old one."""
    kinds, followed = set(map(key_type, old)), set(map(sha256, following))
    for after in new:
        if key_type(after) not in kinds and sha256(after) not in followed:
            yield _like(after, old), after


def _like(one: Bearer, others: Sequence[_B]) -> _B:
    """The one with the same key type, where there are RSA and ECDSA certificates, and with the most shared names."""
    names = set(_names(one))
    return max(others, key=lambda other: (key_type(other) == key_type(one), len(names & set(_names(other)))))


def _of_kinds(old: Sequence[Bearer], new: Sequence[Bearer]) -> Iterator[Remark]:
    kept = sorted(set(map(key_type, new)))
    for kind, before in {key_type(bearer): bearer for bearer in reversed(old)}.items():
        if kind not in kept:
            yield Warning(
                subject=bearer_subject(before),
                expected=f"a certificate with a key of type {kind}, as before: some peers can verify no other",
                observed=f"only {' and '.join(kept)}",
            )


def _of_key_and_names(old: Bearer, new: Bearer) -> Iterator[Remark]:
    subject = bearer_subject(new)
    names, still = _names(old), set(_names(new))
    # A request without names leaves them to the CA.
    if isinstance(new, x509.Certificate) or alternative_names(new):
        for lost in (name for name in names if name not in still):
            yield Violation(subject=subject, expected=f"{lost}, as before", observed="not among its names")
    elif names:
        yield Doubt(subject=subject, reason="the request has no names to compare with those of the old certificate")
    if public_info(old) is not None and public_info(old) == public_info(new):
        yield Warning(subject=subject, expected="a new key", observed="the old certificate's key")


def _of_strength(old: Bearer, new: Bearer) -> Iterator[Remark]:
    subject = bearer_subject(new)
    before, after = security_bits(old), security_bits(new)
    if before is None or after is None:
        yield Doubt(
            subject=subject,
            reason=f"{key_text(old)} and {key_text(new)} cannot be compared: the strength of one is not known",
        )
    elif after < before:
        expected = f"a key as strong as {key_text(old)} ({before} bits of security)"
        yield Violation(subject=subject, expected=expected, observed=f"{key_text(new)} ({after} bits)")


def _of_usages(old: Bearer, new: Bearer) -> Iterator[Remark]:
    """An absent extension restricts nothing."""
    subject = bearer_subject(new)
    for lost in sorted(listed_purposes(old) - listed_purposes(new)) if listed_purposes(new) else ():
        yield Violation(subject=subject, expected=f"{lost} in extKeyUsage, as before", observed="not listed")
    for bit in sorted(listed_key_usages(old) - listed_key_usages(new)) if listed_key_usages(new) else ():
        if bit == "digitalSignature":
            yield Violation(subject=subject, expected=f"{bit} in keyUsage, as before", observed="not listed")
        elif key_type(old) == key_type(new):  # which usages matter depends on the key type
            yield Warning(subject=subject, expected=f"{bit} in keyUsage, as before", observed="not listed")


def _of_chain(old: _Chain, new: _Chain) -> Iterator[Remark]:
    """What a certificate has and a request does not."""
    before, after = old.sent[0], new.sent[0]
    subject = certificate_subject(after)
    for role in get_args(Role):
        lack = next(lacking(new.linked, role), None)
        if lack is not None and not any(lacking(old.linked, role)):
            yield Violation(
                subject=bearer_subject(lack.certificate),
                expected=f"fit for the {role} role, as before",
                observed=lack.observed,
            )
    if old.root is None or new.root is None:
        yield Doubt(
            subject=subject, reason="the root of the old or of the new chain is not known: an issuer was not sent"
        )
    elif old.root != new.root:
        yield Violation(
            subject=subject, expected=f"a chain to {label(old.linked[-1])}, as before",
            observed=f"ends at {label(new.linked[-1])}",
        )  # fmt: skip
    if after.not_valid_before_utc <= before.not_valid_before_utc:
        yield Violation(
            subject=subject, expected=f"issued after {before.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
            observed=f"issued {after.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
        )  # fmt: skip
    if after.not_valid_after_utc <= before.not_valid_after_utc:
        yield Violation(
            subject=subject, expected=f"valid after {before.not_valid_after_utc:%Y-%m-%d %H:%M} UTC",
            observed=f"valid until {after.not_valid_after_utc:%Y-%m-%d %H:%M} UTC",
        )  # fmt: skip
    elif lifetime_days(after) < lifetime_days(before):
        yield Warning(
            subject=subject,
            expected=f"a lifetime of {lifetime_days(before)} days, as before",
            observed=f"{lifetime_days(after)} days",
        )


def _names(bearer: Bearer) -> tuple[str, ...]:
    """The alternative names; without any, the common name, which RFC 5922 accepts in their place."""
    names = tuple(name if name.startswith("URI:") else name.lower() for name in alternative_names(bearer))
    only = common_name(bearer.subject)
    return names or ((f"dns:{only.lower()}",) if only else ())


RULE = Rule(
    id="certificate-renewal-regression",
    title="New certificate drops something the old one had",
    group=Group.CERTIFICATE,
    severity=Severity.HIGH,
    citations=(
        Citation(document="RFC 5280", section="4.1.2.5", url="https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"),
        Citation(
            document="NIST SP 800-57 Part 1 Revision 5",
            section="5.6.1",
            url="https://doi.org/10.6028/NIST.SP.800-57pt1r5",
        ),
    ),
    remedy="Have the certificate reissued with all that the old one has, or first change whatever relies on the rest.",
    observes=RenewalSeen,
    params=NoParameters,
    check=check,
)
