"""What ``auditor certificate`` is given: files, directories, the standard input, and what is to be replaced."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from ipaddress import ip_address
from pathlib import Path

from auditor.cli.sources import Sources, policy_place
from auditor.inputs.certificates.bundles import MAX_BYTES, Bundle, Passphrase, read_bundle
from auditor.inputs.certificates.file_targets import Old, Use, of_directory, stray_keys
from auditor.inputs.certificates.leaves import chains_of
from auditor.inputs.documents.errors import InputError, InputErrors, quoted
from auditor.inputs.documents.files import check_size, read_bytes
from auditor.inputs.host import parse_name
from auditor.inputs.targets import parse_target, targets_of
from auditor.model.policy import Policy
from auditor.model.source_location import SourceLocation
from auditor.model.target import Role, Service, Target
from auditor.plan import Plan
from auditor.sanitise import clean

SUFFIXES = frozenset(
    {".pem", ".crt", ".cert", ".cer", ".der", ".p7b", ".p7c", ".p7s", ".p12", ".pfx", ".csr", ".p10", ".req", ".key"}
)
"""Files of a directory that are read; others in it are not the auditor's business."""
STANDARD_INPUT = "standard input"
MOST_FILES = 100_000
_ROLES: dict[str, tuple[Role, ...]] = {"server": ("server",), "client": ("client",), "both": ("server", "client")}
_JUDGE = {
    "--name": "certificate-name-mismatch",
    "--role": "certificate-usage-missing",
    "--replaces": "certificate-renewal-regression",
}


def moment(text: str | None, now: datetime) -> datetime:
    """The moment that is judged as of: a day from its beginning in UTC, or ISO 8601 with an offset."""
    if text is None:
        return now
    try:
        found = datetime.combine(date.fromisoformat(text), datetime.min.time()) if len(text) == 10 else None
        found = found.replace(tzinfo=UTC) if found else datetime.fromisoformat(text)
        found = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        message = f"--at: {quoted(text)} is no day such as 2027-03-15, nor a moment such as 2027-03-15T12:00:00Z"
        raise InputErrors([InputError(message)])
    return found


def use_of(service: str, names: Sequence[str], role: str | None) -> Use:
    """What the options say the certificates are for.  Raises ``InputErrors``."""
    found: list[str] = []
    errors: list[InputError] = []
    for name in names:
        try:
            found.append(_name(name))
        except ValueError as error:
            errors.append(InputError(f"--name: {error}"))
    if errors:
        raise InputErrors(errors)
    return Use(Service(service), tuple(dict.fromkeys(found)), _ROLES[role] if role else ())


