"""The pipeline: read, plan, collect, evaluate.  Every audit is assembled here, and nowhere else.

The commands and the public API (``auditor``) are callers of these functions.  Nothing is printed and no process is
ended.  The clock is read only in ``now``, and only where the caller passes no moment.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address
from itertools import product
from pathlib import Path
from typing import TypeAlias

from auditor import __version__
from auditor.errors import InputError, InputErrors, quoted, suggestion
from auditor.evaluate import evaluate
from auditor.inputs import captures
from auditor.inputs.certificates.bundles import Passphrase
from auditor.inputs.certificates.declared_roots import load_declared_roots, sent_roots
from auditor.inputs.certificates.file_targets import Old, Use, observe_files
from auditor.inputs.certificates.given_files import File, read_files, read_replaced
from auditor.inputs.certificates.identities import load_authority, load_identity
from auditor.inputs.certificates.status_files import beside_chains, load_status_files
from auditor.inputs.certificates.trust_stores import observe_trust_stores
from auditor.inputs.documents.files import check_size, read_bytes
from auditor.inputs.host import parse_name
from auditor.inputs.inventory import read as inventories
from auditor.inputs.inventory.declared_deployment import BY_DNS, NOTHING_DECLARED, observe_deployment
from auditor.inputs.inventory.read import Inventory
from auditor.inputs.inventory.waiver_file import load_waivers
from auditor.inputs.observation_file import read_observations as read_observation_file
from auditor.inputs.resolver import parse_resolver
from auditor.inputs.session_descriptions import known_of, load_descriptions, parse_peers
from auditor.inputs.sslyze.scan_file import is_sslyze_scan, read_scan
from auditor.inputs.sslyze.scan_observations import observed as observed_by_sslyze
from auditor.inputs.sslyze.scan_observations import scanner_of
from auditor.inputs.targets import as_listed, listed_endpoints, parse_target, parse_targets, targets_of
from auditor.inputs.test_number import parse_invitation
from auditor.model.asks import Asks
from auditor.model.deployment import Deployment, ResolvedName
from auditor.model.finding import listed
from auditor.model.observation import (
    CertificateChainSeen,
    DeploymentSeen,
    End,
    NotObserved,
    Observation,
    PlaintextSeen,
    Run,
    SiteNamesSeen,
    StatusSource,
    Transport,
)
from auditor.model.policy import Policy
from auditor.model.report import Report
from auditor.model.scanner import ScannerVersions
from auditor.model.severity import Severity
from auditor.model.target import DeploymentTarget, ServerTarget, Target
from auditor.model.trust_anchor import TrustAnchor
from auditor.model.waiver import Waiver
from auditor.plan import Plan, make_plan
from auditor.policy import read as policies
from auditor.policy.ages import age_notes
from auditor.probes.budget import CANCELLED, Limits
from auditor.probes.server.client_role import NOBODY, ClientRole, ReadDescription
from auditor.sip import MAX_BYTES, Around, MalformedSdp, Origin, describe
from auditor.sip.description import Role as DescriptionRole
from auditor.sources import Sources
from auditor.writing import unwritable, write_file

_OFFLINE = "DNS lookups were skipped (--offline)"
_REVOCATION = "certificate-revoked"
_TRUST_STORE = "trust-store-root-missing"
_CERTIFICATE_OPTIONS = {
    "--trust-store": _TRUST_STORE,
    "--name": "certificate-name-mismatch",
    "--role": "certificate-usage-missing",
    "--replaces": "certificate-renewal-regression",
}
"""Options of ``observe_certificates``, and the rule that uses each."""
_OBSERVED_AS = {
    _REVOCATION: "revocation",
    _TRUST_STORE: "trust-store",
    "certificate-renewal-regression": "renewal",
}
"""The kind of observation that such a rule judges; a rule of another package may judge it as well."""

Cancel: TypeAlias = threading.Event | Callable[[], bool]
"""Cancels when the event is set, or when the function returns true."""


@dataclass(frozen=True)
class Progress:
    """The progress of collecting.  The first one has ``finished`` 0 and comes before the first connection."""

    finished: int
    total: int
    target: str = ""
    """The name of the target that just finished."""


@dataclass(frozen=True)
class Observations:
    """The observations of one run: everything that ``evaluate_observations`` judges."""

    at: datetime
    """The time of observation, UTC; certificates are judged as of this time."""
    targets: tuple[Target, ...]
    seen: tuple[Observation, ...]
    offline: bool = False
    """Whether no connection was wanted, so endpoints are not judged.  An observation file does not keep this."""
    notes: tuple[str, ...] = ()
    """Notes to the reader that are not observations, such as files that were left out."""
    scanner: ScannerVersions | None = None
    """What made the ClientHellos; None if no endpoint was connected to, or if it is unknown."""


@dataclass(frozen=True)
class Revocation:
    """The sources of CRLs and OCSP responses."""

    files: tuple[Path, ...] = ()
    """CRLs or OCSP responses, PEM or DER."""
    fetch: bool = False
    """Whether to fetch from the public http addresses in the certificates."""


@dataclass(frozen=True)
class Dns:
    """The settings of DNS lookups for the declared deployment."""

    resolver: str | None = None
    """``ADDRESS`` or ``ADDRESS:PORT``; None uses this machine's resolver."""


