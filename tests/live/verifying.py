"""Servers of many makes that treat client certificates in every way they can, and what each of them lets in.

The truth is the configuration.  ``Verifies.CHAIN`` refuses whatever does not lead to the root or is out of date;
``ANYTHING`` takes whatever is shown; a server that does not ask is shown nothing.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from auditor.model.target import ServerTarget, Service
from tests.live.certificates import Authority
from tests.live.configuration import SERVER_NAME, Implementation, Key, ServerConfiguration
from tests.live.files import CertificateFiles, write_certificates, write_openssl_configuration, write_root
from tests.live.process import free_ports, installed, running

PROGRAMS = Path(__file__).parent / "programs"


class Verifies(StrEnum):
    """What becomes of a certificate that is shown."""

    CHAIN = "chain"
    ANYTHING = "anything"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Files:
    """Everything a server may need."""

    directory: Path
    own: CertificateFiles
    root: Path
    keystore: Path
    """PKCS #12 of the server's certificate, with the password below."""


PASSWORD = "changeit"


@dataclass(frozen=True)
class Verifying:
    """One server and its truth."""

    name: str
    tool: str
    """The program that has to be installed."""
    required: bool
    """Whether a client without a certificate is turned away."""
    verifies: Verifies
    start: Callable[[int, Files], list[str]]
    service: Service = Service.HTTPS
    dated: bool = True
    """Whether it looks at dates, at who may issue, and at the proof of the key."""

    def target(self, port: int) -> ServerTarget:
        """What the auditor is pointed at."""
        return ServerTarget(
            name=self.name,
            host=SERVER_NAME,
            port=port,
            service=self.service,
            address="127.0.0.1",
            server_name=SERVER_NAME,
        )


def _nginx(verify: str) -> Callable[[int, Files], list[str]]:
    def start(port: int, files: Files) -> list[str]:
        path = files.directory / "nginx.conf"
        temporary = "\n".join(
            f"{kind}_temp_path {files.directory}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        path.write_text(
            f"daemon off; master_process off; pid {files.directory}/nginx.pid;\nevents {{}}\nhttp {{ access_log off;\n"
            f"{temporary}\nserver {{ listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.2 TLSv1.3;\n"
            f"ssl_certificate {files.own.chain}; ssl_certificate_key {files.own.key};\n"
            f"ssl_client_certificate {files.root}; ssl_verify_client {verify};\n"
            'location / { return 200 "ok"; } } }\n'
        )
        return ["-p", str(files.directory), "-c", str(path), "-e", str(files.directory / "error.log")]

    return start


def _haproxy(verify: str) -> Callable[[int, Files], list[str]]:
    def start(port: int, files: Files) -> list[str]:
        path = files.directory / "haproxy.cfg"
        path.write_text(
            "global\n  nbthread 1\n  tune.ssl.cachesize 0\n  tune.ssl.default-dh-param 2048\n"
            "defaults\n  mode http\n  timeout client 10s\n  timeout connect 1s\n  timeout server 1s\n"
            f"frontend f\n  bind 127.0.0.1:{port} ssl crt {files.own.bundle} ssl-min-ver TLSv1.2 ca-file {files.root} "
            f"verify {verify} no-tls-tickets\n  http-request return status 200\n"
        )
        return ["-db", "-f", str(path)]

    return start


def _kamailio(*settings: str) -> Callable[[int, Files], list[str]]:
    def start(port: int, files: Files) -> list[str]:
        lines = ["method = TLSv1.2+", f"certificate = {files.own.chain}", f"private_key = {files.own.key}"]
        lines += [f"ca_list = {files.root}", *settings]
        tls = files.directory / "tls.cfg"
        default = "\n".join(["[server:default]", *lines[:3]])
        tls.write_text(default + "\n\n" + "\n".join([f"[server:127.0.0.1:{port}]", *lines]) + "\n")
        path = files.directory / "kamailio.cfg"
        path.write_text(
            "#!KAMAILIO\ndebug=0\nlog_stderror=yes\nfork=yes\nchildren=1\ntcp_children=2\nenable_tls=yes\n"
            f"auto_aliases=no\ndns=no\nrev_dns=no\nlisten=tls:127.0.0.1:{port}\n"
            'loadmodule "tm.so"\nloadmodule "sl.so"\nloadmodule "tls.so"\n'
            f'modparam("tls", "config", "{tls}")\n'
            'request_route { if (method == "OPTIONS") { sl_send_reply("200", "OK"); exit; } }\n'
        )
        return ["-f", str(path), "-DD", "-E", "-m", "64", "-M", "8", "-Y", str(files.directory)]

    return start


def _openssl(*verify: str) -> Callable[[int, Files], list[str]]:
    def start(port: int, files: Files) -> list[str]:
        assert files.own.above is not None
        words = ["s_server", "-quiet", "-www", "-accept", f"127.0.0.1:{port}", "-cert", str(files.own.leaf)]
        words += ["-key", str(files.own.key), "-cert_chain", str(files.own.above), "-CAfile", str(files.root)]
        return [*words, "-min_protocol", "TLSv1.2", "-no_ticket", "-no_cache", *verify]

    return start


