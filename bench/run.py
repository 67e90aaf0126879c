"""``python bench/run.py``: the side-by-side run.

It starts ``bench.session`` in a network namespace of its own where the machine allows that (as root, or with user
namespaces), so that the kernel's count of accepted connections holds no one else's.  Elsewhere it runs on the plain
host, where the machine should be idle.

Options: ``--quick`` (under 90 seconds: one round, fewer endpoints, no delay line), ``--rounds N``, ``--write``
(replaces docs/benchmarks.md).  Exit code: 0 when every claim held, 1 with a sentence for each that did not, 2 for wrong
usage.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Check the arguments, then become the session."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description="The auditor beside other tools, in one run.")
    parser.add_argument("--quick", action="store_true", help="one round in under 90 seconds, for a reader")
    parser.add_argument("--rounds", type=_rounds, help="rounds, interleaved (default 3; 1 with --quick)")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    chosen = parser.parse_args()
    words = [str(chosen.rounds or (1 if chosen.quick else 3))]
    words += ["--quick"] * chosen.quick + ["--write"] * chosen.write
    namespace = _namespace()
    words += ["--isolated"] if namespace else []
    command = [*namespace, sys.executable, "-m", "bench.session", *words]
    os.chdir(ROOT)
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


def _rounds(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError("1 to 100 rounds")
    return number


def _namespace() -> list[str]:
    """The words that start a program in a fresh network namespace; none where that is not possible."""
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("ip") is None:
        return []
    words = [unshare, "--net"] if os.geteuid() == 0 else [unshare, "--net", "--map-root-user"]
    tried = subprocess.run([*words, "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    return words if tried.returncode == 0 else []


if __name__ == "__main__":
    sys.exit(main())
