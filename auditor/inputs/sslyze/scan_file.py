"""The file that ``sslyze --json_out`` writes: its parts that are used here, checked and with their locations.

A file may come from anyone, so it is read by the strict reader and held to a schema before anything is taken from it.
Keys that are not used may be there or not: sslyze adds some in every release.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from auditor.errors import InputError, InputErrors
from auditor.inputs.documents.files import read_bytes
from auditor.inputs.documents.json_document import parse_json
from auditor.inputs.documents.validation import Schema, complaints
from auditor.inputs.documents.yaml import Document, Keys, ReadLimits
from auditor.inputs.observation_file import YEARS
from auditor.model.tls import ProtocolVersion

LIMITS: Final = ReadLimits(size=48 * 1024 * 1024, values=800_000, long_numbers=True)
"""Enough for some 200 servers.  The modulus of an RSA key is a number of more digits than any setting needs."""

ENUMERATIONS: Final[Mapping[str, tuple[str, ProtocolVersion]]] = {
    "ssl_2_0_cipher_suites": ("SSL_2_0", ProtocolVersion.SSL_2_0),
    "ssl_3_0_cipher_suites": ("SSL_3_0", ProtocolVersion.SSL_3_0),
    "tls_1_0_cipher_suites": ("TLS_1_0", ProtocolVersion.TLS_1_0),
    "tls_1_1_cipher_suites": ("TLS_1_1", ProtocolVersion.TLS_1_1),
    "tls_1_2_cipher_suites": ("TLS_1_2", ProtocolVersion.TLS_1_2),
    "tls_1_3_cipher_suites": ("TLS_1_3", ProtocolVersion.TLS_1_3),
}
"""sslyze's name of each scan command that enumerates cipher suites, with its name of the version."""
VERSIONS: Final = dict(ENUMERATIONS.values())
"""The versions by sslyze's names."""

MOST_SERVERS: Final = 2_000

