"""``auditor listen`` through the program's own main function: exit codes, sentences, and a clean end."""

import errno
import json
import signal
import socket  # noqa: TID251 - a client that calls the program
import ssl  # noqa: TID251 - as above
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, NoReturn

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auditor.cli import listening
from auditor.cli.listen_options import CASES
from auditor.errors import InputErrors
from auditor.minting.authority import Authority, make_root
from auditor.minting.certificate_builder import ValidityPeriod
from auditor.minting.server_certificates import ServerCertificateCase

pytestmark = pytest.mark.slow

NAME = "gateway.example.net"
OPTIONS = (
    b"OPTIONS sip:gateway.example.net SIP/2.0\r\nVia: SIP/2.0/TLS a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\n"
    b"To: <sip:a>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)
SECONDS = 20.0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A CA that clients trust, and its key."""
    made = _authority()
    directory = tmp_path_factory.mktemp("ca")
    certificate, key = directory / "ca.pem", directory / "ca.key"
    certificate.write_bytes(made.certificate.public_bytes(Encoding.PEM))
    key.write_bytes(made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, key


def _authority() -> Authority:
    # The program reads the clock, and refuses a CA that is not in force.
    return make_root(
        "Test CA", ValidityPeriod(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC) + timedelta(36500))
    )


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "auditor", "listen", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


@contextmanager
def running(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The program on a free port, and that port."""
    command = [sys.executable, "-m", "auditor", "listen", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watch = threading.Timer(SECONDS, process.kill)
        watch.start()
        try:
            assert process.stderr is not None
            first = process.stderr.readline()
            assert first.startswith("Listening on "), first + process.stderr.read()
            yield process, int(first.split(".  ")[0].rpartition(":")[2])
        finally:
            watch.cancel()
            process.kill()


def call(port: int, verify: Path | None = None) -> None:
    """One connection that sends OPTIONS, if it gets that far."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ECDHE+AESGCM")
    if verify is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(verify)
    with (
        suppress(ssl.SSLError, ConnectionError),
        socket.create_connection(("127.0.0.1", port), 5) as raw,
        context.wrap_socket(raw, server_hostname=NAME) as connection,
    ):
        connection.sendall(OPTIONS)
        connection.recv(1000)


def rest(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.read()


def outcomes(report: str) -> dict[str, str]:
    return {finding["rule"]: finding["outcome"] for finding in json.loads(report)["findings"]}


def test_the_cases_of_the_help_are_the_listeners() -> None:
    assert tuple(ServerCertificateCase) == CASES


def test_nobody_connected_is_inconclusive() -> None:
    result = run("--port", "0", "--duration", "0.1", "--json")
    assert result.returncode == 3, result.stderr
    assert json.loads(result.stdout)["verdict"] == "inconclusive"
    assert "0 clients, 0 connections." in result.stderr


def test_a_client_that_verifies_nothing_fails_the_audit(authority: tuple[Path, Path]) -> None:
    options = ("--ca", authority[0], "--ca-key", authority[1], "--cases", "good,impostor-root,wrong-name")
    with running(*options, "--once", "--json") as (process, port):
        for _ in range(3):
            call(port)
        found = outcomes(rest(process.stdout))
        shown = rest(process.stderr)
        assert process.wait() == 1
    assert found["server-certificate-unverified"] == "fail"
    assert found["server-name-unverified"] == "fail"
    assert found["client-certificate-not-presented"] == "fail"
    assert "127.0.0.1  TLSv1.3  impostor-root: continued, SIP OPTIONS arrived  (1 case left)" in shown
    assert "1 client, 3 connections." in shown


def test_a_client_that_verifies_passes_those_rules(authority: tuple[Path, Path]) -> None:
    options = ("--ca", authority[0], "--ca-key", authority[1], "--once", "--json")
    with running(*options, "--server-name", NAME) as (process, port):
        for _ in range(7):
            call(port, authority[0])
        found = outcomes(rest(process.stdout))
    assert found["server-certificate-unverified"] == "pass"
    assert found["server-name-unverified"] == "pass"
    assert found["server-name-not-sent"] == "pass"


def test_without_a_trusted_certificate_a_refusal_is_a_warning(authority: tuple[Path, Path]) -> None:
    with running("--once", "--json") as (process, port):
        for _ in range(3):
            call(port, authority[0])
        written = rest(process.stdout)
        assert process.wait() == 0
    found = outcomes(written)
    answers = {one["id"]: one["answer"] for one in json.loads(written)["requirements"]}
    assert (found["server-certificate-unverified"], answers["SEC-17"]) == ("warn", "open")
    assert found["server-name-unverified"] == "not-tested"
    assert found["client-certificate-not-presented"] == "not-tested"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (OPTIONS, "not-met"),
        (OPTIONS.replace(b"sip:gateway", b"no:gateway"), "open"),
        (b"GET / HTTP/1.1\r\n\r\n", "open"),
    ],
)
def test_a_trunk_without_tls_is_a_violation(tmp_path: Path, sent: bytes, expected: str) -> None:
    seen = tmp_path / "seen.jsonl"
    with running("--duration", "2", "--json", "-o", seen) as (process, port):
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port), 5) as raw:
                raw.sendall(sent)
                assert raw.recv(10) == b""
        report = json.loads(rest(process.stdout))
        assert process.wait() == (1 if expected == "not-met" else 3)
    assert {found["id"]: found["answer"] for found in report["requirements"]}["SEC-05"] == expected
    named = [target["name"] for target in json.loads(seen.read_text().splitlines()[0])["targets"]]
    assert named == (["SIP without TLS from 127.0.0.1"] if expected == "not-met" else [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order_with_a_report(number: signal.Signals, tmp_path: Path) -> None:
    seen, report = tmp_path / "seen.jsonl", tmp_path / "report.html"
    with running("-o", seen, "--report", report) as (process, port):
        call(port)
        process.send_signal(number)
        assert "1 client, 1 connection." in rest(process.stderr)
        assert process.wait() == 1
    assert "self-signed" in report.read_text()
    again = subprocess.run(
        [sys.executable, "-m", "auditor", "evaluate", str(seen)], capture_output=True, timeout=SECONDS, check=False
    )
    assert again.returncode == 1, again.stderr


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "is in use" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "no permission to listen on port 443"),
        (OSError(errno.EAFNOSUPPORT, "Address family not supported"), "does not support the protocol of ::1"),
        (OSError(errno.ENOBUFS, "No buffer space available"), "cannot listen on port 443 of ::1 (No buffer space"),
    ],
)
def test_a_port_that_cannot_be_had_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, error: OSError, sentence: str
) -> None:
    def refuse(_host: str, _port: int) -> NoReturn:
        raise error

    monkeypatch.setattr(listening, "listen", refuse)
    with pytest.raises(InputErrors) as raised:
        listening._open("::1", 443)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--host", "192.0.2.1"), "192.0.2.1 is not an address of this machine"),
        (("--host", "gateway.example.net"), "is not an IP address"),
        (("--output", "no-such-folder/seen.jsonl"), "the folder no-such-folder does not exist"),
        (("--cases", "god"), 'unknown case "god"; did you mean "good"?'),
        (("--cases", "expired"), "expired cannot be presented without --ca and --ca-key"),
        (("--cases", "good"), "good cannot be presented without"),
        (("--server-name", "a b"), "--server-name: "),
        (("--client-name", "*.example.net"), "--client-name: "),
        (("--report", "x.pdf"), "unknown format"),
    ],
)
def test_wrong_input_is_one_sentence(options: tuple[str, ...], sentence: str) -> None:
    result = run("--port", "0", "--duration", "0.1", *options)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_certificate_without_its_key_is_one_sentence(authority: tuple[Path, Path]) -> None:
    assert "--ca requires --ca-key" in run("--ca", authority[0]).stderr
    assert "--key requires --cert" in run("--key", authority[1]).stderr
