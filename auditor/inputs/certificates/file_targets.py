"""Files of certificates as targets and observations: one target per file, keys matched to their certificates."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509

from auditor.certificates.facts import Bearer, common_name, general_names, is_authority, public_info
from auditor.certificates.read import read, read_request
from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.certificates.bundles import Bundle
from auditor.inputs.certificates.leaves import chains_of
from auditor.inputs.host import parse_name
from auditor.model.observation import (
    CertificateChainSeen,
    CertificateFileSeen,
    NotAttempted,
    NotObserved,
    Observation,
    RenewalSeen,
)
from auditor.model.target import CertificateFileTarget, Role, Service, Target
from auditor.sanitise import clean

_NO_STATUS = "no CRL or OCSP response was given (--revocation) or fetched (--fetch-revocation)"
_NOT_COMPARED = "the certificate it replaces was not named (--replaces)"


@dataclass(frozen=True)
class Use:
    """The names, roles and service that the certificates are for."""

    service: Service = Service.SIP
    names: tuple[str, ...] = ()
    """DNS names or addresses that the certificate must contain, all of them."""
    roles: tuple[Role, ...] = ()
    """None leaves them to the policy."""


@dataclass(frozen=True)
class Old:
    """The chains that a certificate replaces."""

    source: str
    chains: tuple[tuple[bytes, ...], ...]
    """DER, the leaf first."""
    why_not: str = ""
    """Why some or all of them are missing, if the source was not readable."""


def observe_files(
    bundles: Sequence[Bundle], use: Use, at: datetime, old: Old | None = None
) -> tuple[tuple[Target, ...], tuple[Observation, ...]]:
    """One target for every file, and what is in it.  ``at`` is the moment it is judged as of.

    ``InputErrors`` when there is nothing to judge, a file is listed twice, or ``old`` could belong to several files.
    """
    holding = [bundle for bundle in bundles if bundle.certificates or bundle.requests]
    _check(bundles, holding, old)
    targets: list[Target] = []
    seen: list[Observation] = []
    for bundle in with_keys(bundles):
        name = clean(bundle.file)
        targets.append(CertificateFileTarget(name=name, service=use.service, names=use.names, roles=use.roles))
        seen += _observed(bundle, name, at, old)
    return tuple(targets), tuple(seen)


def _check(bundles: Sequence[Bundle], holding: Sequence[Bundle], old: Old | None) -> None:
    names = Counter(bundle.file for bundle in bundles)
    errors = [InputError(f"the file {quoted(name)} is listed twice") for name, times in names.items() if times > 1]
    if not holding:
        message = "there is a private key but no certificate; add the certificate's file"
        errors.append(InputError(message, bundles[0].file if len(bundles) == 1 else ""))
    if old is not None and len(holding) > 1:
        errors.append(InputError(f"--replaces compares one new certificate, and {len(holding)} files contain one"))
    if errors:
        raise InputErrors(errors)


def with_keys(bundles: Sequence[Bundle]) -> Iterator[Bundle]:
    """The files that contain certificates or requests, each with its keys from separate files.

    A key that matches none of them is added to all that have no matching key: one of them lacks its key.
    """
    holding = [bundle for bundle in bundles if bundle.certificates or bundle.requests]
    loose = [bundle for bundle in bundles if not (bundle.certificates or bundle.requests)]
    keys = dict.fromkeys(key for bundle in loose for key in bundle.keys)
    closed = sum(bundle.closed_keys for bundle in loose)
    owners = {bundle.file: _publics(bundle) for bundle in holding}
    owned = {public for publics in owners.values() for public in publics}
    stray = [key for key in keys if key not in owned]
    for bundle in holding:
        own = tuple(public for public in owners[bundle.file] if public in keys)
        lacking = not (bundle.keys or own)
        yield replace(
            bundle,
            keys=(*bundle.keys, *own, *(stray if lacking else ())),
            closed_keys=bundle.closed_keys + (closed if lacking else 0),
        )


def stray_keys(bundles: Sequence[Bundle]) -> Iterator[str]:
    """Say of which files the private key belongs to nothing that is there, one sentence each."""
    loose = [bundle for bundle in bundles if bundle.keys and not (bundle.certificates or bundle.requests)]
    owned = {public for bundle in bundles for public in _publics(bundle)} if loose else set()
    for bundle in loose:
        if not owned.issuperset(bundle.keys):
            yield f"{bundle.file}: this private key belongs to none of the certificates and requests"


def _publics(bundle: Bundle) -> tuple[bytes, ...]:
    bearers: tuple[Bearer, ...] = (*map(read, bundle.certificates), *map(read_request, bundle.requests))
    publics = (public_info(bearer) for bearer in bearers)
    return tuple(dict.fromkeys(public for public in publics if public is not None))


def _observed(bundle: Bundle, target: str, at: datetime, old: Old | None) -> Iterator[Observation]:
    chains = chains_of(bundle) if bundle.certificates else ()
    for chain in chains:
        yield CertificateChainSeen(
            target=target, at=at, certificates=chain.certificates, leaf_position=chain.leaf_position
        )
    for request in bundle.requests:
        yield CertificateChainSeen(target=target, at=at, request=request)
    yield CertificateFileSeen(
        target=target,
        at=at,
        certificates=tuple(chain.leaf for chain in chains),
        requests=bundle.requests,
        keys=tuple(dict.fromkeys(bundle.keys)),
        closed_keys=bundle.closed_keys,
    )
    # If it can be derived from something else, that is observed as well, and this adds nothing.
    closes = "--fetch-revocation, or --revocation FILE"
    yield NotAttempted(target=target, at=at, wanted="revocation", reason=_NO_STATUS, closes=closes)
    if old is None:
        closes = "--replaces FILE|HOST:PORT"
        yield NotAttempted(target=target, at=at, wanted="renewal", reason=_NOT_COMPARED, closes=closes)
    elif old.why_not:
        yield NotObserved(target=target, at=at, wanted="renewal", reason=clean(old.why_not))
    if old is not None and old.chains:
        yield RenewalSeen(
            target=target,
            at=at,
            source=clean(old.source),
            replaced=old.chains,
            chains=tuple(chain.certificates for chain in chains),
            requests=bundle.requests,
        )


def of_directory(bundles: Sequence[Bundle]) -> tuple[tuple[Bundle, ...], tuple[str, ...]]:
    """Leave out what is only a part of something else in the same directory, and say so, one sentence each.

    Beside a certificate with its chain there often lie the certificate and the chain again, alone.  A self-signed
    certificate often calls itself a CA: it is no part of a chain when it names a host, or when its key is there.  By
    its common name alone it names one where nothing in the directory was issued in that name.
    """
    keys = {key for bundle in bundles for key in bundle.keys}
    chains = {bundle.file: chains_of(bundle) for bundle in bundles if bundle.certificates}
    issuers = {
        certificate.issuer.public_bytes()
        for certificate in (read(der) for bundle in bundles for der in bundle.certificates)
        if certificate.issuer != certificate.subject
    }
    ends = {file for file, found in chains.items() if any(_is_end(read(chain.leaf), keys, issuers) for chain in found)}
    longest: dict[bytes, tuple[int, str]] = {}
    for file, found in chains.items():
        for chain in found:
            size, holder = longest.get(chain.leaf, (0, ""))
            if len(chain.certificates) > size:
                size, holder = len(chain.certificates), file
            longest[chain.leaf] = size, holder
    kept: list[Bundle] = []
    notes: list[str] = []
    for bundle in bundles:
        holders = {longest[chain.leaf][1] for chain in chains.get(bundle.file, ())}
        if bundle.keys or bundle.closed_keys or not holders:
            kept.append(bundle)
        elif bundle.file not in holders:
            notes.append(f"{bundle.file} is left out: {min(holders)} contains the same certificate and its chain")
        elif ends and bundle.file not in ends:
            notes.append(f"{bundle.file} is left out: it contains only CA certificates")
        else:
            kept.append(bundle)
    return tuple(kept), tuple(notes)


def _is_end(certificate: x509.Certificate, keys: AbstractSet[bytes], issuers: AbstractSet[bytes]) -> bool:
    """Whether it is there to be used, and not only to certify others."""
    hosts = (x509.DNSName, x509.IPAddress, x509.UniformResourceIdentifier)
    named = any(isinstance(name, hosts) for name in general_names(certificate))
    own = certificate.issuer == certificate.subject and certificate.subject.public_bytes() not in issuers
    by_subject = own and _is_host(common_name(certificate.subject) or "")
    return named or by_subject or not is_authority(certificate) or public_info(certificate) in keys


def _is_host(name: str) -> bool:
    try:
        return "." in parse_name(name)
    except ValueError:
        return False
