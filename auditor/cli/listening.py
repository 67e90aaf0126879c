"""The listener of ``auditor listen``, and its output while it runs."""

import errno
import ipaddress
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click
from cryptography import x509

from auditor.cli.client_role import check_pair
from auditor.cli.listen_options import ListenOptions
from auditor.cli.passphrases import given
from auditor.errors import InputError, InputErrors, quoted, suggestion
from auditor.inputs.certificates.identities import load_authority, load_identity
from auditor.inputs.host import parse_name
from auditor.minting.server_certificates import NEEDS_AUTHORITY, ServerCertificateCase, ServerCertificates
from auditor.model.identity import Identity
from auditor.model.policy import Policy
from auditor.model.target import Target
from auditor.pipeline import Observations
from auditor.plan import make_plan
from auditor.probes.client.client_cases import ConnectionEnd
from auditor.probes.client.client_observations import observed, without_tls
from auditor.probes.client.listener import listening, showable
from auditor.probes.client.listener_state import ListenerEvent, ListenerSettings
from auditor.probes.lint import with_lint
from auditor.probes.serving import Listening, listen

_LAST_ANSWER = 0.5
"""Seconds for the last client to receive its answer before the listener stops."""
_WORDS = {
    ConnectionEnd.SPOKE: "continued",
    ConnectionEnd.HELD: "continued",
    ConnectionEnd.ALERT: "rejected",
    ConnectionEnd.BROKEN: "disconnected",
    ConnectionEnd.CLOSED: "closed",
}
_USUAL = tuple(case for case in ServerCertificateCase if case is not ServerCertificateCase.WILDCARD)


def observe_clients(options: ListenOptions, policy: Policy, at: datetime) -> Observations:
    """Listen until the end, and observe every client that connects.  Raises ``InputErrors``."""
    certificates = _certificates(options, policy, at)
    cases = _cases(options.cases, certificates)
    settings = ListenerSettings(
        cases=cases,
        at=at,
        server_name=_name(options.server_name, "--server-name"),
        address=_address(options.host),
        expect=1 if options.once else options.expect,
        hold_seconds=options.hold,
    )
    client_name = _name(options.client_name, "--client-name")
    opened = _open(settings.address, options.port)
    port = opened.getsockname()[1]
    _announce(settings, port, certificates)
    with listening(opened, settings, certificates, show) as state, _until_stopped(state.satisfied):
        state.satisfied.wait(options.duration)
        threading.Event().wait(_LAST_ANSWER)
    clients = tuple(state.clients.values())
    click.echo(
        f"{_count(len(clients), 'client')}, {_count(sum(c.connections for c in clients), 'connection')}.", err=True
    )
    targets, seen = observed(clients, at, port, client_name)
    plain, messages = without_tls(state.without_tls, at)
    everything: tuple[Target, ...] = (*targets, *plain)
    return Observations(at, everything, tuple(with_lint([*seen, *messages], make_plan(policy, everything).asks)))


def _certificates(options: ListenOptions, policy: Policy, at: datetime) -> ServerCertificates:
    passphrase = given(None)
    good = _loaded(load_identity, options.cert, options.key, passphrase, at, ("--cert", "--key"))
    authority = _loaded(load_authority, options.ca, options.ca_key, passphrase, at, ("--ca", "--ca-key"))
    return ServerCertificates(at, good=good, authority=authority, required_root=_required_root(policy))


def _loaded(
    load: Callable[[Path, Path, bytes | None, datetime], Identity],
    certificate: Path | None,
    key: Path | None,
    passphrase: bytes | None,
    at: datetime,
    names: tuple[str, str],
) -> Identity | None:
    check_pair(certificate, key, *names)
    return load(certificate, key, passphrase, at) if certificate and key else None


def _required_root(policy: Policy) -> x509.Certificate | None:
    """The first root that the policy accepts and that ships with it: the one whose issuer is forged."""
    wanted = [name for setting in policy.settings for name in getattr(setting.params, "roots", ())]
    anchors = {anchor.name: anchor.der for anchor in policy.anchors}
    found = next((anchors[name] for name in (*wanted, *anchors) if name in anchors), None)
    return None if found is None else x509.load_der_x509_certificate(found)


def _cases(text: str | None, certificates: ServerCertificates) -> tuple[ServerCertificateCase, ...]:
    if text is None:
        return showable(_USUAL, certificates)
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in list(ServerCertificateCase):
            known = ", ".join(ServerCertificateCase)
            _fail(f"--cases: unknown case {quoted(name)}{suggestion(name, ServerCertificateCase)}; there are {known}")
        if not certificates.available(ServerCertificateCase(name)):
            needed = (
                "--ca and --ca-key"
                if ServerCertificateCase(name) in NEEDS_AUTHORITY
                else "--ca and --ca-key, or --cert and --key"
            )
            _fail(f"--cases: {name} cannot be presented without {needed}")
    return showable([ServerCertificateCase(name) for name in names], certificates)


def _name(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    try:
        return parse_name(text)
    except ValueError as error:
        _fail(f"{option}: {error}")


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        _fail(f"--host: {quoted(text)} is not an IP address; name one of this machine's, or 0.0.0.0 for all of them")


def _open(host: str, port: int) -> Listening:
    try:
        return listen(host, port)
    except PermissionError:
        _fail(f"no permission to listen on port {port}; ports below 1024 need it: grant it, or use another port")
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: f"port {port} of {host} is in use; stop that program or choose another --port",
            errno.EADDRNOTAVAIL: f"{host} is not an address of this machine; list its addresses with `ip address`",
            errno.EAFNOSUPPORT: f"this machine does not support the protocol of {host}; use another --host",
        }
        _fail(reasons.get(error.errno or 0, f"cannot listen on port {port} of {host} ({error.strerror})"))


@contextmanager
def _until_stopped(done: threading.Event) -> Iterator[None]:
    """Stop cleanly on Ctrl-C and SIGTERM; what was observed is still reported."""
    handled = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: done.set()) for number in handled]
    try:
        yield
    finally:
        for number, handler in zip(handled, before, strict=True):
            signal.signal(number, handler)


def _announce(settings: ListenerSettings, port: int, certificates: ServerCertificates) -> None:
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    end = "Press Ctrl-C to stop." if settings.expect is None else f"It stops after {_count(settings.expect, 'client')}."
    click.echo(f"Listening on {host}:{port}.  {end}", err=True)
    click.echo(f"Presented in turn to each address: {', '.join(settings.cases)}.", err=True)
    left = [case for case in _USUAL if not certificates.available(case)]
    if left:
        click.echo(f"Not presented without a certificate that the clients trust: {', '.join(left)}.", err=True)


def show(event: ListenerEvent) -> None:
    """Print one line on standard error about what just happened."""
    if event.kind == "not TLS":
        click.echo(f"{event.address}  not TLS: {event.reason}", err=True)
    elif event.kind == "turned away":
        click.echo(f"{event.address}  not audited: too many addresses", err=True)
    elif event.attempt is not None:
        attempt = event.attempt
        outcome = _WORDS.get(attempt.end, "inconclusive")
        left = f"{_count(event.open_cases, 'case')} left" if event.open_cases else "completed"
        version = attempt.version or "no version"
        click.echo(f"{event.address}  {version}  {attempt.case}: {outcome}, {attempt.evidence}  ({left})", err=True)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _fail(message: str) -> NoReturn:
    raise InputErrors([InputError(message)]) from None
