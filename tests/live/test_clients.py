"""Real clients against the listener: each is judged as it is configured, in TLS 1.2 and in TLS 1.3.

The clients read the clock of the machine, and so does this test: what it shows them has to be in force today.
"""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auditor.evaluate import evaluate
from auditor.minting.authority import make_leaf, make_root
from auditor.minting.certificate_builder import ValidityPeriod
from auditor.minting.keys import ec_key
from auditor.minting.server_certificates import ServerCertificateCase, ServerCertificates
from auditor.model.finding import Outcome
from auditor.model.identity import Identity
from auditor.model.trust_anchor import TrustAnchor
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.client.client_observations import observed
from auditor.probes.client.listener import listening, showable
from auditor.probes.client.listener_state import ListenerSettings
from auditor.probes.serving import listen
from testbed.process import program
from testbed.servers.kamailio_client import pinging

pytestmark = pytest.mark.live

NAME = "gateway.example.net"
REQUEST = b"GET / HTTP/1.1\r\nHost: gateway.example.net\r\n\r\n"
CHAIN, SERVER_NAME, PRESENTED = (
    "server-certificate-unverified",
    "server-name-unverified",
    "client-certificate-not-presented",
)
PYTHON = """
import socket, ssl, sys
port, newest, verify, names, ca, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.check_hostname = names == "names"
context.verify_mode = ssl.CERT_REQUIRED if verify == "verify" else ssl.CERT_NONE
context.maximum_version = ssl.TLSVersion.TLSv1_2 if newest == "1.2" else ssl.TLSVersion.TLSv1_3
if certificate:
    context.load_cert_chain(certificate)
with socket.create_connection(("127.0.0.1", int(port))) as raw:
    with context.wrap_socket(raw, server_hostname="gateway.example.net") as connection:
        connection.sendall(b"GET / HTTP/1.1\\r\\nHost: gateway.example.net\\r\\n\\r\\n")
        connection.recv(100)
"""


@dataclass(frozen=True)
class Files:
    ca: str
    client: str
    """Certificate and key."""


@dataclass(frozen=True)
class Client:
    """A client as it is configured, and what is wrong with that."""

    command: Callable[[int, str, Files], list[str]]
    """From the port, the newest version and the files."""
    faults: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()


def curl(*more: str, certificate: bool = True) -> Callable[[int, str, Files], list[str]]:
    def command(port: int, newest: str, files: Files) -> list[str]:
        own = ["--cert", files.client] if certificate else []
        target = ["--connect-to", f"{NAME}:443:127.0.0.1:{port}", f"https://{NAME}/"]
        return ["curl", "-sS", "--max-time", "10", "--tls-max", newest, "--cacert", files.ca, *own, *more, *target]

    return command


def s_client(*more: str, certificate: bool = True) -> Callable[[int, str, Files], list[str]]:
    def command(port: int, newest: str, files: Files) -> list[str]:
        own = ["-cert", files.client, "-key", files.client] if certificate else []
        version = {"1.2": "-tls1_2", "1.3": "-tls1_3"}[newest]
        target = ["-connect", f"127.0.0.1:{port}", "-servername", NAME]
        return ["openssl", "s_client", version, "-CAfile", files.ca, *own, *more, *target]

    return command


def gnutls_cli(*more: str) -> Callable[[int, str, Files], list[str]]:
    def command(port: int, newest: str, files: Files) -> list[str]:
        priority = "NORMAL:-VERS-TLS1.3" if newest == "1.2" else "NORMAL"
        own = ["--x509certfile", files.client, "--x509keyfile", files.client]
        target = ["--sni-hostname", NAME, "-p", str(port), "127.0.0.1"]
        return ["gnutls-cli", "--priority", priority, "--x509cafile", files.ca, *own, *more, *target]

    return command


def python(verify: str, names: str, *, certificate: bool = True) -> Callable[[int, str, Files], list[str]]:
    def command(port: int, newest: str, files: Files) -> list[str]:
        own = files.client if certificate else ""
        return [sys.executable, "-c", PYTHON, str(port), newest, verify, names, files.ca, own]

    return command


NOTHING = frozenset({CHAIN, SERVER_NAME})
CLIENTS = {
    "curl": Client(curl()),
    "curl without a certificate": Client(curl(certificate=False), frozenset({PRESENTED})),
    "curl -k": Client(curl("-k"), NOTHING),
    "s_client -verify_return_error -verify_hostname": Client(
        s_client("-verify_return_error", "-verify_hostname", NAME)
    ),
    "s_client -verify_return_error": Client(s_client("-verify_return_error"), frozenset({SERVER_NAME})),
    "s_client -verify_hostname": Client(s_client("-verify_hostname", NAME), NOTHING),
    "s_client": Client(s_client(), NOTHING),
    "s_client without a certificate": Client(
        s_client("-verify_return_error", "-verify_hostname", NAME, certificate=False), frozenset({PRESENTED})
    ),
    "gnutls-cli --verify-hostname": Client(gnutls_cli(f"--verify-hostname={NAME}")),
    "gnutls-cli --insecure": Client(gnutls_cli("--insecure"), NOTHING),
    "gnutls-cli that expects another name": Client(gnutls_cli(), undecided=frozenset({CHAIN, SERVER_NAME, PRESENTED})),
    "ssl": Client(python("verify", "names")),
    "ssl without check_hostname": Client(python("verify", "any"), frozenset({SERVER_NAME})),
    "ssl with CERT_NONE": Client(python("none", "any"), NOTHING),
    "ssl without a certificate": Client(python("verify", "names", certificate=False), frozenset({PRESENTED})),
}
KAMAILIO: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "verify and require": (("verify_certificate = yes", "require_certificate = yes"), frozenset({SERVER_NAME})),
    "verify": (("verify_certificate = yes",), frozenset({SERVER_NAME})),
    "no verify": (("verify_certificate = no",), NOTHING),
}


