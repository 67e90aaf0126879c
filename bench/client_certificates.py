"""``python bench/client_certificates.py``: what each tool says of the way servers treat client certificates.

The servers, and the truth about them, are those of testbed/client_verification.py; docs/mutual-tls-matrix.md is the
auditor's own view of them, case by case.  ``--write`` replaces docs/mutual-tls-tools.md.  Exit code: 1 when the auditor
is wrong.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from auditor.minting.client_certificates import good_client_certificate  # noqa: E402 - as above
from auditor.model.identity import Identity  # noqa: E402 - the path comes first
from bench.tools import NMAP, SSLYZE, TESTSSL, TOOLS, Tool  # noqa: E402 - as above
from testbed.certificates import make_authority  # noqa: E402 - as above
from testbed.client_verification import SERVERS, Verifies, Verifying, serving  # noqa: E402 - as above
from testbed.fleet import Server  # noqa: E402 - as above

PAGE = ROOT / "docs" / "mutual-tls-tools.md"
_BIN = Path(sys.executable).parent
_LEGEND = (
    "What each tool reports about how a server treats client certificates.  The servers are those of the "
    "[matrix](mutual-tls-matrix.md); they speak TLS 1.2 and 1.3.  A wrong answer is **bold**; an empty cell means "
    "no answer.  The auditor is given one valid client certificate."
)
_NOTHING = ""
_ASKED = {"DISABLED": "not requested", "OPTIONAL": "optional", "REQUIRED": "required"}
_TESTSSL_WORDS = {"none": "not requested", "optional": "optional", "required": "required"}


@dataclass(frozen=True)
class Scene:
    """What the tools are given."""

    folder: Path
    certificate: Path
    key: Path


def said_by_auditor(server: Server, scene: Scene) -> str:
    """Both answers: what is asked of a client, and whether what it shows is verified."""
    target = f"{'sips' if server.configuration.service == 'sip' else 'https'}://127.0.0.1:{server.port}"
    own = ["--client-cert", str(scene.certificate), "--client-key", str(scene.key)]
    output = _run([str(_BIN / "auditor"), "audit", target, "--json", *own])
    outcomes = {finding["rule"]: finding["outcome"] for finding in json.loads(output)["findings"]}
    if outcomes["client-certificate-not-requested"] == "fail":
        return "not requested"
    asked = {"pass": "required", "fail": "optional"}.get(outcomes["client-certificate-not-required"], "inconclusive")
    verified = {"pass": "verified", "fail": "any accepted"}.get(outcomes["client-certificate-unverified"])
    return f"{asked}, {verified}" if verified else asked


def said_by_sslyze(server: Server, _scene: Scene) -> str:
    """Its ``client_auth_requirement``, which it finds without reading what follows the handshake."""
    output = _run(
        [SSLYZE.program, "--certinfo", "--mozilla_config", "disable", "--json_out=-", f"127.0.0.1:{server.port}"]
    )
    (found,) = json.loads(output)["server_scan_results"]
    return _ASKED[str(found["connectivity_result"]["client_auth_requirement"])]


def said_by_testssl(server: Server, scene: Scene) -> str:
    """Its finding ``clientAuth``, which older releases do not have."""
    file = scene.folder / f"{server.port}.json"
    words = ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "min", "-S", "--jsonfile", str(file)]
    _run([TESTSSL.program, *words, f"127.0.0.1:{server.port}"])
    found = {finding["id"]: str(finding["finding"]) for finding in json.loads(file.read_text())}
    word = found.get("clientAuth", _NOTHING)
    return _TESTSSL_WORDS.get(word, word)


def said_by_nmap(server: Server, _scene: Scene) -> str:
    """Whatever line of its TLS scripts speaks of client certificates; there is no such script."""
    output = _run([NMAP.program, "-Pn", "-n", "-p", str(server.port), "--script", "+ssl-*", "127.0.0.1"])
    lines = [line.strip("|_ ") for line in output.splitlines() if "client" in line.lower()]
    return next((line for line in lines if "certificate" in line.lower()), _NOTHING)


SAID: Mapping[str, Callable[[Server, Scene], str]] = {
    "auditor": said_by_auditor,
    "sslyze": said_by_sslyze,
    "testssl": said_by_testssl,
    "nmap": said_by_nmap,
}


def truth(server: Verifying) -> str:
    """The configuration in the auditor's words."""
    if server.verifies is Verifies.NOT_ASKED:
        return "not requested"
    asked = "required" if server.required else "optional"
    return f"{asked}, {'verified' if server.verifies is Verifies.CHAIN else 'any accepted'}"


def right(said: str, server: Verifying) -> bool:
    """Whether all that was said is so; saying less than everything is not wrong."""
    return truth(server).startswith(said)


def main() -> int:
    """Ask every tool about every server, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/mutual-tls-tools.md")
    write = parser.parse_args().write
    tools = [tool for tool in TOOLS if tool.name in SAID and tool.installed]
    with tempfile.TemporaryDirectory() as folder:
        rows = [(server, dict(answers)) for server, answers in _answers(tools, Path(folder))]
    text = _page(tools, rows)
    print(text, end="")
    if write:
        PAGE.write_text(text, encoding="utf-8")
    return 0 if all(answers["auditor"] == truth(server) for server, answers in rows) else 1


def _answers(tools: list[Tool], folder: Path) -> Iterator[tuple[Verifying, Iterator[tuple[str, str]]]]:
    authority = make_authority()
    ca = Identity((authority.root.certificate,), authority.root.private_key)
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a program of its own, with one clock reading
    own = good_client_certificate(ca, now)
    scene = Scene(folder, folder / "client.pem", folder / "client.key")
    scene.certificate.write_bytes(b"".join(found.public_bytes(Encoding.PEM) for found in own.chain))
    scene.key.write_bytes(own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with serving(SERVERS, authority, folder) as started:
        for server in SERVERS:
            if server.name in started:
                said = [(tool.name, SAID[tool.name](started[server.name], scene)) for tool in tools]
                yield server, iter(said)


def _page(tools: list[Tool], rows: list[tuple[Verifying, dict[str, str]]]) -> str:
    names = [tool.name for tool in tools]
    wrong = {name: sum(not right(answers[name], server) for server, answers in rows) for name in names}
    silent = {name: sum(not answers[name] for _, answers in rows) for name in names}
    lines = [
        "<!-- Written by `python bench/client_certificates.py --write`; do not edit. -->",
        "",
        "# Mutual TLS: what other tools say",
        "",
        f"{_LEGEND}  Versions: {', '.join(f'{tool.name} {tool.version}' for tool in tools)}.",
        "",
        *(f"* {name}: {wrong[name]} wrong, {silent[name]} without an answer, of {len(rows)}" for name in names),
        "",
        f"| Server | Configured | {' | '.join(names)} |",
        f"|---|---|{'---|' * len(names)}",
        *(_row(server, [answers[name] for name in names]) for server, answers in rows),
    ]
    return "\n".join(lines) + "\n"


def _row(server: Verifying, said: list[str]) -> str:
    cells = [word if right(word, server) else f"**{word}**" for word in said]
    return f"| {' | '.join([server.name, truth(server), *cells])} |"


def _run(words: list[str]) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300).stdout


if __name__ == "__main__":
    sys.exit(main())