@dataclass(frozen=True)
class CollectSettings:
    """The settings of collecting."""

    limits: Limits = field(default_factory=Limits)
    """Bounds for each target: seconds and numbers of connections."""
    jobs: int = 64
    """Hosts observed in parallel; each host gets one connection at a time."""
    thorough: bool = False
    """Retry every rejected ClientHello five times, and cross-check with sslyze (some 540 connections a target)."""
    offline: bool = False
    """Connect to nothing: observe only what the inventory declares."""
    client: ClientRole = NOBODY
    """The certificates that the auditor presents as a client, and its other opt-ins."""
    dns: Dns | None = None
    revocation: Revocation = field(default_factory=Revocation)


@dataclass(frozen=True)
class Inputs:
    """The inputs that a command line names."""

    policy: Policy
    inventory: Inventory | None = None
    waivers: tuple[Waiver, ...] = ()


def now() -> datetime:
    """The one clock reading of a run, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the one place


def _moment(at: datetime | None) -> datetime:
    """The caller's moment, else the clock's.  Raises ``InputErrors`` where it could be any of several."""
    if at is None:
        return now()
    if at.utcoffset() is None:
        raise InputErrors([InputError(f"the moment {at} has no time zone; use datetime.UTC")])
    return at


# Reading


def load_policy(name: str | Path, *, roots: Iterable[Path | TrustAnchor] = ()) -> Policy:
    """Load a policy by the name it ships under, or a file by its path (which has a slash or ends in .yaml or .yml).

    ``roots`` are the root certificates that the operator has sent to onboarding: files, or those of an inventory.
    Raises ``InputErrors`` with everything that is wrong.
    """
    given = list(roots)
    declared = [root for root in given if isinstance(root, TrustAnchor)]
    declared += load_declared_roots([Path(root) for root in given if not isinstance(root, TrustAnchor)])
    if isinstance(name, Path):
        name = str(name) if name.suffix in (".yaml", ".yml") else str(name.absolute())
    return policies.load_policy(name, tuple(dict.fromkeys(declared)))


def load_inventory(path: Path) -> Inventory:
    """Load an inventory with the files that it names.  Raises ``InputErrors`` with everything that is wrong."""
    return inventories.load_inventory(path)


def check_roots(inventory: Inventory | None, at: datetime) -> None:
    """Raise ``InputErrors`` where an inventory says that a root was sent after this moment."""
    if inventory is not None and (errors := list(inventories.roots_of_the_future(inventory, at.date()))):
        raise InputErrors(errors)


def read_inputs(
    targets: Sequence[str],
    inventory: Path | None,
    policy: str,
    roots: Sequence[Path] = (),
    waivers: Path | None = None,
) -> Inputs:
    """Read every input that a command line names, before any connection.  Raises ``InputErrors``."""
    requests, declared = parse_targets(targets), load_declared_roots(roots)
    waived = load_waivers(waivers) if waivers else ()
    listed = load_inventory(inventory) if inventory is not None else None
    _check_anything(len(requests), listed)
    known = (*(listed.roots if listed else ()), *declared)
    return Inputs(load_policy(policy, roots=known), listed, waived)


def load_client(  # noqa: PLR0913 - each may be left out
    certificate: Path | None = None,
    key: Path | None = None,
    *,
    ca: Path | None = None,
    ca_key: Path | None = None,
    passphrase: bytes | None = None,
    trust_probe: bool = False,
    invite: str | None = None,
    at: datetime | None = None,
) -> ClientRole:
    """Load what the auditor presents as a client, for ``CollectSettings.client``.

    ``certificate`` is one that endpoints accept (PEM, with its intermediates), ``ca`` a CA that endpoints in a lab
    trust; each needs its key beside it.  ``trust_probe`` presents certificates of forged issuers.  ``invite`` is a
    test number to call, as ``sip:NUMBER@HOST``.  Raises ``InputErrors``.
    """
    moment = _moment(at)
    for one, other, names in ((certificate, key, "a client certificate"), (ca, ca_key, "a client CA")):
        if (one is None) != (other is None):
            raise InputErrors(
                [InputError(f"{names} and its private key must be given together; one of them is missing")]
            )
    return ClientRole(
        identity=load_identity(certificate, key, passphrase, moment) if certificate and key else None,
        authority=load_authority(ca, ca_key, passphrase, moment) if ca and ca_key else None,
        trust_probe=trust_probe,
        invitation=parse_invitation(invite, secrets.token_bytes(16)) if invite else None,
    )


def read_observations(path: Path) -> Observations:
    """Read a file of observations, or the JSON of ``sslyze --json_out``, whichever the file contains.

    Raises ``InputErrors`` if it is incomplete or invalid, with the line.
    """
    if is_sslyze_scan(path):
        scan = read_scan(path)
        targets, found = observed_by_sslyze(scan)
        return Observations(scan.started, targets, found, scanner=scanner_of(scan))
    head, seen = read_observation_file(path)
    return Observations(head.at, head.targets, tuple(seen), scanner=head.scanner)


def join_observations(looks: Sequence[tuple[str, Observations]]) -> Observations:
    """Several looks as one audit, each with the name of its file; dates are judged as of the latest look.

    The scanner is that of the latest look with one.
    Raises ``InputErrors`` where two of them observed a target of the same name.
    """
    first: dict[str, str] = {}
    errors: list[InputError] = []
    for name, look in looks:
        for target in look.targets:
            if target.name in first:
                errors.append(InputError(f"{first[target.name]} has the target {quoted(target.name)} too", name))
            first.setdefault(target.name, name)
    if errors:
        raise InputErrors(errors)
    newest_first = sorted((look for _, look in looks), key=lambda look: look.at, reverse=True)
    return Observations(
        at=newest_first[0].at,
        targets=tuple(target for _, look in looks for target in look.targets),
        seen=tuple(found for _, look in looks for found in look.seen),
        notes=tuple(dict.fromkeys((*_of_days(looks), *(note for _, look in looks for note in look.notes)))),
        scanner=next((look.scanner for look in newest_first if look.scanner), None),
    )


def _of_days(looks: Sequence[tuple[str, Observations]]) -> Iterator[str]:
    """A note where the looks are of several days: what was seen first may have changed since."""
    days = {name: look.at.date() for name, look in looks}
    if len(set(days.values())) > 1:
        each = listed((f"{name} on {day}" for name, day in days.items()), most=20)
        yield f"Observed on different days, and judged as of the latest: {each}."


def write_observations(path: Path, observations: Observations) -> None:
    """Write a file of observations (JSON lines) atomically.  Raises ``InputErrors``."""
    run = Run(
        auditor_version=__version__, at=observations.at, targets=observations.targets, scanner=observations.scanner
    )
    values = [run, *observations.seen, End(observations=len(observations.seen))]
    write_file(path, "".join(f"{value.model_dump_json()}\n" for value in values))


# Collecting


def collect_observations(
    targets: Iterable[str | ServerTarget],
    policy: Policy,
    *,
    inventory: Inventory | None = None,
    settings: CollectSettings | None = None,
    at: datetime | None = None,
    progress: Callable[[Progress], None] = lambda _progress: None,
    cancel: Cancel = lambda: False,
) -> Observations:
    """Observe endpoints, and the deployment that an inventory declares, as far as the policy needs it.

    A target is ``HOST:PORT``, ``sips://HOST:PORT`` or ``https://HOST:PORT``; those of ``inventory`` are added, and so
    are its roots.  Raises ``InputErrors`` before any connection; a misbehaving peer raises nothing.
    """
    settings, at = settings or CollectSettings(), _moment(at)
    _check_settings(settings)
    check_roots(inventory, at)
    policy, cancelled = _with_roots(policy, inventory), _function_of(cancel)
    status = _status_files(policy, settings.revocation)
    resolver = _resolver(settings, inventory)
    servers = _resolved(targets, inventory, offline=settings.offline)
    own, declared = NOTHING_DECLARED
    if inventory is not None and inventory.deployment is not None:
        own, declared = observe_deployment(
            inventory.deployment,
            at,
            inventory.proofs,
            endpoints=listed_endpoints(servers),
            roots=sent_roots(policy.anchors),
        )
    everything = (*own, *servers)
    _check_anything(len(everything), None)
    plan = make_plan(policy, everything, thorough=settings.thorough, offline=settings.offline)
    endpoints = 0 if settings.offline else len(plan.endpoints)
    progress(Progress(0, endpoints))
    seen: list[Observation] = [*declared]
    if endpoints:
        seen += _with_lint(list(_connected(plan, settings, at, progress, cancelled)), plan, cancelled)
    if settings.dns is not None:
        seen += _looked_up(seen, everything, at, resolver, cancelled)
        seen = [_with_names(found, seen) if isinstance(found, DeploymentSeen) else found for found in seen]
    seen = _with_status(seen, policy, status, fetch=settings.revocation.fetch, cancelled=cancelled)
    scanner = _scanner() if endpoints else None
    return Observations(at, everything, tuple(seen), offline=settings.offline, scanner=scanner)


def _scanner() -> ScannerVersions:
    from auditor.probes.installed_scanner import scanner_versions  # noqa: PLC0415 - what connects is loaded only to connect

    return scanner_versions()


def resolve_targets(targets: Iterable[str]) -> tuple[ServerTarget, ...]:
    """One target for each address of each name; a name that does not resolve gives one that says why."""
    return _resolved(targets, None, offline=False)


def _resolved(
    targets: Iterable[str | ServerTarget], inventory: Inventory | None, *, offline: bool
) -> tuple[ServerTarget, ...]:
    from auditor.probes.resolve import resolve  # noqa: PLC0415 - what connects is loaded only to connect

    given = [targets] if isinstance(targets, str) else list(targets)
    requests = parse_targets(target for target in given if isinstance(target, str))
    listed = inventory.requests if inventory is not None else ()
    resolved = targets_of((*listed, *requests), (lambda _host: _OFFLINE) if offline else resolve)
    found = (*resolved, *(target for target in given if not isinstance(target, str)))
    twice = [name for name, times in Counter(target.name for target in found).items() if times > 1]
    if twice:
        raise InputErrors([InputError(f"the target {quoted(name)} appears twice") for name in twice])
    return found


def _check_settings(settings: CollectSettings) -> None:
    """Refuse bounds that nothing can be observed within."""
    given = {"jobs": settings.jobs, **vars(settings.limits)}
    may_be_zero = {"settle_seconds"}
    errors = [
        InputError(f"{name} is {value}; it must be {'at least' if name in may_be_zero else 'more than'} 0")
        for name, value in given.items()
        if value is not None and not (value > 0 or (value == 0 and name in may_be_zero))
    ]
    if errors:
        raise InputErrors(errors)


def _check_anything(targets: int, inventory: Inventory | None) -> None:
    if not targets and (inventory is None or not (inventory.requests or inventory.deployment)):
        message = "nothing to audit: name a TARGET such as sbc.example.net:5061, or an --inventory"
        raise InputErrors([InputError(message)])


def _connected(
    plan: Plan,
    settings: CollectSettings,
    at: datetime,
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> Iterator[Observation]:
    """Everything that is learned by connecting, many hosts at once."""
    from auditor.collect import collect  # noqa: PLC0415 - what connects is loaded only to connect
    from auditor.probes.server.endpoint import observe  # noqa: PLC0415 - as above

    client = replace(settings.client, anchors=plan.policy.anchors, read_description=_description_reader())
    skipped: set[str] = set()
    lock, finished = threading.Lock(), 0

    def unless_cancelled(target: ServerTarget, asks: Asks, limits: Limits, moment: datetime) -> Iterator[Observation]:
        if not cancelled():
            yield from observe(target, asks, limits, moment, client)
            return
        skipped.add(target.name)
        for kind in sorted(asks.kinds):
            yield NotObserved(target=target.name, at=moment, wanted=kind, reason=CANCELLED)

    def done(target: ServerTarget) -> None:
        nonlocal finished
        if target.name in skipped:
            return
        with lock:  # one call at a time, in the order of the count
            finished += 1
            progress(Progress(finished, len(plan.endpoints), target.name))

    executor = ThreadPoolExecutor(max_workers=settings.jobs)
    try:
        yield from collect(plan, settings.limits, at, executor, unless_cancelled, done)
    finally:
        executor.shutdown(cancel_futures=True)


def _description_reader() -> ReadDescription:
    """Read the session description in an answer to OPTIONS.  The salt of its keys is that of the run."""
    salt = secrets.token_bytes(32)

    def read(content: bytes, target: ServerTarget, at: datetime) -> Iterator[Observation]:
        try:
            origin = Origin(target.name, at, salt, "the answer to OPTIONS", "tls")
            yield describe(content, origin, around=Around(capabilities=True))
        except MalformedSdp as error:
            yield NotObserved(target=target.name, at=at, wanted="sdp", reason=f"in the answer to OPTIONS: {error}")

    return read


def _resolver(settings: CollectSettings, inventory: Inventory | None) -> tuple[str | None, int]:
    """Address and port of the resolver that DNS settings name.  Raises ``InputErrors`` where they cannot be meant."""
    if settings.dns is None:
        return None, 53
    if settings.offline:
        raise InputErrors([InputError("--dns needs the network, but --offline forbids it; use one of them")])
    if inventory is None or inventory.deployment is None:
        message = "--dns looks up the names of a deployment, but no inventory (-i) declares one"
        raise InputErrors([InputError(message)])
    return parse_resolver(settings.dns.resolver) if settings.dns.resolver is not None else (None, 53)


def _looked_up(
    seen: Sequence[Observation],
    targets: Sequence[Target],
    at: datetime,
    resolver: tuple[str | None, int],
    cancelled: Callable[[], bool],
) -> Iterator[Observation]:
    """What DNS says of the deployment's names and of the endpoints' own."""
    from auditor.probes.dns import look_up, look_up_sites, resolver_at  # noqa: PLC0415 - what connects is loaded only to connect

    declared = [found for found in seen if isinstance(found, DeploymentSeen)]
    if cancelled():
        for found, kind in product(declared, BY_DNS):
            yield NotObserved(target=found.target, at=at, wanted=kind, reason=CANCELLED)
        return
    try:
        found_resolver = resolver_at(*resolver)
    except OSError as error:
        raise InputErrors([InputError(f"--dns: {error}")]) from None
    own = [target.server_name for target in targets if isinstance(target, ServerTarget) and target.server_name]
    for found in declared:
        yield from look_up(found.target, at, found.declared, own, found_resolver)
        yield look_up_sites(found.target, at, found.declared, found_resolver, found.endpoints or ())


def _with_names(declared: DeploymentSeen, seen: Iterable[Observation]) -> DeploymentSeen:
    """The declaration with what its names resolved to."""
    found = (name for one in seen if isinstance(one, SiteNamesSeen) for name in one.names)
    resolved = tuple(
        ResolvedName(name=name.name, addresses=tuple(one.value for one in name.records if one.type == "A"))
        for name in found
    )
    return declared.model_copy(update={"resolved": resolved})


def _status_files(policy: Policy, revocation: Revocation) -> tuple[StatusSource, ...]:
    """Read CRLs and OCSP responses.  Refuses them where no rule would look at them.  Raises ``InputErrors``."""
    given = (("--revocation", bool(revocation.files)), ("--fetch-revocation", revocation.fetch))
    _check_judged(policy, {option: _REVOCATION for option, used in given if used})
    return load_status_files(revocation.files) if revocation.files else ()


def _with_status(
    seen: Sequence[Observation],
    policy: Policy,
    status: Sequence[StatusSource],
    *,
    fetch: bool,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Observation]:
    """What was observed, with what the status files say and what is fetched."""
    more: list[Observation] = [*seen]
    if status:
        more += beside_chains(seen, status)
    if not fetch:
        return more
    if cancelled():
        return [*more, *_cancelled(seen, "revocation")]
    from auditor.probes.status_servers import fetched  # noqa: PLC0415 - what connects is loaded only to connect

    return [*more, *fetched(seen, policy.anchors)]


def with_revocation(observations: Observations, policy: Policy, revocation: Revocation) -> Observations:
    """The observations with what CRLs and OCSP responses say of their certificates.  Raises ``InputErrors``."""
    status = _status_files(policy, revocation)
    return replace(observations, seen=tuple(_with_status(observations.seen, policy, status, fetch=revocation.fetch)))


def _cancelled(seen: Sequence[Observation], wanted: str) -> Iterator[NotObserved]:
    """A gap for every target with certificates, about which that was not asked any more."""
    chains = {found.target: found.at for found in seen if isinstance(found, CertificateChainSeen)}
    for name, at in chains.items():
        yield NotObserved(target=name, at=at, wanted=wanted, reason=CANCELLED)


def _with_lint(
    seen: Sequence[Observation], plan: Plan, cancelled: Callable[[], bool] = lambda: False
) -> list[Observation]:
    """The observations, with a linter's findings about their certificates where the plan asks for them."""
    if "lint" in plan.asks.kinds and cancelled():
        return [*seen, *_cancelled(seen, "lint")]
    from auditor.probes.lint import with_lint  # noqa: PLC0415 - it starts a process

    return with_lint(seen, plan.asks, cancelled)