def _name(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return parse_name(text)


def check_judged(policy: Policy, *, names: Sequence[str], role: str | None, replaces: str | None) -> None:
    """Refuse an option that no rule of the policy would look at: it would be taken for a check that was made."""
    rules = {setting.rule.id for setting in policy.settings}
    given = {"--name": bool(names), "--role": role is not None, "--replaces": replaces is not None}
    errors = [
        InputError(f"{option} would not be looked at: the policy {policy.id} does not have {_JUDGE[option]}")
        for option, used in given.items()
        if used and _JUDGE[option] not in rules
    ]
    if errors:
        raise InputErrors(errors)


def checked(plan: Plan) -> Plan:
    """Refuse a policy that promises nothing about files."""
    if not plan.checks:
        raise InputErrors([InputError(f"the policy {plan.policy.id} has no rule about certificates")])
    return plan


def gather(files: Sequence[Path], passphrase: Passphrase) -> tuple[tuple[Bundle, ...], tuple[str, ...]]:
    """Read everything, and say in a sentence each what is left out of a directory.  Raises ``InputErrors``."""
    bundles: list[Bundle] = []
    notes: list[str] = []
    errors: list[InputError] = []
    if files.count(Path("-")) > 1:
        raise InputErrors([InputError(f"the {STANDARD_INPUT} is listed twice")])
    for file in files:
        try:
            found, left = _directory(file, passphrase) if file.is_dir() else ((_file(file, passphrase),), ())
        except InputErrors as wrong:
            errors += wrong.errors
        else:
            bundles += found
            notes += left
    if errors:
        raise InputErrors(errors)
    return tuple(bundles), tuple(clean(note, 1000) for note in (*notes, *stray_keys(bundles)))


def _file(file: Path, passphrase: Passphrase) -> Bundle:
    if str(file) != "-":
        return read_bundle(read_bytes(file, MAX_BYTES), str(file), passphrase)
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    check_size(content, MAX_BYTES, STANDARD_INPUT)
    return read_bundle(content, STANDARD_INPUT, passphrase)


def _directory(directory: Path, passphrase: Passphrase) -> tuple[tuple[Bundle, ...], tuple[str, ...]]:
    inside = sorted(directory.iterdir())
    files = [file for file in inside if file.suffix.lower() in SUFFIXES and file.is_file()]
    if not files or len(files) > MOST_FILES:
        much = f"holds more than {MOST_FILES} files" if files else "holds no file named as certificates are"
        message = f"the directory {much} ({', '.join(sorted(SUFFIXES))})"
        raise InputErrors([InputError(message, str(directory))])
    found: list[Bundle] = []
    errors: list[InputError] = []
    for file in files:
        try:
            found.append(_file(file, passphrase))
        except InputErrors as wrong:
            errors += wrong.errors
    if errors:
        raise InputErrors(errors)
    kept, notes = of_directory(found)
    return kept, (*notes, *_passed_over(directory, sorted(set(inside) - set(files))))


def _passed_over(directory: Path, others: Sequence[Path]) -> Iterator[str]:
    """A certificate under another name, or further down, has not been judged: nobody is to think that it was."""
    if others:
        names = ", ".join(clean(other.name, 60) + "/" * other.is_dir() for other in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        yield f"{clean(str(directory))}: not read, as the names are not those of certificates: {names}{more}"


def replaced(text: str, passphrase: Passphrase, now: datetime) -> Old:
    """The chains that are to be replaced, from a file or as an endpoint sends them today.  Raises ``InputErrors``."""
    if not text:
        raise InputErrors([InputError("--replaces: nothing is named; is a variable empty?")])
    file = Path(text)
    if file.is_file() or ":" not in text:
        bundle = _file(file, passphrase)
        if not bundle.certificates:
            raise InputErrors([InputError("the file holds no certificate that could be replaced", text)])
        return Old(text, tuple(chain.certificates for chain in chains_of(bundle)))
    return _endpoint(text, now)


def _endpoint(text: str, now: datetime) -> Old:
    from auditor.model.asks import Asks  # noqa: PLC0415 - what connects is only loaded to connect
    from auditor.model.observation import CertificateChainSeen, NotObserved  # noqa: PLC0415 - as above
    from auditor.probes.budget import Limits  # noqa: PLC0415 - as above
    from auditor.probes.resolve import resolve  # noqa: PLC0415 - as above
    from auditor.probes.server.endpoint import observe  # noqa: PLC0415 - as above

    asks = Asks(kinds=frozenset({"certificate-chain"}))
    chains: list[tuple[bytes, ...]] = []
    missing: list[str] = []
    for target in targets_of([parse_target(text)], resolve):  # each address of the name may send another certificate
        seen = list(observe(target, asks, Limits(), now))
        sent = [found.certificates for found in seen if isinstance(found, CertificateChainSeen)]
        why = [found.reason for found in seen if isinstance(found, NotObserved)]
        chains += sent
        missing += [f"{target.name}: {reason}" for reason in (why if why or sent else ["it sent no certificate"])]
    return Old(text, tuple(dict.fromkeys(chains)), "; ".join(dict.fromkeys(missing)))


def sources(targets: Sequence[Target], policy: str) -> Sources:
    """Where each target is written, for formats that point there."""
    return Sources(dict(_places(targets)), policy_place(policy))


def _places(targets: Sequence[Target]) -> Iterator[tuple[str, SourceLocation]]:
    for target in targets:
        if target.name != STANDARD_INPUT:
            yield target.name, SourceLocation(target.name)
