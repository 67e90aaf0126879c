"""Collecting observations for a plan: many hosts in parallel, one connection at a time to each."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, as_completed
from datetime import datetime

from auditor.model.asks import Asks
from auditor.model.observation import NotObserved, Observation
from auditor.model.target import ServerTarget
from auditor.plan import Plan
from auditor.probes.budget import Limits

Observe = Callable[[ServerTarget, Asks, Limits, datetime], Iterator[Observation]]


def collect(
    plan: Plan,
    limits: Limits,
    at: datetime,
    executor: Executor,
    observe: Observe,
    done: Callable[[ServerTarget], None] = lambda _target: None,
) -> Iterator[Observation]:
    """Observe every endpoint of ``plan`` on ``executor``; ``done`` is called with each target that is finished.

    Targets at the same address share a process more often than not, so they are scanned one after the other; different
    addresses are scanned in parallel.  A probe that breaks costs its own target's answers and no other's.
    """
    hosts: dict[str, list[ServerTarget]] = defaultdict(list)
    for target in plan.endpoints:
        hosts[target.address or target.name].append(target)
    running: list[Future[list[tuple[ServerTarget, list[Observation]]]]] = [
        executor.submit(_one_host, targets, plan.asks, limits, at, observe, done) for targets in hosts.values()
    ]
    for finished in as_completed(running):
        for _target, observations in finished.result():
            yield from observations


def _one_host(
    targets: list[ServerTarget],
    asks: Asks,
    limits: Limits,
    at: datetime,
    observe: Observe,
    done: Callable[[ServerTarget], None],
) -> list[tuple[ServerTarget, list[Observation]]]:
    results = []
    for target in targets:
        results.append((target, _one_target(target, asks, limits, at, observe)))
        done(target)
    return results


def _one_target(target: ServerTarget, asks: Asks, limits: Limits, at: datetime, observe: Observe) -> list[Observation]:
    seen: list[Observation] = []
    try:
        seen.extend(observe(target, asks, limits, at))
    except Exception as error:  # noqa: BLE001 - whatever it was, the other targets are audited all the same
        reason = f"the probe failed with {type(error).__name__}; please report this as a bug"
        seen.extend(NotObserved(target=target.name, at=at, wanted=kind, reason=reason) for kind in sorted(asks.kinds))
    return seen
