"""The machine and the versions that a page of results was made with; nothing that says whose machine it is."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.tools import Tool

_SERVERS = {"nginx": "-v", "haproxy": "-v", "kamailio": "-v", "openssl": "version"}


def facts(tools: Sequence[Tool]) -> Iterator[str]:
    """One line of Markdown each: the machine, the tools, the servers."""
    yield (
        f"* {os.cpu_count()} cores, {platform.machine()}, Linux {_kernel()}, {_memory_total():.0f} GiB of memory; the "
        "servers share the cores with the tools."
    )
    versions = [f"{tool.name} {tool.version}" for tool in tools if tool.version_words]
    yield f"* Python {platform.python_version()}; {', '.join(versions)}."
    yield f"* Servers: {', '.join(f'{name} {version}' for name, version in _server_versions())}."


def _kernel() -> str:
    return ".".join(re.findall(r"\d+", platform.release())[:2])


def _memory_total() -> float:
    found = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found[1]) / 2**20 if found else float("nan")


def _server_versions() -> Iterator[tuple[str, str]]:
    for name, word in _SERVERS.items():
        path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
        if path:
            done = subprocess.run([path, word], capture_output=True, check=False, text=True, timeout=10)
            found = re.search(r"\d+\.\d+\.\d+\w*", done.stdout + done.stderr)
            yield name, found[0] if found else "unknown"
