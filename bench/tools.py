"""The tools that are compared: how each is called, which version it is, and how its answer is read."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auditor.model.target import Service
from bench.measure import Run
from bench.readings import (
    Reading,
    UnreadableError,
    read_auditor,
    read_nmap,
    read_probe,
    read_sslscan,
    read_sslyze,
    read_testssl,
)
from bench.scene import Scene

_BIN = Path(sys.executable).parent
_PROBE = Path(__file__).with_name("probe.py")
_POLICY = Path(__file__).with_name("tls.yaml")
_SSLYZE_VERSIONS = ("--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3")
Words = Callable[[Scene, int], list[str]]


@dataclass(frozen=True)
class Tool:
    """One tool.  ``words`` makes the command for a scene and a port, which is the server's or the witness's."""

    name: str
    program: str
    version_words: tuple[str, ...]
    words: Words
    read: Callable[[str], list[Reading]]
    shown: str
    """The command as a reader would type it."""
    file: str | None = None
    """Where the answer is, when it is not on standard output: a file in the scene's folder."""
    slow: bool = False
    """Whether a sparing run asks it only about the first server."""
    whole: bool = True
    """Whether the whole process is measured, or only what it measured inside."""

    @property
    def installed(self) -> bool:
        """Whether it can be run."""
        return shutil.which(self.program) is not None

    @property
    def version(self) -> str:
        """What it says its version is."""
        done = subprocess.run(
            [self.program, *self.version_words], capture_output=True, check=False, text=True, timeout=30
        )
        found = re.search(r"\d+(?:\.\d+)+(?:[-+.\w]*)", re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr))
        return found[0] if found else "unknown"

    def reading(self, scene: Scene, run: Run) -> Reading:
        """Its answer about the scene's server.  Raises ``UnreadableError``."""
        try:
            text = (scene.folder / self.file).read_text(errors="replace") if self.file else run.output
        except FileNotFoundError as error:
            raise UnreadableError("it wrote no report") from error
        readings = self.read(text)
        if len(readings) != 1:
            raise UnreadableError(f"it reported {len(readings)} servers")
        return readings[0]


def _place(scene: Scene, port: int) -> str:
    return f"{scene.server.configuration.address}:{port}"


def _auditor(scene: Scene, port: int) -> list[str]:
    service = "sips" if scene.server.configuration.service is Service.SIP else "https"
    target = f"{service}://{_place(scene, port)}"
    return [str(_BIN / "auditor"), "audit", target, "-p", str(_POLICY), "--root", str(scene.root), "--json"]


def _probe(rounds: int, extent: str) -> Words:
    def words(scene: Scene, port: int) -> list[str]:
        configuration = scene.server.configuration
        place = [configuration.address, str(port), str(configuration.service)]
        return [sys.executable, "-P", str(_PROBE), *place, str(rounds), extent]

    return words


def _sslyze(scene: Scene, port: int) -> list[str]:
    words = [*_SSLYZE_VERSIONS, "--certinfo", "--mozilla_config", "disable", "--json_out=-"]
    return [str(_BIN / "sslyze"), *words, _place(scene, port)]


def _sslscan(scene: Scene, port: int) -> list[str]:
    return ["sslscan", "--no-colour", "--xml=-", _place(scene, port)]


def _nmap(scene: Scene, port: int) -> list[str]:
    words = ["-Pn", "-n", "-p", str(port), "--script", "+ssl-enum-ciphers", "-oX", "-"]
    return ["nmap", *words, scene.server.configuration.address]


def _testssl(scene: Scene, port: int) -> list[str]:
    words = ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "min", "-p", "-E"]
    return ["testssl", *words, "--jsonfile", str(scene.folder / "testssl.json"), _place(scene, port)]


AUDITOR = Tool(
    "auditor", str(_BIN / "auditor"), ("--version",), _auditor, read_auditor,
    "auditor audit HOST:PORT -p bench/tls.yaml --root declared.pem --json",
)  # fmt: skip
SSLYZE = Tool(
    "sslyze", str(_BIN / "sslyze"), ("--help",), _sslyze, read_sslyze,
    f"sslyze {' '.join(_SSLYZE_VERSIONS)} --certinfo --mozilla_config disable --json_out=- HOST:PORT",
)  # fmt: skip
SSLSCAN = Tool(
    "sslscan", "sslscan", ("--version",), _sslscan, read_sslscan, "sslscan --no-colour --xml=- HOST:PORT"
)  # fmt: skip
NMAP = Tool(
    "nmap", "nmap", ("--version",), _nmap, read_nmap, "nmap -Pn -n -p PORT --script +ssl-enum-ciphers -oX - HOST"
)  # fmt: skip
TESTSSL = Tool(
    "testssl", "testssl", ("--version",), _testssl, read_testssl,
    "testssl --quiet --color 0 --warnings off --nodns min -p -E --jsonfile FILE HOST:PORT",
    file="testssl.json", slow=True,
)  # fmt: skip
TOOLS = (AUDITOR, SSLYZE, SSLSCAN, NMAP, TESTSSL)


def probes(rounds: int) -> tuple[Tool, Tool]:
    """The auditor's probe alone, with the default limits and with every suite listed."""
    shown = f"python bench/probe.py HOST PORT SERVICE {rounds} %s"
    default = Tool(
        "probe alone", sys.executable, (), _probe(rounds, "default"), read_probe, shown % "default", whole=False
    )
    everything = Tool(
        "probe alone, every suite listed", sys.executable, (), _probe(1, "all"), read_probe,
        "python bench/probe.py HOST PORT SERVICE 1 all", whole=False,
    )  # fmt: skip
    return default, everything