@dataclass(frozen=True)
class Scene:
    at: datetime
    authority: Identity
    shown: ServerCertificates
    files: Files


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    at = datetime.now(UTC).replace(microsecond=0)
    directory = tmp_path_factory.mktemp("clients")
    years = ValidityPeriod(at - timedelta(days=900), at + timedelta(days=900))
    root = make_root("Live Client Test Root", years)
    key = ec_key()
    leaf = make_leaf(root, ("sbc.example.net",), key, ValidityPeriod(at - timedelta(days=1), at + timedelta(days=90)))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files = Files(str(directory / "ca.pem"), str(directory / "client.pem"))
    Path(files.ca).write_bytes(root.certificate.public_bytes(Encoding.PEM))
    Path(files.client).write_bytes(leaf.public_bytes(Encoding.PEM) + secret)
    authority = Identity((root.certificate,), root.key)
    return Scene(at, authority, ServerCertificates(at, authority=authority), files)


@pytest.mark.parametrize("newest", ["1.2", "1.3"])
@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_is_judged_as_it_is_configured(scene: Scene, name: str, newest: str) -> None:
    client = CLIENTS[name]
    found = outcomes(scene, client, newest)
    for rule in (CHAIN, SERVER_NAME, PRESENTED):
        if rule in client.faults:
            assert found[rule] is Outcome.FAIL, (rule, found)
        elif rule in client.undecided:
            assert found[rule] is Outcome.INCONCLUSIVE, (rule, found)
        else:
            assert found[rule] is Outcome.PASS, (rule, found)


@pytest.mark.parametrize("method", ["TLSv1.2", "TLSv1.2+"])
@pytest.mark.parametrize("name", KAMAILIO)
def test_kamailio_is_judged_as_its_client_profile_says(scene: Scene, name: str, method: str, tmp_path: Path) -> None:
    """It never compares names: that is left to the script that routes a call."""
    settings, faults = KAMAILIO[name]

    def ping(port: int, done: threading.Event) -> None:
        profile = [f"method = {method}", *settings]
        with pinging(port, profile, (scene.files.client, scene.files.ca), NAME, tmp_path):
            assert done.wait(30), "it did not come often enough"

    found = judged(scene, ping)
    assert {rule for rule in (CHAIN, SERVER_NAME, PRESENTED) if found[rule] is Outcome.FAIL} == faults, found
    assert {found[rule] for rule in {CHAIN, SERVER_NAME, PRESENTED} - faults} <= {Outcome.PASS}, found


def outcomes(scene: Scene, client: Client, newest: str) -> dict[str, Outcome]:
    def connect(port: int, _done: threading.Event) -> None:
        command = client.command(port, newest, scene.files)
        program(command[0])
        for _ in cases_of(scene):
            subprocess.run(command, input=REQUEST, capture_output=True, timeout=20, check=False)

    return judged(scene, connect)


def cases_of(scene: Scene) -> tuple[ServerCertificateCase, ...]:
    return showable([case for case in ServerCertificateCase if case is not ServerCertificateCase.WILDCARD], scene.shown)


def judged(scene: Scene, connect: Callable[[int, threading.Event], None]) -> dict[str, Outcome]:
    """The outcome of each rule for the client that ``connect`` runs against a port, until the event at the latest."""
    opened = listen("127.0.0.1")
    port = opened.getsockname()[1]
    settings = ListenerSettings(cases_of(scene), scene.at, server_name=NAME, expect=1, hold_seconds=0.5)
    with listening(opened, settings, scene.shown, lambda _event: None) as state:
        connect(port, state.satisfied)
        (series,) = state.clients.values()
        while series.connections > sum(
            series.finished.values()
        ):  # the last end may still be on its way to the listener
            state.satisfied.wait(0.01)
    targets, seen = observed([series], scene.at, port, None)
    root = scene.authority.certificate.public_bytes(Encoding.DER)
    policy = load_policy("acg", [TrustAnchor("test", root, declared=True, sent=scene.at.date())])
    report = evaluate(make_plan(policy, targets), seen, scene.at, scene.at)
    return {finding.rule: finding.outcome for finding in report.findings}
