"""Microsoft's availability promise holds only where both BGP sessions of a circuit are up.

This includes circuits with a single physical connection.
"""

from collections.abc import Iterator
from itertools import product

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.model.subject import DeclaredSubject
from auditor.network.addresses import parse_range
from auditor.network.peering_subnets import halved_subnets
from auditor.network.proofs import PATHS
from auditor.network.subjects import CIRCUITS
from auditor.rules.deployment._shared import judge_circuits


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit has a primary and a secondary session with different subnets, and all are established."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, _circuit)


def _circuit(owner: DeclaredSubject, circuit: Circuit) -> Iterator[Remark]:
    sessions, subject = circuit.bgp_sessions, owner.at("bgp_sessions")
    # The gateway uses IPv4 only: an IPv6 session replaces none.  Sessions over IPv6 are redundant as well.
    by_version = {
        version: [one for one in sessions if one.prefix is None or parse_range(one.prefix).version == version]
        for version in (4, 6)
    }
    known = by_version[4]
    for version, found in by_version.items():
        wanted = version == 4 or any(one.prefix for one in found)
        for path in PATHS if wanted else ():
            if not any(session.path == path for session in found):
                over = "" if version == 4 else " over IPv6"
                yield Violation(subject=subject, expected=f"a {path} session{over}", observed="none is declared")
    for session in sessions:
        if session.state == "down":
            yield Violation(subject=subject.at("bgp_sessions", session.path), expected="established", observed="down")
        elif session.state == "unknown":
            yield Doubt(
                subject=subject.at("bgp_sessions", session.path),
                reason="the state of the session is neither declared nor shown by a route table",
            )
    prefixes = {path: [one.prefix for one in known if one.path == path and one.prefix] for path in PATHS}
    halved = halved_subnets(circuit)
    for one, other in product(*prefixes.values()):
        both_halves = parse_range(one) == parse_range(other) and parse_range(one) in halved
        if parse_range(one).overlaps(parse_range(other)) and not both_halves:
            yield Violation(subject=subject, expected="a prefix for each session", observed=f"both use {one}")


RULE = Rule(
    id="bgp-session-missing",
    title="A circuit does not have two working BGP sessions",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=(
        "Set up the primary and the secondary BGP session of the circuit, each in a /30 of its own or in its half of a "
        "/29."
    ),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(
        CIRCUITS.at("bgp_sessions", entry_field="prefix"),
        CIRCUITS.at("bgp_sessions", entry_field="state"),
    ),
)