def _check_judged(policy: Policy, needed: Mapping[str, str]) -> None:
    """Reject input that no rule of the policy uses: it would look like a check that was made."""
    rules = {setting.rule.id for setting in policy.settings}
    observed = {setting.rule.observation_kind for setting in policy.settings}
    errors = [
        InputError(f"{option} has no effect: the policy {policy.id} does not include {rule}")
        for option, rule in needed.items()
        if rule not in rules and _OBSERVED_AS.get(rule) not in observed
    ]
    if errors:
        raise InputErrors(errors)


def observe_certificates(  # noqa: PLR0913 - each may be left out
    files: Iterable[File],
    policy: Policy,
    *,
    trust_stores: Iterable[File] = (),
    use: Use | None = None,
    replaces: str | File | None = None,
    revocation: Revocation | None = None,
    passphrase: Passphrase = lambda _what: None,
    at: datetime | None = None,
) -> Observations:
    """Observe certificates, and requests for them, in files or in memory (a name and the bytes).

    ``trust_stores`` are files of the roots that endpoints verify their peers with.  ``replaces`` is what the
    certificates replace: a file, or an endpoint as ``HOST:PORT``, which is connected to.  ``at`` is the time they are
    judged as of.  Raises ``InputErrors``.
    """
    use, revocation, at = _checked(use or Use()), revocation or Revocation(), _moment(at)
    named, stores = list(files), list(trust_stores)
    given = {"--name": bool(use.names), "--role": bool(use.roles), "--replaces": replaces is not None}
    needed = {**given, "--trust-store": bool(stores)}
    _check_judged(policy, {option: rule for option, rule in _CERTIFICATE_OPTIONS.items() if needed[option]})
    status = _status_files(policy, revocation)
    if stores and not named:
        given |= {"--revocation": bool(revocation.files), "--fetch-revocation": revocation.fetch}
        _check_concerns_files([option for option, used in given.items() if used])
        targets, found = observe_trust_stores(stores, passphrase, at)
        return Observations(at, targets, found)
    bundles, notes = read_files(_any(named, "certificate"), passphrase)
    old = None if replaces is None else _replaced(replaces, passphrase, at)
    targets, found = observe_files(bundles, use, at, old)
    if stores:
        targets, found = _with_stores(targets, found, observe_trust_stores(stores, passphrase, at))
    plan = make_plan(policy, targets)
    if not plan.checks:
        raise InputErrors([InputError(f"the policy {policy.id} has no rule about certificates")])
    seen = _with_lint(_with_status(found, policy, status, fetch=revocation.fetch), plan)
    return Observations(at, targets, tuple(seen), notes=notes)