def _gnutls(*verify: str) -> Callable[[int, Files], list[str]]:
    def start(port: int, files: Files) -> list[str]:
        words = ["--http", "--port", str(port), "--x509certfile", str(files.own.chain), "--x509keyfile"]
        words += [str(files.own.key), "--x509cafile", str(files.root), "--noticket"]
        return [*words, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3", *verify]

    return start


def _go(mode: str) -> Callable[[int, Files], list[str]]:
    def start(port: int, files: Files) -> list[str]:
        return [f"127.0.0.1:{port}", mode, str(files.own.chain), str(files.own.key), str(files.root)]

    return start


def _java(mode: str) -> Callable[[int, Files], list[str]]:
    def start(port: int, files: Files) -> list[str]:
        options = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", str(PROGRAMS / "Server.java")]
        return [*options, str(port), mode, str(files.keystore), str(files.root), PASSWORD]

    return start


def _python(mode: str) -> Callable[[int, Files], list[str]]:
    def start(port: int, files: Files) -> list[str]:
        script = str(PROGRAMS / "server.py")
        return [script, str(port), mode, str(files.own.chain), str(files.own.key), str(files.root)]

    return start


_C, _A, _N = Verifies.CHAIN, Verifies.ANYTHING, Verifies.NOT_ASKED
SERVERS = (
    Verifying("nginx off", "nginx", False, _N, _nginx("off")),
    Verifying("nginx optional", "nginx", False, _C, _nginx("optional")),
    Verifying("nginx optional_no_ca", "nginx", False, _A, _nginx("optional_no_ca")),
    Verifying("nginx on", "nginx", True, _C, _nginx("on")),
    Verifying("HAProxy none", "haproxy", False, _N, _haproxy("none")),
    Verifying("HAProxy optional", "haproxy", False, _C, _haproxy("optional")),
    Verifying("HAProxy required", "haproxy", True, _C, _haproxy("required")),
    Verifying(
        "HAProxy required, errors ignored",
        "haproxy",
        True,
        _A,
        _haproxy("required crt-ignore-err all ca-ignore-err all"),
    ),
    *(
        Verifying(f"Kamailio {name}", "kamailio", required, verifies, _kamailio(*settings), Service.SIP)
        for name, required, verifies, settings in (
            ("verify off", False, _N, ("verify_certificate = no", "require_certificate = no")),
            ("verify", False, _C, ("verify_certificate = yes", "require_certificate = no")),
            ("verify and require", True, _C, ("verify_certificate = yes", "require_certificate = yes")),
            # The documentation says otherwise: require alone verifies as well.
            ("require", True, _C, ("verify_certificate = no", "require_certificate = yes")),
            ("optional_no_ca", False, _A, ("verify_client = optional_no_ca",)),
        )
    ),
    Verifying("s_server -verify", "openssl", False, _A, _openssl("-verify", "4")),
    Verifying(
        "s_server -verify -verify_return_error", "openssl", False, _C, _openssl("-verify", "4", "-verify_return_error")
    ),
    Verifying("s_server -Verify", "openssl", True, _A, _openssl("-Verify", "4")),
    Verifying(
        "s_server -Verify -verify_return_error", "openssl", True, _C, _openssl("-Verify", "4", "-verify_return_error")
    ),
    Verifying("gnutls-serv, required", "gnutls-serv", True, _A, _gnutls("--require-client-cert")),
    Verifying(
        "gnutls-serv, required and verified",
        "gnutls-serv",
        True,
        _C,
        _gnutls("--require-client-cert", "--verify-client-cert"),
    ),
    Verifying("Go RequestClientCert", "go", False, _A, _go("optional-any")),
    Verifying("Go VerifyClientCertIfGiven", "go", False, _C, _go("optional")),
    Verifying("Go RequireAnyClientCert", "go", True, _A, _go("require-any")),
    Verifying("Go RequireAndVerifyClientCert", "go", True, _C, _go("require")),
    Verifying("Java needClientAuth", "java", True, _C, _java("require")),
    Verifying("Java needClientAuth, trusts anybody", "java", True, _A, _java("require-any")),
    Verifying("Python ssl CERT_REQUIRED", sys.executable, True, _C, _python("require")),
    Verifying("pyOpenSSL, callback takes anything", sys.executable, True, _A, _python("require-any")),
    Verifying("pyOpenSSL, closes without an alert", sys.executable, True, _C, _python("require-silent"), dated=False),
)


@contextmanager
def serving(servers: tuple[Verifying, ...], authority: Authority, directory: Path) -> Iterator[dict[str, int]]:
    """Start those that are installed, each a process of its own; yields their ports by name."""
    with ExitStack() as stack:
        ports: dict[str, int] = {}
        for number, server in enumerate(servers):
            program = _program(server.tool, directory)
            if program is None:
                continue
            (port,) = free_ports(["127.0.0.1"])
            files = _files(authority, directory / str(number))
            environment = {"OPENSSL_CONF": str(write_openssl_configuration(files.directory))}
            command = [program, *server.start(port, files)]
            stack.enter_context(running(command, [("127.0.0.1", port)], files.directory, environment))
            ports[server.name] = port
        yield ports


def _program(tool: str, directory: Path) -> str | None:
    found = installed(tool)
    if tool != "go" or found is None:
        return found
    binary = directory / "server"
    if not binary.exists():
        environment = {"PATH": "/usr/bin:/bin", "GOCACHE": str(directory / "go-cache"), "GO111MODULE": "off"}
        command = [found, "build", "-o", str(binary), str(PROGRAMS / "server.go")]
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=120)
    return str(binary)


def _files(authority: Authority, directory: Path) -> Files:
    directory.mkdir()
    configuration = ServerConfiguration(Implementation.NGINX, "verifying")
    (own,) = write_certificates(configuration, authority, directory)
    leaf, intermediate = authority.leaves[Key.RSA], authority.intermediates[Key.RSA]
    keystore = directory / "own.p12"
    keystore.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"own",
            leaf.private_key,
            leaf.certificate,
            [intermediate.certificate],
            BestAvailableEncryption(PASSWORD.encode("ascii")),
        )
    )
    return Files(directory, own, write_root(authority, directory), keystore)
