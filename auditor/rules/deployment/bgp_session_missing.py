"""Microsoft keeps its promise of availability only where both BGP sessions of a circuit are up.

That holds over a single physical connection as well.
"""

from collections.abc import Iterator
from itertools import product

from auditor.model.deployment import Circuit
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import DeploymentSeen
from auditor.model.rule import Evidence, Group, NoParameters, Rule
from auditor.model.severity import Severity
from auditor.network.addresses import parse_range
from auditor.rules.deployment._shared import judge_circuits

_PATHS = ("primary", "secondary")


def check(evidence: Evidence[DeploymentSeen], _params: NoParameters) -> Iterator[Remark]:
    """Each circuit is looked at by itself."""
    for seen in evidence.seen:
        yield from judge_circuits(seen.declared, _circuit)


def _circuit(where: str, circuit: Circuit) -> Iterator[Remark]:
    sessions = circuit.bgp_sessions
    # The gateway speaks IPv4 alone: a session of IPv6 stands in for none.
    known = [one for one in sessions if one.prefix is None or parse_range(one.prefix).version == 4]
    for path in _PATHS:
        if not any(session.path == path for session in known):
            yield Violation(subject=f"{where}.bgp_sessions", expected=f"a {path} session", observed="none is declared")
    for session in sessions:
        if session.state == "down":
            subject = f"{where}.bgp_sessions[{session.path}]"
            yield Violation(subject=subject, expected="established", observed="down")
        elif session.state == "unknown":
            subject = f"{where}.bgp_sessions[{session.path}]"
            yield Doubt(subject=subject, reason="whether it is established is not known")
    prefixes = {path: [one.prefix for one in known if one.path == path and one.prefix] for path in _PATHS}
    for one, other in product(*prefixes.values()):
        if parse_range(one).overlaps(parse_range(other)):
            yield Violation(
                subject=f"{where}.bgp_sessions", expected="a prefix for each session", observed=f"both in {one}"
            )


RULE = Rule(
    id="bgp-session-missing",
    title="A circuit does not have two BGP sessions",
    group=Group.DEPLOYMENT,
    severity=Severity.CRITICAL,
    citations=(),
    remedy=("Set up the primary and the secondary BGP session of the circuit, each in a /30 of its own."),
    observes=DeploymentSeen,
    params=NoParameters,
    check=check,
    rests_on=(
        "circuits.bgp_sessions.prefix",
        "circuits.bgp_sessions.state",
    ),
)
