"""Certificates in files: the auditor on a directory, openssl file by file, pkilint's own command on a few of them."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from auditor.minting.certificate_builder import ValidityPeriod
from auditor.minting.keys import ec_key
from bench.compare import note
from bench.measure import Run, run
from testbed.certificates import AT, Authority, issue, pem
from testbed.configuration import Key

_BIN = Path(sys.executable).parent
_CHECKEND = 'openssl x509 -noout -checkend 0 -in "$file"'
_VERIFY = 'openssl verify -CAfile "$root" -untrusted "$file" "$file"'
_PKILINT = 'lint_pkix_cert lint "$file"'
_ENDED = ValidityPeriod.days(AT, -20, -1)
_FEW = 20
"""pkilint's command takes most of a second to start, and looks at one file."""


@dataclass(frozen=True)
class FileTool:
    """One way of looking at files."""

    name: str
    shown: str
    words: Sequence[str]
    ended: Callable[[Run], int] | None
    """How many certificates it found expired; none when it does not look at dates."""
    few: bool = False


@dataclass(frozen=True)
class FileBatch:
    """One tool over its files, once: seconds and MiB."""

    name: str
    shown: str
    certificates: int
    wall: float
    cpu: float
    memory: float
    right: str

    @property
    def rate(self) -> float:
        """Certificates a second."""
        return self.certificates / self.wall


def file_batches(authority: Authority, count: int) -> list[FileBatch]:
    """Judge ``count`` files once, each a leaf and its issuer in PEM; every tenth leaf has expired."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, authority, count)
        tools = [tool for tool in _tools(folder) if not tool.few or (_BIN / "lint_pkix_cert").exists()]
        return [_batch(tool, _FEW if tool.few else count) for tool in tools]


def section(batches: Sequence[FileBatch]) -> Iterator[str]:
    """Its part of the page."""
    yield "## Certificates in files"
    yield ""
    yield (
        "One round.  Every file holds a certificate (ECDSA P-256) and its issuer's, in PEM; every tenth has expired.  "
        "The auditor applies every rule of its policy, `openssl x509` looks at one date, and `openssl verify` at the "
        "chain.  The auditor is given the directory; the others are started once a file, by a shell's loop."
    )
    yield ""
    rows = [
        [
            batch.name,
            str(batch.certificates),
            f"{batch.rate:.0f}" if batch.rate >= 10 else f"{batch.rate:.1f}",
            f"{batch.wall:.2f}",
            f"{batch.cpu:.2f}",
            f"{batch.memory:.0f}",
            batch.right,
        ]
        for batch in batches
    ]
    head = ["tool", "files", "files a second", "wall s", "CPU s", "memory MiB", "expired ones found"]
    yield tabulate(rows, head, tablefmt="github", disable_numparse=True)
    yield ""
    yield "```"
    yield from (batch.shown for batch in batches)
    yield "```"
    yield ""


def _batch(tool: FileTool, count: int) -> FileBatch:
    done = run(tool.words, seconds=1200)
    note(f"{count} files: {tool.name}, {done.wall:.2f} s")
    right = f"{tool.ended(done)} of {count // 10}" if tool.ended else "does not look at dates"
    return FileBatch(tool.name, tool.shown, count, done.wall, done.cpu, done.memory, right)


def _tools(folder: Path) -> list[FileTool]:
    files, root = str(folder / "files"), str(folder / "root.pem")
    auditor = [str(_BIN / "auditor"), "certificate", files, "--root", root, "--json"]
    return [
        FileTool("auditor", "auditor certificate DIRECTORY --root root.pem --json", auditor, _auditor_ended),
        FileTool("openssl x509, a loop", _CHECKEND, _loop(_CHECKEND, files, root), _lines),
        FileTool("openssl verify, a loop", _VERIFY, _loop(_VERIFY, files, root), _lines),
        FileTool("pkilint, a loop", _PKILINT, _loop(_PKILINT, f"{folder}/few", root), None, few=True),
    ]  # fmt: skip


def _loop(command: str, files: str, root: str) -> list[str]:
    path = f'PATH="{_BIN}:$PATH"'
    return [
        "sh",
        "-c",
        f'{path}; root={root}; for file in "{files}"/*.pem; do {command} >/dev/null 2>&1 || echo ended; done',
    ]


def _lines(done: Run) -> int:
    return len(done.output.splitlines())


def _auditor_ended(done: Run) -> int:
    findings = json.loads(done.output)["findings"]
    return sum(found["rule"] == "certificate-expired" and found["outcome"] == "fail" for found in findings)


def _write(folder: Path, authority: Authority, count: int) -> None:
    issuer = authority.intermediates[Key.ECDSA]
    (folder / "root.pem").write_bytes(pem(authority.root.certificate))
    for name in ("files", "few"):
        (folder / name).mkdir()
    for number in range(count):
        name = f"sbc{number}.example.net"
        validity = _ENDED if number % 10 == 0 else None
        leaf = issue(ec_key(), name, issuer, names=(name,), validity=validity).certificate
        content = pem(leaf, issuer.certificate)
        (folder / "files" / f"{number:05}.pem").write_bytes(content)
        if number < _FEW:
            (folder / "few" / f"{number:05}.pem").write_bytes(content)
