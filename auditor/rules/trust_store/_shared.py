"""Shared by the rules about trust stores: their entries, and whether a root is among them."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from pydantic import Field

from auditor.certificates.dates import stale
from auditor.certificates.distinguished import same_name
from auditor.certificates.facts import is_authority, label, name_text, public_info, sha256
from auditor.certificates.read import MalformedCertificate, read
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import TrustStoreSeen
from auditor.model.rule import Evidence, Params
from auditor.model.subject import TARGET, RootSubject
from auditor.model.vocabulary import RootName
from auditor.rules._shared import all_of

_EXPECTED = "root in the trust store"


class StoredRoots(Params):
    """Roots that a trust store must hold."""

    roots: tuple[RootName, ...] = Field(
        min_length=1, description="Names of pinned root certificates (files in policies/roots)"
    )


@dataclass(frozen=True)
class Entry:
    """One certificate of a trust store."""

    certificate: x509.Certificate
    excluded: tuple[str, ...] = ()
    """Purposes that the store does not trust it for."""


def entries_of(evidence: Evidence[TrustStoreSeen]) -> tuple[list[Entry], list[Doubt]]:
    """The entries, and a doubt for each that cannot be read."""
    entries: list[Entry] = []
    doubts: list[Doubt] = []
    for seen in evidence.seen:
        excluded = {setting.sha256: setting.excluded for setting in seen.settings}
        for der in seen.certificates:
            try:
                certificate = read(der)
            except MalformedCertificate as error:
                doubts.append(Doubt(subject=TARGET, reason=str(error)))
            else:
                entries.append(Entry(certificate, excluded.get(sha256(certificate), ())))
    return entries, doubts


def judge_roots(evidence: Evidence[TrustStoreSeen], params: StoredRoots) -> Iterator[Remark]:
    """Every root must be in the store, in date, and trusted for servers and clients.

    A root is recognized by its key and its name together; the certificate may be another issue of the same root.
    """
    entries, doubts = entries_of(evidence)
    yield from dict.fromkeys(doubts)
    known = {anchor.name: read(anchor.der) for anchor in evidence.anchors}
    for name in params.roots:
        subject = RootSubject(root=name)
        root = known.get(name)
        if root is None:
            yield Doubt(subject=subject, reason="no certificate of this root is known")
        else:
            yield from _missing(evidence, subject, root, entries)


def _missing(
    evidence: Evidence[TrustStoreSeen], subject: RootSubject, root: x509.Certificate, entries: list[Entry]
) -> Iterator[Remark]:
    namesakes = [entry for entry in entries if same_name(entry.certificate.subject, root.subject)]
    holders = [entry for entry in namesakes if public_info(entry.certificate) == public_info(root)]
    faults = [_fault(evidence, entry) for entry in holders]
    if "" in faults:
        return
    issued = [entry for entry in holders if not _self_issued(entry.certificate)]
    if holders and issued:
        issuer = name_text(issued[0].certificate.issuer)
        reason = f"the trust store holds this root only as issued by {issuer}, which not every peer takes for a root"
        yield Doubt(subject=subject, reason=reason)
    elif holders:
        yield Violation(subject=subject, expected=_EXPECTED, observed=f"{label(holders[0].certificate)} {faults[0]}")
    elif namesakes:
        observed = f"{label(namesakes[0].certificate)} has the name of this root, but another key"
        yield Violation(subject=subject, expected=_EXPECTED, observed=observed)
    else:
        yield Violation(subject=subject, expected=_EXPECTED, observed=f"not among its {len(entries)} certificates")


def _fault(evidence: Evidence[TrustStoreSeen], entry: Entry) -> str:
    """Why an entry with the key and the name of a root is none that a peer's chain may end at; empty if it is."""
    if not _self_issued(entry.certificate):
        return "is not self-signed"
    if not is_authority(entry.certificate):
        return "is not a CA certificate"
    if entry.excluded:
        return f"is not trusted for {all_of(entry.excluded)}"
    return stale(entry.certificate, evidence.at) or ""


def _self_issued(certificate: x509.Certificate) -> bool:
    return same_name(certificate.issuer, certificate.subject)
