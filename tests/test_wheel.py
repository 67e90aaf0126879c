"""The wheel, installed and used: it holds all that the commands need, and nothing else."""

import os
import subprocess
import sys
import sysconfig
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.minting.authority import make_intermediate, make_leaf, make_root
from auditor.minting.certificate import ValidityPeriod
from auditor.minting.keys import ec_key
from auditor.policy.shipped import policy_directory, shipped_policies

PROJECT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Away from the checkout, and without an environment that leads back to it."""
    environment = {"PATH": os.environ["PATH"], "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run(
        [*map(str, command)], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def pip(*words: str | Path, folder: Path) -> None:
    done = run(sys.executable, "-m", "pip", *words, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with what is installed: no network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, PROJECT, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel in it.  Of the one that runs the tests it sees the libraries, not the checkout.

    A path in a ``.pth`` file is searched, but the ``.pth`` files that lie there, the editable installation's among
    them, are not read.
    """
    folder = tmp_path_factory.mktemp("environment")
    made = run(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder)
    assert made.returncode == 0, made.stderr
    pip("--python", folder / "bin" / "python", "install", "--quiet", "--no-deps", "--no-index", wheel, folder=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def test_it_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"auditor"}
    packed = {name.removeprefix("auditor/_policies/") for name in names if name.startswith("auditor/_policies/")}
    assert packed == {
        str(path.relative_to(policy_directory())) for path in policy_directory().rglob("*") if path.is_file()
    }


def test_the_commands_run_from_it(environment: Path, tmp_path: Path) -> None:
    where = run(environment / "bin" / "python", "-c", "import auditor; print(auditor.__file__)", folder=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(environment), where
    auditor = environment / "bin" / "auditor"
    listed = run(auditor, "policy", "list", folder=tmp_path)
    assert listed.returncode == 0, listed
    for policy in shipped_policies():
        assert policy in listed.stdout
        shown = run(auditor, "policy", "show", policy, folder=tmp_path)
        assert f"\nid: {policy}\n" in shown.stdout, shown


def test_it_judges_a_certificate_and_writes_a_page(environment: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the program reads the clock as well
    years = ValidityPeriod(now - timedelta(days=400), now + timedelta(days=1500))
    root = make_root("Operator Root", years)
    issuing = make_intermediate(root, "Operator Issuing CA", years)
    leaf = make_leaf(
        issuing, ("sbc.example.net",), ec_key(), ValidityPeriod(now - timedelta(days=1), now + timedelta(days=90))
    )
    (tmp_path / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "sbc.pem").write_bytes(
        b"".join(found.public_bytes(Encoding.PEM) for found in (leaf, issuing.certificate))
    )
    words = ("certificate", "sbc.pem", "--root", "root.pem", "--report", "report.html", "--report", "report.sarif")
    done = run(environment / "bin" / "auditor", *words, folder=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done
    assert "sbc.example.net" in (tmp_path / "report.html").read_text(encoding="utf-8")