_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*\{\s*"
    rb'"(?:invalid_server_strings|server_scan_results|date_scans_(?:started|completed)|sslyze_(?:version|url))"\s*:'
)
_HEAD: Final = 4096
_TEXT: Final[Schema] = {"type": "string", "maxLength": 1024}
_FLAG: Final[Schema] = {"type": "boolean"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _mapping(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    return {"type": "object", "required": [*required], "properties": {**required, **(optional or {})}}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _attempt(result: Schema) -> Schema:
    return _mapping({"status": _TEXT, "result": _or_null(result)}, {"error_reason": _or_null(_TEXT)})


_SUITE: Final = _mapping({"name": _TEXT})
_KEY: Final = _mapping({}, {"curve_name": _or_null(_TEXT)})
_SUITES: Final = _attempt(
    _mapping(
        {
            "tls_version_used": {"enum": [*VERSIONS]},
            "is_tls_version_supported": _FLAG,
            "accepted_cipher_suites": _list(_mapping({"cipher_suite": _SUITE}, {"ephemeral_key": _or_null(_KEY)})),
            "rejected_cipher_suites": _list(_mapping({"cipher_suite": _SUITE, "error_message": _TEXT})),
        }
    )
)
_STAPLED: Final = _mapping({}, {"certificate_status": _or_null(_TEXT), "response_status": _TEXT})
_CHAIN: Final = _mapping(
    {"received_certificate_chain": _list(_mapping({"as_pem": {"type": "string"}}))},
    {"ocsp_response": _or_null(_STAPLED)},
)
_CURVES: Final = _mapping(
    {"supports_ecdh_key_exchange": _FLAG, "supported_curves": _or_null(_list(_mapping({"name": _TEXT})))}
)
_COMMANDS: Final[Mapping[str, Schema]] = {
    **dict.fromkeys(ENUMERATIONS, _SUITES),
    "certificate_info": _attempt(_mapping({"certificate_deployments": _list(_CHAIN)})),
    "elliptic_curves": _attempt(_CURVES),
    "heartbleed": _attempt(_mapping({"is_vulnerable_to_heartbleed": _FLAG})),
    "openssl_ccs_injection": _attempt(_mapping({"is_vulnerable_to_ccs_injection": _FLAG})),
    "tls_compression": _attempt(_mapping({"supports_compression": _FLAG})),
    "robot": _attempt(_mapping({"robot_result": _TEXT})),
    "session_renegotiation": _attempt(_mapping({"supports_secure_renegotiation": _FLAG})),
}
_SERVER: Final = _mapping(
    {
        "server_location": _mapping(
            {"hostname": _TEXT, "port": {"type": "integer", "minimum": 1, "maximum": 65535}},
            {"ip_address": _or_null(_TEXT), "connection_type": _TEXT},
        ),
        "network_configuration": _mapping(
            {"tls_server_name_indication": _TEXT},
            {"tls_opportunistic_encryption": _or_null(_TEXT), "tls_client_auth_credentials": _or_null(_mapping({}))},
        ),
        "scan_status": _TEXT,
        "scan_result": _or_null(_mapping({}, _COMMANDS)),
    },
    {
        "connectivity_error_trace": _or_null({"type": "string"}),
        "connectivity_result": _or_null(
            _mapping({"highest_tls_version_supported": {"enum": [*VERSIONS]}, "client_auth_requirement": _TEXT})
        ),
    },
)
_SCHEMA: Final = _mapping(
    {"server_scan_results": _list(_SERVER), "date_scans_started": _TEXT, "sslyze_version": _TEXT},
    {"invalid_server_strings": _list(_mapping({"server_string": _TEXT, "error_message": _TEXT}))},
)


@dataclass(frozen=True)
class SslyzeScan:
    """A file of sslyze's that has passed the schema."""

    document: Document
    started: datetime
    """UTC, to the second."""

    @property
    def sslyze_version(self) -> str:
        """The release that scanned."""
        return str(self.document.data["sslyze_version"])

    @property
    def servers(self) -> list[dict[str, Any]]:
        """One entry for each server that was named and resolved."""
        found: list[dict[str, Any]] = self.document.data["server_scan_results"]
        return found

    @property
    def unresolved(self) -> list[dict[str, Any]]:
        """One entry for each server that sslyze could not read or resolve."""
        found: list[dict[str, Any]] = self.document.data.get("invalid_server_strings", [])
        return found

    def refuse(self, message: str, path: Keys) -> NoReturn:
        """End with an error at a value."""
        raise InputErrors([self.document.error(message, path)])


def is_sslyze_scan(path: Path) -> bool:
    """Whether a file begins as sslyze's JSON does; a file that cannot be read, or read twice, does not."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return _START.match(file.read(_HEAD)) is not None
    except (OSError, ValueError):
        return False


def read_scan(path: Path) -> SslyzeScan:
    """Read and check the file.  Raises ``InputErrors`` with everything that is wrong, by line and column."""
    document = parse_json(read_bytes(path, LIMITS.size), str(path), LIMITS)
    if errors := complaints(document, _SCHEMA):
        raise InputErrors(errors)
    scan = SslyzeScan(document, _moment(document))
    if not scan.servers and not scan.unresolved:
        scan.refuse("this scan of sslyze names no server", ("server_scan_results",))
    if len(scan.servers) + len(scan.unresolved) > MOST_SERVERS:
        message = f"this scan of sslyze names more than {MOST_SERVERS} servers; scan them in several runs"
        scan.refuse(message, ("server_scan_results",))
    for index, server in enumerate(scan.servers):
        for command, (name, _version) in ENUMERATIONS.items():
            result = ((server["scan_result"] or {}).get(command) or {}).get("result")
            if result is not None and result["tls_version_used"] != name:
                where: Keys = ("server_scan_results", index, "scan_result", command, "result", "tls_version_used")
                scan.refuse(f"tls_version_used of {command} must be {name}", where)
    return scan


def _moment(document: Document) -> datetime:
    """When the scan began.  sslyze writes UTC; older releases leave the zone out."""
    where: Keys = ("date_scans_started",)
    try:
        found = datetime.fromisoformat(document.data["date_scans_started"])
    except ValueError:
        found = datetime.min.replace(tzinfo=UTC)
    if found.year not in YEARS:
        error: InputError = document.error("date_scans_started must be a moment such as 2026-11-21T18:59:52Z", where)
        raise InputErrors([error])
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