def _check_concerns_files(options: Sequence[str]) -> None:
    """Reject options about certificates where only trust stores are given."""
    if options:
        raise InputErrors([InputError(f"{option} has no effect without a FILE to judge") for option in options])


def _with_stores(
    targets: tuple[Target, ...],
    found: tuple[Observation, ...],
    stores: tuple[tuple[Target, ...], tuple[Observation, ...]],
) -> tuple[tuple[Target, ...], tuple[Observation, ...]]:
    """The files and the trust stores; a report names a file once.  Raises ``InputErrors``."""
    names = {target.name for target in targets}
    both = [target.name for target in stores[0] if target.name in names]
    if both:
        message = "is listed both as a certificate and as a trust store"
        raise InputErrors([InputError(f"the file {quoted(name)} {message}") for name in both])
    return (*targets, *stores[0]), (*found, *stores[1])


def _checked(use: Use) -> Use:
    """The same with every name in its ASCII form, each once.  Raises ``InputErrors``."""
    found: list[str] = []
    errors: list[InputError] = []
    for name in use.names:
        try:
            found.append(_name(name))
        except ValueError as error:
            errors.append(InputError(f"--name: {error}"))
    if errors:
        raise InputErrors(errors)
    return replace(use, names=tuple(dict.fromkeys(found)))


