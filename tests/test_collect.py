"""Hosts side by side, the targets of one host one after the other, and a broken probe costs its own target alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier, Event, Lock

import pytest

from auditor.collect import Observe, collect
from auditor.model.asks import Asks
from auditor.model.observation import ConnectionsUsed, NotObserved, Observation
from auditor.model.target import ServerTarget, Service
from auditor.plan import Plan, make_plan
from auditor.policy.read import load_policy
from auditor.probes.budget import Limits

AT = datetime(2040, 3, 1, tzinfo=UTC)


def target(name: str, address: str | None = "192.0.2.1") -> ServerTarget:
    return ServerTarget(name=name, host="sbc.example.net", port=5061, service=Service.SIP, address=address)


def planned(*targets: ServerTarget) -> Plan:
    return make_plan(load_policy("acg"), targets)


def collected(plan: Plan, observe: Observe, workers: int = 8) -> list[Observation]:
    with ThreadPoolExecutor(workers) as executor:
        return list(collect(plan, Limits(), AT, executor, observe))


def used(target: ServerTarget) -> ConnectionsUsed:
    return ConnectionsUsed(target=target.name, at=AT, count=1, seconds=0.0)


def test_two_targets_at_one_address_never_overlap() -> None:
    inside = Lock()
    other_host = Event()

    def observe(target: ServerTarget, _asks: Asks, _limits: Limits, _at: datetime) -> Iterator[Observation]:
        if target.name == "elsewhere":
            other_host.set()
            yield used(target)
            return
        assert inside.acquire(blocking=False), "two at once"
        assert other_host.wait(10)  # while another host is looked at, so there is a worker to spare
        yield used(target)
        inside.release()

    plan = planned(*(target(f"port {number}") for number in range(6)), target("elsewhere", "192.0.2.2"))
    seen = collected(plan, observe)
    assert {type(found) for found in seen} == {ConnectionsUsed}
    assert len(seen) == 7


def test_different_addresses_are_looked_at_side_by_side() -> None:
    together = Barrier(3)

    def observe(target: ServerTarget, _asks: Asks, _limits: Limits, _at: datetime) -> Iterator[Observation]:
        together.wait(10)
        yield used(target)

    plan = planned(*(target(address, address) for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1")))
    assert {type(found) for found in collected(plan, observe)} == {ConnectionsUsed}


@pytest.mark.parametrize("error", [ValueError("secret"), AssertionError(), RecursionError(), OSError(24, "too many")])
def test_a_probe_that_breaks_costs_its_own_target_and_no_other(error: Exception) -> None:
    def observe(target: ServerTarget, _asks: Asks, _limits: Limits, _at: datetime) -> Iterator[Observation]:
        yield used(target)
        if target.name == "bad":
            raise error

    plan = planned(target("good"), target("bad"), target("also good"))
    seen = collected(plan, observe)
    missing = [found for found in seen if isinstance(found, NotObserved)]
    assert {found.target for found in missing} == {"bad"}
    assert {found.wanted for found in missing} == plan.asks.kinds
    assert {found.reason for found in missing} == {
        f"the probe failed with {type(error).__name__}; please report this as a bug"
    }
    assert [found.target for found in seen if isinstance(found, ConnectionsUsed)] == ["good", "bad", "also good"]


def test_targets_without_an_address_do_not_wait_for_each_other() -> None:
    together = Barrier(2)

    def observe(target: ServerTarget, _asks: Asks, _limits: Limits, _at: datetime) -> Iterator[Observation]:
        together.wait(10)
        yield used(target)

    seen = collected(planned(target("a", None), target("b", None)), observe)
    assert {type(found) for found in seen} == {ConnectionsUsed}


def test_results_come_as_hosts_are_finished() -> None:
    release = Event()

    def observe(target: ServerTarget, _asks: Asks, _limits: Limits, _at: datetime) -> Iterator[Observation]:
        if target.name == "slow":
            assert release.wait(10)
        yield used(target)

    with ThreadPoolExecutor(2) as executor:
        results = collect(
            planned(target("slow", "192.0.2.1"), target("quick", "192.0.2.2")), Limits(), AT, executor, observe
        )
        assert next(results).target == "quick"
        release.set()
        assert [found.target for found in results] == ["slow"]


def test_every_finished_target_is_reported() -> None:
    finished: list[str] = []

    def observe(target: ServerTarget, _asks: Asks, _limits: Limits, _at: datetime) -> Iterator[Observation]:
        yield used(target)
        if target.name == "bad":
            raise ValueError

    plan = planned(target("good"), target("bad"))
    with ThreadPoolExecutor(1) as executor:
        list(collect(plan, Limits(), AT, executor, observe, lambda target: finished.append(target.name)))
    assert finished == ["good", "bad"]


def test_the_probe_gets_what_the_plan_asks() -> None:
    got: list[tuple[Asks, Limits, datetime]] = []

    def observe(_target: ServerTarget, asks: Asks, limits: Limits, at: datetime) -> Iterator[Observation]:
        got.append((asks, limits, at))
        yield from ()

    plan = planned(target("one"))
    collected(plan, observe)
    assert got == [(plan.asks, Limits(), AT)]
