"""The second oracle: sslyze's exhaustive enumeration, and what it is known to miss."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from auditor.model.tls import ProtocolVersion
from testbed.configuration import SERVER_NAME, V12, Implementation
from testbed.fleet import Server
from testbed.oracles.openssl import Suites


def enumerate_with_sslyze(servers: Sequence[Server], seconds: float) -> dict[str, Suites]:
    """What sslyze's exhaustive enumeration accepts, by server name and version, in a process killed after ``seconds``.

    A server sslyze gives up on, again and again, is left out.  Kamailio is scanned one connection at a time.
    """
    order = [
        {
            "name": server.name,
            "address": server.configuration.address,
            "port": server.port,
            "server_name": SERVER_NAME,
            "gently": server.configuration.implementation is Implementation.KAMAILIO,
        }
        for server in servers
    ]
    # -P: the modules beside the script are not to be found by sslyze's imports.
    command = [sys.executable, "-P", str(Path(__file__).with_name("sslyze_enumeration.py"))]
    done = subprocess.run(command, input=json.dumps(order), capture_output=True, check=True, text=True, timeout=seconds)
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout)
    return {
        name: {ProtocolVersion(version): frozenset(suites) for version, suites in versions.items()}
        for name, versions in found.items()
    }


def missed_by_sslyze(version: ProtocolVersion) -> frozenset[str]:
    """What sslyze 6.3.1 does not see in TLS 1.2: it never offers the anonymous Camellia suites with SHA-256."""
    if version is not V12:
        return frozenset()
    return frozenset({"TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256", "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256"})