def _name(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return parse_name(text)


def _replaced(given: str | File, passphrase: Passphrase, at: datetime) -> Old:
    """The chains that are to be replaced, from a file or as an endpoint sends them today.  Raises ``InputErrors``."""
    if not isinstance(given, str):
        return read_replaced(given, passphrase)
    if not given:
        raise InputErrors([InputError("--replaces: the value is empty; is a variable unset?")])
    if Path(given).is_file() or ":" not in given:
        return read_replaced(Path(given), passphrase)
    from auditor.probes.resolve import resolve  # noqa: PLC0415 - what connects is loaded only to connect
    from auditor.probes.server.endpoint import observe  # noqa: PLC0415 - as above

    asks = Asks(kinds=frozenset({"certificate-chain"}))
    chains: list[tuple[bytes, ...]] = []
    missing: list[str] = []
    for target in targets_of([parse_target(given)], resolve):  # each address of the name may send another certificate
        seen = list(observe(target, asks, Limits(), at))
        sent = [found.certificates for found in seen if isinstance(found, CertificateChainSeen)]
        why = [found.reason for found in seen if isinstance(found, NotObserved)]
        chains += sent
        missing += [
            f"{target.name}: {reason}" for reason in (why if why or sent else ["the endpoint sent no certificate"])
        ]
    return Old(given, tuple(dict.fromkeys(chains)), "; ".join(dict.fromkeys(missing)))


def observe_session_descriptions(  # noqa: PLR0913 - each may be left out
    files: Iterable[File],
    policy: Policy,
    *,
    role: DescriptionRole = "unknown",
    transport: Transport = "file",
    answer: File | None = None,
    peers: Sequence[str] = (),
    vnet_injection: bool = False,
    inventory: Inventory | None = None,
    at: datetime | None = None,
) -> Observations:
    """Observe session descriptions (SDP), SIP messages that contain them, or packet captures, in files or in memory.

    ``role`` is that of descriptions without a SIP message around them, ``answer`` a description that answers the only
    file.  ``peers`` are addresses or ranges: only what was sent to or from them counts in a capture.  ``inventory``
    says whether the gateway is injected into a virtual network, as ``vnet_injection`` does, and whether there is
    Microsoft peering.  No key is kept.  Raises ``InputErrors``.
    """
    moment = _moment(at)
    declared = known_of(inventory.deployment if inventory is not None else None)
    known = replace(
        declared,
        role=role,
        transport=transport,
        peers=parse_peers(peers),
        vnet_injection=vnet_injection or declared.vnet_injection,
    )
    named = [_content(file) for file in _any(files, "session description")]
    answering = None if answer is None else _content(answer)
    salt = secrets.token_bytes(16)
    targets, seen = load_descriptions(named, at=moment, salt=salt, known=known, answer=answering)
    if not make_plan(policy, targets).checks:
        raise InputErrors([InputError(f"the policy {policy.id} has no rule about session descriptions")])
    return Observations(moment, targets, tuple(seen))


def _any(files: Iterable[File], what: str) -> list[File]:
    """The files, of which there must be one at least."""
    if not (named := list(files)):
        raise InputErrors([InputError(f"nothing to audit: name a file with a {what}")])
    return named


def _content(file: File) -> tuple[str, bytes]:
    name, content = (str(file), read_bytes(file, captures.MAX_BYTES)) if isinstance(file, Path) else file
    check_size(content, captures.MAX_BYTES if captures.is_capture(content) else MAX_BYTES, name)
    return name, content


# Evaluating


def evaluate_observations(
    observations: Observations,
    policy: Policy,
    *,
    inventory: Inventory | None = None,
    waivers: Iterable[Waiver] = (),
    fail_on: Severity | None = None,
    complete: bool | None = None,
    generated_at: datetime | None = None,
) -> Report:
    """Judge observations by a policy, with the roots and waivers of ``inventory``; opens no connection.

    ``fail_on`` and ``complete`` override the policy's own.  What the policy needs and was not observed is inconclusive.
    Raises ``InputErrors`` if a complete audit is required by a policy that names no requirements.
    """
    if complete and not policy.requirements:
        message = f"--complete has no effect: the policy {policy.id} names no requirements file"
        raise InputErrors([InputError(message)])
    generated = _moment(generated_at)
    check_roots(inventory, generated)
    accepted = (*(inventory.waivers if inventory is not None else ()), *waivers)
    observations = _with_deployment(_with_listed(observations, inventory), inventory)
    declared = next((seen.declared for seen in observations.seen if isinstance(seen, DeploymentSeen)), None)
    known = _with_days(_with_roots(policy, inventory), observations.seen)
    plan = make_plan(known, observations.targets, offline=observations.offline, declared=declared)
    report = evaluate(plan, observations.seen, observations.at, generated, fail_on, accepted, complete=complete)
    ages = age_notes(policy, max(observations.at, generated).date())
    return report.model_copy(
        update={
            "policy": report.policy.model_copy(update={"facts": policy.facts}),
            "notes": (*ages, *report.notes, *_root_notes(plan.policy), *observations.notes),
            "scanner": observations.scanner,
        }
    )


def _with_listed(observations: Observations, inventory: Inventory | None) -> Observations:
    """The observations with the service and the site that the inventory lists for what was observed."""
    if inventory is None:
        return observations
    probed = {seen.target for seen in observations.seen if isinstance(seen, PlaintextSeen)}
    return replace(observations, targets=as_listed(observations.targets, inventory.requests, probed))


def _with_deployment(observations: Observations, inventory: Inventory | None) -> Observations:
    """The observations with the deployment that the inventory declares, if they have none."""
    if inventory is None or inventory.deployment is None:
        return observations
    if any(isinstance(target, DeploymentTarget) for target in observations.targets):
        return _with_change(observations, inventory.deployment)
    targets, seen = observe_deployment(
        inventory.deployment,
        observations.at,
        inventory.proofs,
        endpoints=listed_endpoints([target for target in observations.targets if isinstance(target, ServerTarget)]),
        roots=sent_roots(inventory.roots),
    )
    return replace(observations, targets=(*targets, *observations.targets), seen=(*seen, *observations.seen))


def _with_change(observations: Observations, declared: Deployment) -> Observations:
    """The observations, with a note where their deployment is another than the inventory declares by now."""
    if all(seen.declared == declared for seen in observations.seen if isinstance(seen, DeploymentSeen)):
        return observations
    note = (
        "The inventory declares another deployment than the one that was observed, which is the one judged here: "
        "observe again to judge what it declares now."
    )
    return replace(observations, notes=(*observations.notes, note))


def audit(  # noqa: PLR0913 - those of collecting and of evaluating
    targets: Iterable[str | ServerTarget],
    policy: Policy,
    *,
    inventory: Inventory | None = None,
    waivers: Iterable[Waiver] = (),
    fail_on: Severity | None = None,
    complete: bool | None = None,
    settings: CollectSettings | None = None,
    at: datetime | None = None,
    progress: Callable[[Progress], None] = lambda _progress: None,
    cancel: Cancel = lambda: False,
) -> Report:
    """Audit endpoints and the declared deployment: ``collect_observations``, then ``evaluate_observations``."""
    at = _moment(at)
    observations = collect_observations(
        targets, policy, inventory=inventory, settings=settings, at=at, progress=progress, cancel=cancel
    )
    return evaluate_observations(
        observations,
        policy,
        inventory=inventory,
        waivers=waivers,
        fail_on=fail_on,
        complete=complete,
        generated_at=at,
    )


def audit_certificates(  # noqa: PLR0913 - as for observing, and what is accepted
    files: Iterable[File],
    policy: Policy,
    *,
    trust_stores: Iterable[File] = (),
    use: Use | None = None,
    replaces: str | File | None = None,
    revocation: Revocation | None = None,
    passphrase: Passphrase = lambda _what: None,
    at: datetime | None = None,
    fail_on: Severity | None = None,
) -> Report:
    """Audit certificates, requests for them, and trust stores, in files or in memory.  Raises ``InputErrors``."""
    at = _moment(at)
    observations = observe_certificates(
        files,
        policy,
        trust_stores=trust_stores,
        use=use,
        replaces=replaces,
        revocation=revocation,
        passphrase=passphrase,
        at=at,
    )
    return evaluate_observations(observations, policy, fail_on=fail_on, generated_at=at)


def audit_session_descriptions(  # noqa: PLR0913 - as for observing
    files: Iterable[File],
    policy: Policy,
    *,
    role: DescriptionRole = "unknown",
    transport: Transport = "file",
    answer: File | None = None,
    peers: Sequence[str] = (),
    vnet_injection: bool = False,
    inventory: Inventory | None = None,
    at: datetime | None = None,
    fail_on: Severity | None = None,
) -> Report:
    """Audit session descriptions (SDP), SIP messages that contain them, or packet captures.  Raises ``InputErrors``."""
    at = _moment(at)
    observations = observe_session_descriptions(
        files,
        policy,
        role=role,
        transport=transport,
        answer=answer,
        peers=peers,
        vnet_injection=vnet_injection,
        inventory=inventory,
        at=at,
    )
    return evaluate_observations(observations, policy, fail_on=fail_on, generated_at=at)


def _with_roots(policy: Policy, inventory: Inventory | None) -> Policy:
    """The policy with the roots that the inventory declares, each once."""
    declared = inventory.roots if inventory is not None else ()
    return replace(policy, anchors=tuple(dict.fromkeys((*policy.anchors, *declared))))


def _with_days(policy: Policy, seen: Iterable[Observation]) -> Policy:
    """The policy with the days that the observed deployment states for roots which have none, as those of --root."""
    roots = [root for one in seen if isinstance(one, DeploymentSeen) for root in one.roots or ()]
    days = {root.sha256: root.sent for root in roots}
    anchors = (
        replace(one, sent=days.get(sha256(one.der).hexdigest())) if one.declared and one.sent is None else one
        for one in policy.anchors
    )
    return replace(policy, anchors=tuple(anchors)) if roots else policy


def _root_notes(policy: Policy) -> tuple[str, ...]:
    """When each declared root was sent to onboarding, as far as anybody stated it."""
    sent = [f"{root.name} on {root.sent}" for root in sent_roots(policy.anchors) if root.sent]
    return (f"Roots sent to the onboarding team, as declared: {listed(sent, most=20)}.",) if sent else ()


def _function_of(cancel: Cancel) -> Callable[[], bool]:
    return cancel.is_set if isinstance(cancel, threading.Event) else cancel


# Rendering


FORMATS: Mapping[str, str] = {
    "json": ".json",
    "html": ".html",
    "text": ".txt",
    "markdown": ".md",
    "sarif": ".sarif",
    "junit": ".xml",
    "prometheus": ".prom",
}
"""Every report format, and the file suffix that selects it."""


def render_report(report: Report, form: str, *, sources: Sources | None = None) -> str:
    """Render the report in a format of ``FORMATS``; ``sources`` are locations for SARIF.  Raises ``InputErrors``."""
    from auditor.render.formats import json, junit, markdown, prometheus, sarif  # noqa: PLC0415 - only to render
    from auditor.render.html import document as html  # noqa: PLC0415 - as above
    from auditor.render.terminal import table  # noqa: PLC0415 - as above

    if form not in FORMATS:
        hint = suggestion(form, FORMATS) or f"; there are {', '.join(FORMATS)}"
        raise InputErrors([InputError(f"unknown report format {quoted(form)}{hint}")])
    locations = sources or Sources()
    renderers: dict[str, Callable[[Report], str]] = {
        "json": json.render,
        "html": html.render,
        "text": lambda report: table.render(report, width=120, colour=False),
        "markdown": markdown.render,
        "sarif": lambda report: sarif.render(report, locations.targets, locations.policy),
        "junit": junit.render,
        "prometheus": prometheus.render,
    }
    return renderers[form](report)


def write_report(path: Path, report: Report, *, sources: Sources | None = None) -> None:
    """Write a report in the format of the path's suffix, atomically.  Raises ``InputErrors``."""
    check_report_files([path])
    form = next(form for form, suffix in FORMATS.items() if suffix == path.suffix)
    write_file(path, render_report(report, form, sources=sources))


def check_report_files(paths: Iterable[Path]) -> None:
    """Reject report paths that are not writable, before anything is observed."""
    errors: list[InputError] = []
    for path in paths:
        if path.suffix not in FORMATS.values():
            message = f"{path.name}: unknown format; use one of the suffixes {', '.join(FORMATS.values())}"
            errors.append(InputError(message))
        errors += unwritable(path)
    if errors:
        raise InputErrors(errors)


def check_observation_file(path: Path) -> None:
    """The same for a file of observations."""
    if errors := unwritable(path):
        raise InputErrors(errors)
