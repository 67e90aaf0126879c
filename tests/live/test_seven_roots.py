"""The trust probe with a whole list of roots, RSA and EC: a server that holds all of them, some, and none."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.evaluate import evaluate
from auditor.model.finding import Finding, Outcome
from auditor.model.observation import ConnectionsUsed, Observation, RootTrustSeen
from auditor.model.target import ServerTarget, Service
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.policy.shipped import shipped_roots
from auditor.probes.budget import Limits
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.endpoint import observe
from testbed.certificates import Authority
from testbed.configuration import Implementation, ServerConfiguration
from testbed.files import write_certificates, write_root
from testbed.process import free_ports, program, running

pytestmark = pytest.mark.live

ROOTS = Path(__file__).parents[2] / "policies" / "roots"
SEVEN = tuple(sorted(path.stem for path in ROOTS.iterdir() if not path.stem.startswith("baltimore")))
G2, G3 = "digicert-global-root-g2", "digicert-global-root-g3"
HOST = "127.0.0.1"
HAPROXY = """\
global
  maxconn 100
defaults
  mode http
  timeout client 5s
  timeout connect 1s
  timeout server 1s
frontend seven
  bind 127.0.0.1:{port} ssl crt {bundle} ca-file {own} ca-verify-file {store} verify {verify}
  http-request return status 200 content-type text/plain string ok
"""
MOST_CONNECTIONS = 60
RULE = "required-root-not-trusted"


def probed(
    roots: Sequence[str], verify: str, authority: Authority, directory: Path
) -> tuple[tuple[Observation, ...], dict[str, Finding]]:
    """Audit HAProxy, which verifies clients with its own root and ``roots``, by the policy of Teams Direct Routing."""
    (port,) = free_ports([HOST])
    (files,) = write_certificates(ServerConfiguration(Implementation.HAPROXY, "seven"), authority, directory)
    own = write_root(authority, directory)
    store = directory / "store.pem"
    store.write_text("".join(path.read_text() for path in (own, *(ROOTS / f"{name}.pem" for name in roots))))
    (directory / "haproxy.cfg").write_text(
        HAPROXY.format(port=port, bundle=files.bundle, own=own, store=store, verify=verify)
    )
    target = ServerTarget(name="x", host=HOST, port=port, service=Service.HTTPS, address=HOST)
    policy = load_policy("teams-direct-routing")
    plan = make_plan(policy, (target,))
    now = datetime.now(UTC).replace(microsecond=0)
    role = ClientRole(trust_probe=True, anchors=shipped_roots())
    command = [program("haproxy"), "-db", "-f", str(directory / "haproxy.cfg")]
    with running(command, [(HOST, port)], directory, {}):
        seen = tuple(observe(target, plan.asks, Limits(settle_seconds=0.1), now, role))
    return seen, {finding.rule: finding for finding in evaluate(plan, seen, now, now).findings}


@pytest.mark.parametrize("held", [SEVEN, (), (G2,), (G3,), SEVEN[:4], SEVEN[4:]], ids=len)
def test_each_of_the_seven_roots_is_told_apart(held: Sequence[str], authority: Authority, tmp_path: Path) -> None:
    seen, findings = probed(held, "required", authority, tmp_path)
    trusted = {found.root: found.trusted for found in seen if isinstance(found, RootTrustSeen)}
    assert trusted == {name: name in held for name in SEVEN}
    (used,) = (found.count for found in seen if isinstance(found, ConnectionsUsed))
    assert used <= MOST_CONNECTIONS
    assert findings[RULE].outcome is (Outcome.PASS if held == SEVEN else Outcome.WARN)


def test_a_server_that_requests_no_certificate_is_not_tested(authority: Authority, tmp_path: Path) -> None:
    _, findings = probed(SEVEN, "none", authority, tmp_path)
    assert findings[RULE].outcome is Outcome.NOT_TESTED
    assert "--trust-store" in findings[RULE].not_tested[0].reason
