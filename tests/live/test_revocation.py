"""CRLs, OCSP responses and stapling of OpenSSL, GnuTLS and nginx: what they call revoked is found, and nothing else."""

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.inputs.certificates.status_files import beside_chains, load_status_files
from auditor.model.asks import Asks
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen, RevocationSeen
from auditor.model.rule import Evidence
from auditor.model.target import ServerTarget, Service
from auditor.model.trust_anchor import TrustAnchor
from auditor.probes.budget import Limits
from auditor.probes.fetch import Address
from auditor.probes.server.endpoint import observe
from auditor.probes.status_servers import fetched
from auditor.rules import all_rules
from testbed.process import free_ports, program
from testbed.servers import nginx, openssl
from testbed.servers.openssl_ocsp import openssl_ocsp

pytestmark = pytest.mark.live
RULE = all_rules()["certificate-revoked"]
TARGET = ServerTarget(name="t", host="127.0.0.1", port=1, service=Service.HTTPS, address="127.0.0.1")
CONFIGURATION = """\
[ca]
default_ca = own
[own]
database = {0}/index.txt
serial = {0}/serial
crlnumber = {0}/crlnumber
new_certs_dir = {0}
certificate = {0}/ca.pem
private_key = {0}/ca.key
default_md = sha256
default_days = 30
default_crl_days = 7
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[v3_ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""


@dataclass(frozen=True)
class Authority:
    """An ``openssl ca`` with one good certificate and one revoked."""

    folder: Path
    responder_port: int

    def run(self, *words: str) -> None:
        subprocess.run([program(words[0]), *words[1:]], cwd=self.folder, check=True, capture_output=True, timeout=60)

    def openssl(self, *words: str) -> None:
        self.run("openssl", *words)

    def chain(self, name: str) -> CertificateChainSeen:
        certificate = x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())
        now = datetime.now(UTC).replace(microsecond=0)
        return CertificateChainSeen(target="t", at=now, certificates=(certificate.public_bytes(Encoding.DER),))

    @property
    def anchor(self) -> TrustAnchor:
        certificate = x509.load_pem_x509_certificate((self.folder / "ca.pem").read_bytes())
        return TrustAnchor("own", certificate.public_bytes(Encoding.DER), declared=True)

    def judge(self, seen: RevocationSeen) -> list[Remark]:
        return list(RULE.check(Evidence(TARGET, seen.at, (seen,), (self.anchor,)), RULE.params()))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("ca")
    (port,) = free_ports(["127.0.0.1"])
    made = Authority(folder, port)
    (folder / "ca.cnf").write_text(CONFIGURATION.format(folder))
    (folder / "index.txt").touch()
    (folder / "serial").write_text("1000\n")
    (folder / "crlnumber").write_text("01\n")
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "ca.cnf")
    made.openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Own CA", "-days", "90",
                 "-extensions", "v3_ca")  # fmt: skip
    access = f"authorityInfoAccess=OCSP;URI:http://127.0.0.1:{port}/"
    for name in ("good", "revoked"):
        made.openssl("req", *new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}.example.net",
                     "-addext", access)  # fmt: skip
        made.openssl("ca", "-batch", "-config", "ca.cnf", "-in", f"{name}.csr", "-out", f"{name}.pem", "-notext")
    made.openssl("ca", "-config", "ca.cnf", "-revoke", "revoked.pem", "-crl_reason", "keyCompromise")
    made.openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", "ca.crl")
    return made


def reasons(remarks: list[Remark]) -> list[str]:
    return [remark.observed if isinstance(remark, Violation) else str(remark) for remark in remarks]


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_crl_of_openssl_ca_is_read(authority: Authority, form: str, tmp_path: Path) -> None:
    authority.openssl("crl", "-in", "ca.crl", "-outform", form, "-out", str(tmp_path / "list"))
    sources = load_status_files([tmp_path / "list"])
    good, bad = ([*beside_chains([authority.chain(name)], sources)] for name in ("good", "revoked"))
    assert authority.judge(good[0]) == []
    (remark,) = reasons(authority.judge(bad[0]))
    assert "keyCompromise" in remark


def test_a_crl_of_certtool_is_read(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "template").write_text("crl_next_update = 7\ncrl_number = 9\n")
    made = tmp_path / "list"
    authority.run(
        "certtool", "--generate-crl", "--load-ca-privkey", "ca.key", "--load-ca-certificate", "ca.pem",
        "--load-certificate", "revoked.pem", "--template", str(tmp_path / "template"), "--outfile", str(made),
    )  # fmt: skip
    sources = load_status_files([made])
    (bad,) = beside_chains([authority.chain("revoked")], sources)
    (good,) = beside_chains([authority.chain("good")], sources)
    assert len(reasons(authority.judge(bad))) == 1
    assert authority.judge(good) == []


def test_the_responder_of_openssl_is_asked(authority: Authority) -> None:
    def anywhere(_address: Address) -> bool:
        return True

    with openssl_ocsp(authority.folder, authority.responder_port):
        (good,) = fetched([authority.chain("good")], (authority.anchor,), anywhere)
        (bad,) = fetched([authority.chain("revoked")], (authority.anchor,), anywhere)
    assert authority.judge(good) == [], good.missing
    (remark,) = reasons(authority.judge(bad))
    assert "keyCompromise" in remark


Stapling = Callable[[Authority, str, int, Path], AbstractContextManager[int]]


def stapled_file(authority: Authority, name: str) -> Path:
    """The response about a certificate, DER, as openssl ocsp writes it."""
    request, response = authority.folder / f"{name}.request", authority.folder / f"{name}.response"
    asked = ("-issuer", "ca.pem", "-cert", f"{name}.pem", "-no_nonce", "-reqout", str(request))
    authority.openssl("ocsp", *asked)
    signer = ("-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-ndays", "2")
    authority.openssl("ocsp", *signer, "-reqin", str(request), "-respout", str(response))
    return response


def stapling_nginx(authority: Authority, name: str, port: int, folder: Path) -> AbstractContextManager[int]:
    files = authority.folder
    block = (
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {files}/{name}.pem;\n"
        f"ssl_certificate_key {files}/{name}.key; ssl_stapling on; ssl_stapling_file {stapled_file(authority, name)};\n"
        'location / { return 200 "ok"; } }'
    )
    return nginx.start([block], [("127.0.0.1", port)], folder)


def stapling_s_server(authority: Authority, name: str, port: int, folder: Path) -> AbstractContextManager[int]:
    files = authority.folder
    own = ["-cert", str(files / f"{name}.pem"), "-key", str(files / f"{name}.key")]
    staple = ["-status_file", str(stapled_file(authority, name))]
    return openssl.start([*own, *staple], ("127.0.0.1", port), folder)


@pytest.mark.parametrize("name", ["good", "revoked"])
@pytest.mark.parametrize("server", [stapling_nginx, stapling_s_server])
def test_what_a_server_staples_is_judged(authority: Authority, server: Stapling, name: str, tmp_path: Path) -> None:
    (port,) = free_ports(["127.0.0.1"])
    target = TARGET.model_copy(update={"port": port})
    now = datetime.now(UTC).replace(microsecond=0)
    asks = Asks(kinds=frozenset({"certificate-chain", "revocation"}))
    with server(authority, name, port, tmp_path):
        seen = [found for found in observe(target, asks, Limits(), now) if isinstance(found, RevocationSeen)]
    (found,) = seen
    remarks = reasons(authority.judge(found))
    assert len(remarks) == (name == "revoked")
    assert all("keyCompromise (stapled)" in remark for remark in remarks)
