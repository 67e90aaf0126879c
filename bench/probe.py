"""A program: the auditor's probe alone, in a process that has everything loaded; JSON on standard output.

``probe.py HOST PORT SERVICE ROUNDS default|all``.  ``all`` lifts the limits, so that every suite of a
permissive server is listed.  The times are medians of the rounds after a first one that is not counted.
"""

import json
import statistics
import sys
import time
from datetime import UTC, datetime

from auditor.model.observation import CipherSuitesSeen, ConnectionsUsed, Observation
from auditor.model.target import ServerTarget, Service
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.budget import Limits
from auditor.probes.server.endpoint import observe

_EVERYTHING = Limits(target_seconds=120.0, forbidden_suites=300, connections=600)


def main() -> None:
    """Observe, and print what was seen and what it took."""
    host, port, service, rounds, extent = sys.argv[1:]
    target = ServerTarget(name="probe", host=host, port=int(port), service=Service(service), address=host)
    asks = make_plan(load_policy("acg"), (target,)).asks
    limits = _EVERYTHING if extent == "all" else Limits()
    at = datetime.now(UTC)  # noqa: TID251 - a program of its own, with one clock reading
    walls, cpus, connections = [], [], 0
    seen: list[Observation] = []
    for _ in range(int(rounds) + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        seen = list(observe(target, asks, limits, at))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        connections += sum(used.count for used in seen if isinstance(used, ConnectionsUsed))
    suites = [found for found in seen if isinstance(found, CipherSuitesSeen)]
    document = {
        "suites": {found.version: [suite.name for suite in found.accepted] for found in suites},
        "more": any(found.possibly_more for found in suites),
        "connections": connections,
        "inner": {
            "wall": statistics.median(walls[1:]),
            "cpu": statistics.median(cpus[1:]),
            "rounds": len(walls),
        },
    }
    json.dump(document, sys.stdout)


main()
