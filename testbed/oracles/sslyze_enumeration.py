"""A program: sslyze's exhaustive enumeration of the targets on standard input, as JSON on standard output.

It is a process of its own because sslyze can hang for good (a client-certificate alert it does not know kills its
connectivity thread), and a process can be killed at a deadline.

In: ``[{"name", "address", "port", "server_name", "gently"}]``.  Out: ``{name: {version: [IANA names]}}``, without the
targets it could not scan.
"""

import json
import sys
from typing import Any

from sslyze import (
    ScanCommand,
    Scanner,
    ServerNetworkConfiguration,
    ServerNetworkLocation,
    ServerScanRequest,
    ServerScanResult,
)

COMMANDS = {
    "SSLv3": ScanCommand.SSL_3_0_CIPHER_SUITES,
    "TLSv1.0": ScanCommand.TLS_1_0_CIPHER_SUITES,
    "TLSv1.1": ScanCommand.TLS_1_1_CIPHER_SUITES,
    "TLSv1.2": ScanCommand.TLS_1_2_CIPHER_SUITES,
    "TLSv1.3": ScanCommand.TLS_1_3_CIPHER_SUITES,
}


ATTEMPTS = 4
"""sslyze writes to a TLS 1.3 server before it reads, and where a reset then eats the alert it drops the target."""


def main() -> None:
    """Scan the gentle targets one after another, the others together."""
    order: list[dict[str, Any]] = json.load(sys.stdin)
    found: dict[str, dict[str, list[str]]] = {}
    for _ in range(ATTEMPTS):
        left = [target for target in order if target["name"] not in found]
        together = [target for target in left if not target["gently"]]
        found |= scan(together, Scanner(per_server_concurrent_connections_limit=4, concurrent_server_scans_limit=6))
        alone = [target for target in left if target["gently"]]
        found |= scan(alone, Scanner(per_server_concurrent_connections_limit=1, concurrent_server_scans_limit=1))
    json.dump(found, sys.stdout)


def scan(targets: list[dict[str, Any]], scanner: Scanner) -> dict[str, dict[str, list[str]]]:
    """The accepted suites of every target, by its name and the version."""
    if not targets:
        return {}
    scanner.queue_scans([request(target) for target in targets])
    found = {}
    for result in scanner.get_results():
        suites = accepted(result)
        if suites is None:
            sys.stderr.write(f"{result.server_location.hostname}: {result.connectivity_error_trace}\n")
        else:
            found[result.server_location.hostname] = suites
    return found


def request(target: dict[str, Any]) -> ServerScanRequest:
    """What sslyze wants to be told.  The target's name stands in for the host name, to know its result by."""
    return ServerScanRequest(
        server_location=ServerNetworkLocation(target["name"], target["port"], target["address"]),
        network_configuration=ServerNetworkConfiguration(
            tls_server_name_indication=target["server_name"], network_timeout=5, network_max_retries=1
        ),
        scan_commands=set(COMMANDS.values()),
    )


def accepted(result: ServerScanResult) -> dict[str, list[str]] | None:
    """The IANA names sslyze says are accepted, or nothing where a command did not complete."""
    if result.scan_result is None:
        return None
    found = {}
    for version, command in COMMANDS.items():
        attempt = getattr(result.scan_result, command.value)
        if attempt.result is None:
            return None
        found[version] = [suite.cipher_suite.name for suite in attempt.result.accepted_cipher_suites]
    return found


if __name__ == "__main__":
    main()
