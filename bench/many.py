"""Many endpoints in one go: the auditor with an inventory, sslyze's Scanner, nmap."""

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.compare import Costs, note
from bench.measure import Run, TookTooLongError, run
from bench.readings import UnreadableError, read_auditor, read_nmap
from bench.scene import Listener, Scene, Suites, serving
from bench.tools import NMAP
from testbed.certificates import Authority
from testbed.configuration import SERVER_NAME, ClientCertificates, Implementation

_SCANNER = Path(__file__).with_name("scanner.py")
_AUDITOR = str(Path(sys.executable).parent / "auditor")
_COMMANDS = {
    "SSLv2": "ssl_2_0_cipher_suites",
    "SSLv3": "ssl_3_0_cipher_suites",
    "TLSv1.0": "tls_1_0_cipher_suites",
    "TLSv1.1": "tls_1_1_cipher_suites",
    "TLSv1.2": "tls_1_2_cipher_suites",
    "TLSv1.3": "tls_1_3_cipher_suites",
}


@dataclass(frozen=True)
class Batch:
    """One tool over all endpoints: medians, and how many endpoints it was right about in its worst run."""

    name: str
    wall: float
    cpu: float
    memory: float
    connections: float
    server_cpu: float
    right: int
    endpoints: int

    @property
    def costs(self) -> Costs:
        """All but the answers."""
        return self.connections, self.wall, self.cpu, self.memory, self.server_cpu


def batches(model: Listener, true: Suites, authority: Authority, count: int, rounds: int) -> list[Batch]:
    """Audit ``count`` addresses of 127.0.0.0/8 that all serve ``model``, with every tool, interleaved."""
    hosts = [f"127.0.{1 + number // 200}.{1 + number % 200}" for number in range(count)]
    listeners = [
        Listener(
            Implementation.NGINX,
            f"many-{number}",
            tls12_suites=model.tls12_suites,
            client_certificates=ClientCertificates.REQUIRED,
            host=host,
        )
        for number, host in enumerate(hosts)
    ]
    found: dict[str, list[tuple[Run, int]]] = {}
    for _ in range(rounds):
        for name, words, right in _tools():
            with serving(listeners, authority) as scenes:
                try:
                    done = run(words(scenes, true), servers=scenes[0].processes, seconds=600)
                except TookTooLongError as error:
                    note(f"{count} endpoints: {name}: {error}")
                    continue
                note(f"{count} endpoints: {name}, {done.wall:.2f} s")
                found.setdefault(name, []).append((done, right(done, true)))
    return [_batch(name, runs, count) for name, runs in found.items()]


def _batch(name: str, runs: Sequence[tuple[Run, int]], count: int) -> Batch:
    def median(value: Callable[[Run], float]) -> float:
        return statistics.median(value(done) for done, _ in runs)

    return Batch(
        name,
        wall=median(lambda done: done.wall),
        cpu=median(lambda done: done.cpu),
        memory=median(lambda done: done.memory),
        connections=median(lambda done: done.connections),
        server_cpu=median(lambda done: done.server_cpu),
        right=min(right for _, right in runs),
        endpoints=count,
    )


Words = Callable[[Sequence[Scene], Suites], list[str]]
Right = Callable[[Run, Suites], int]


def _tools() -> list[tuple[str, Words, Right]]:
    nmap: list[tuple[str, Words, Right]] = [("nmap", _nmap, _nmap_right)] if NMAP.installed else []
    return [("auditor", _auditor, _auditor_right), ("sslyze Scanner", _sslyze, _sslyze_right), *nmap]


def _auditor(scenes: Sequence[Scene], _true: Suites) -> list[str]:
    path = scenes[0].folder / "inventory.yaml"
    endpoints = [
        f"  - {{name: endpoint-{number}, address: '{scene.server.configuration.address}:{scene.server.port}', "
        f"server_name: {SERVER_NAME}}}"
        for number, scene in enumerate(scenes)
    ]
    path.write_text("\n".join(["operator: Example", "endpoints:", *endpoints, ""]))
    return [_AUDITOR, "audit", "-i", str(path), "--root", str(scenes[0].root), "--json"]


def _auditor_right(done: Run, true: Suites) -> int:
    return sum(reading.suites == true and reading.verdict == "pass" for reading in read_auditor(done.output))


def _sslyze(scenes: Sequence[Scene], true: Suites) -> list[str]:
    path = scenes[0].folder / "order.json"
    servers = [(scene.server.configuration.address, scene.server.port) for scene in scenes]
    expected = {_COMMANDS[version]: sorted(names) for version, names in true.items()}
    path.write_text(json.dumps({"servers": servers, "expected": expected}))
    return [sys.executable, "-P", "-W", "ignore", str(_SCANNER), str(path)]


def _sslyze_right(done: Run, _true: Suites) -> int:
    return int(json.loads(done.output)["right"]) if done.code == 0 else 0


def _nmap(scenes: Sequence[Scene], _true: Suites) -> list[str]:
    hosts = [scene.server.configuration.address for scene in scenes]
    return ["nmap", "-Pn", "-n", "-p", str(scenes[0].server.port), "--script", "+ssl-enum-ciphers", "-oX", "-", *hosts]


def _nmap_right(done: Run, true: Suites) -> int:
    try:
        return sum(reading.suites == true for reading in read_nmap(done.output))
    except UnreadableError:
        return 0
