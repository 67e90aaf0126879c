"""Port 80 beside HTTPS, as nginx, HAProxy and Python's http.server answer there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.evaluate import evaluate
from auditor.model.finding import Finding, Outcome
from auditor.model.policy import Policy
from auditor.model.target import ServerTarget, Service
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.budget import Limits
from auditor.probes.server.endpoint import observe
from testbed.certificates import AT, Authority
from testbed.configuration import Implementation, ServerConfiguration
from testbed.files import write_certificates
from testbed.process import closed_port, free_ports, program, running
from testbed.servers import nginx

pytestmark = pytest.mark.live

HOST = "127.0.0.1"
LIMITS = Limits(settle_seconds=0.1, answer_seconds=0.5)
HAPROXY = """\
global
  maxconn 100
defaults
  mode http
  timeout client 5s
  timeout connect 1s
  timeout server 1s
frontend plain
  bind 127.0.0.1:{port}
  {line}
"""


@dataclass(frozen=True)
class Beside:
    """An HTTPS endpoint of nginx, and a port beside it."""

    endpoint: int
    port: int


@contextmanager
def with_nginx(lines: str, authority: Authority, directory: Path) -> Iterator[Beside]:
    """nginx with TLS at one port and ``lines`` at the other; without any it does not listen there."""
    endpoint, port = free_ports([HOST, HOST])
    (files,) = write_certificates(ServerConfiguration(Implementation.NGINX, "beside"), authority, directory)
    tls = (
        f"server {{ listen {HOST}:{endpoint} ssl; ssl_certificate {files.chain}; ssl_certificate_key {files.key}; "
        "location / { return 200 ok; } }"
    )
    plain = [f"server {{ listen {HOST}:{port}; {lines} }}"] if lines else []
    listeners = [(HOST, endpoint), *([(HOST, port)] if lines else [])]
    with nginx.start([tls, *plain], listeners, directory):
        yield Beside(endpoint, port)


def finding(beside: Beside, tmp_path: Path) -> Finding:
    target = ServerTarget(
        name="x", host=HOST, port=beside.endpoint, service=Service.HTTPS, address=HOST, server_name="sbc.example.net"
    )
    plan = make_plan(_policy(beside.port, tmp_path), (target,))
    (found,) = evaluate(plan, observe(target, plan.asks, LIMITS, AT), AT, AT).findings
    return found


def _policy(port: int, tmp_path: Path) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "{id: mine, version: '1', title: Mine, source: me, "
        f"rules: {{plaintext-accepted: {{ports: {{https: [{port}]}}}}}}}}\n"
    )
    return load_policy(str(path))


@pytest.mark.parametrize(
    ("lines", "outcome", "observed"),
    [
        ("", Outcome.PASS, ""),
        ("return 301 https://$host$request_uri;", Outcome.PASS, ""),
        ("return 444;", Outcome.PASS, ""),
        ("return 302 /elsewhere;", Outcome.FAIL, "redirect to http://"),
        ("location / { return 200 ok; }", Outcome.FAIL, "HTTP/1.1 200 OK"),
        ("return 403;", Outcome.FAIL, "HTTP/1.1 403 Forbidden"),
        ("location = / { return 301 https://$host/; } location / { return 404; }", Outcome.FAIL, "404 Not Found"),
        ("location /.well-known/ { return 200 ok; } location / { return 301 https://$host/; }", Outcome.PASS, ""),
    ],
)
def test_nginx_beside_https(lines: str, outcome: Outcome, observed: str, authority: Authority, tmp_path: Path) -> None:
    with with_nginx(lines, authority, tmp_path) as beside:
        found = finding(beside, tmp_path)
    assert found.outcome is outcome, found
    assert all(observed in violation.observed for violation in found.violations)


def test_nginx_says_400_where_http_meets_its_tls_port(authority: Authority, tmp_path: Path) -> None:
    with with_nginx("", authority, tmp_path) as beside, closed_port() as port:
        assert finding(Beside(beside.endpoint, port), tmp_path).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("http-request redirect scheme https code 308", Outcome.PASS),
        ("http-request redirect location http://other.example.net/", Outcome.FAIL),
        ("http-request return status 200 content-type text/plain string ok", Outcome.FAIL),
        ("http-request silent-drop", Outcome.PASS),
        ("default_backend nowhere\nbackend nowhere", Outcome.FAIL),
    ],
)
def test_haproxy_beside_https(line: str, outcome: Outcome, authority: Authority, tmp_path: Path) -> None:
    with with_nginx("", authority, tmp_path) as beside:
        configuration = tmp_path / "haproxy.cfg"
        configuration.write_text(HAPROXY.format(port=beside.port, line=line))
        command = [program("haproxy"), "-db", "-f", str(configuration)]
        with running(command, [(HOST, beside.port)], tmp_path, {}):
            found = finding(beside, tmp_path)
    assert found.outcome is outcome, found


def test_python_serves_files_beside_https(authority: Authority, tmp_path: Path) -> None:
    with with_nginx("", authority, tmp_path) as beside:
        command = [sys.executable, "-m", "http.server", "--bind", HOST, str(beside.port)]
        with running(command, [(HOST, beside.port)], tmp_path, {}):
            found = finding(beside, tmp_path)
    assert [violation.observed for violation in found.violations] == ["HTTP/1.0 200 OK"]
