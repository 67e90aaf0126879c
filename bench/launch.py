"""A program: run a command and write down its wall time, CPU time and peak memory.

``launch.py REPORT COMMAND…`` writes ``exit-code wall-seconds cpu-seconds peak-KiB``; CPU includes every descendant that
was waited for, the peak is that of the largest single process.  It is separate and imports next to nothing because
Linux counts the memory of the process that forks into the child's peak: nothing below this program's own 8 MiB or so
can be told apart, and anything larger in its place would hide more.
"""

import posix
import sys
import time


def main() -> None:
    """Run it in the foreground; standard streams are inherited."""
    report, command = sys.argv[1], sys.argv[2:]
    started = time.monotonic()
    process = posix.posix_spawn(command[0], command, posix.environ)
    _, status, used = posix.wait4(process, 0)
    wall = time.monotonic() - started
    code = posix.waitstatus_to_exitcode(status)
    with open(report, "w", encoding="ascii") as stream:  # noqa: PTH123 - pathlib would cost memory
        stream.write(f"{code} {wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss}")


main()
