"""A program: sslyze's Scanner, as it comes, over many servers; prints how many came out as expected.

``scanner.py FILE``: a JSON object with ``servers`` (address and port pairs) and ``expected`` (IANA names by the name of
sslyze's scan command).  The default concurrency: five connections to a server, ten servers side by side.
"""

import json
import sys
from pathlib import Path

from sslyze import (  # noqa: TID251 - it is what is compared against
    ScanCommand,
    Scanner,
    ServerNetworkLocation,
    ServerScanRequest,
    ServerScanResult,
)

_COMMANDS = (
    ScanCommand.SSL_2_0_CIPHER_SUITES,
    ScanCommand.SSL_3_0_CIPHER_SUITES,
    ScanCommand.TLS_1_0_CIPHER_SUITES,
    ScanCommand.TLS_1_1_CIPHER_SUITES,
    ScanCommand.TLS_1_2_CIPHER_SUITES,
    ScanCommand.TLS_1_3_CIPHER_SUITES,
)


def main() -> None:
    """Scan, and count the servers whose suites are the expected ones in every version."""
    order = json.loads(Path(sys.argv[1]).read_text())
    scanner = Scanner()
    commands = {*_COMMANDS, ScanCommand.CERTIFICATE_INFO}
    locations = [ServerNetworkLocation(address, port, address) for address, port in order["servers"]]
    scanner.queue_scans([ServerScanRequest(location, scan_commands=commands) for location in locations])
    right = sum(_accepted(result) == order["expected"] for result in scanner.get_results())
    json.dump({"right": right}, sys.stdout)


def _accepted(result: ServerScanResult) -> dict[str, list[str]] | None:
    if result.scan_result is None:
        return None
    found: dict[str, list[str]] = {}
    for command in _COMMANDS:
        attempt = getattr(result.scan_result, command.value)
        if attempt.result is None:
            return None
        found[command.value] = sorted(suite.cipher_suite.name for suite in attempt.result.accepted_cipher_suites)
    return found


if __name__ == "__main__":
    main()
