"""An existing scan of sslyze as observations: what it proves, and for everything else why it proves nothing.

sslyze scans; it does not audit.  It never verifies how client certificates are treated, asks no service anything
without TLS, tests no signature schemes and no order of preference, and says of a group or of a weakness that was not
found no more than that.  All of this is left open, with its reason, so a rule that needs it is inconclusive.
"""

import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from auditor.errors import InputErrors, quoted
from auditor.inputs.certificates.pem import blocks_of, decoded
from auditor.inputs.documents.yaml import Keys
from auditor.inputs.host import parse_host, parse_name
from auditor.inputs.sslyze.scan_file import SslyzeScan
from auditor.inputs.sslyze.suite_results import Enumeration, Enumerations, enumerations
from auditor.inputs.targets import named_at, service_of, split_target
from auditor.model.observation import (
    CertificateChainSeen,
    CipherSuitesSeen,
    GroupsSeen,
    NotAttempted,
    NotObserved,
    Observation,
    RevocationSeen,
    Undetermined,
    WeaknessSeen,
    kinds_of,
)
from auditor.model.scanner import ScannerVersions
from auditor.model.target import Perspective, ServerTarget
from auditor.model.tls import GROUPS, ProtocolVersion
from auditor.sanitise import clean

_PORT: Final = 443
"""sslyze's own default."""
_MOST_DEPLOYMENTS: Final = 16
"""sslyze asks for three."""
_COMPLETED: Final = "COMPLETED"
_OPTIONS: Final[Mapping[str, str]] = {
    "certificate_info": "--certinfo",
    "elliptic_curves": "--elliptic_curves",
    "heartbleed": "--heartbleed",
    "openssl_ccs_injection": "--openssl_ccs",
    "tls_compression": "--compression",
    "robot": "--robot",
    "session_renegotiation": "--reneg",
    "ssl_2_0_cipher_suites": "--sslv2",
    "ssl_3_0_cipher_suites": "--sslv3",
    "tls_1_0_cipher_suites": "--tlsv1",
    "tls_1_1_cipher_suites": "--tlsv1_1",
    "tls_1_2_cipher_suites": "--tlsv1_2",
    "tls_1_3_cipher_suites": "--tlsv1_3",
}
"""The option of sslyze's command line that asks for each scan command."""
_WEAKNESSES: Final[Mapping[str, tuple[str, str, bool]]] = {
    "heartbleed": ("heartbleed", "is_vulnerable_to_heartbleed", True),
    "openssl-ccs-injection": ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", True),
    "compression": ("tls_compression", "supports_compression", True),
    "insecure-renegotiation": ("session_renegotiation", "supports_secure_renegotiation", False),
}
"""The command and the field of each weakness that is a yes or a no, and the answer that means vulnerable."""
_AUDIT: Final = "auditor audit tests it"
_NOT_BY_SSLYZE: Final[Mapping[str, str]] = {
    "client-certificate-case": f"sslyze presents no invalid client certificates; {_AUDIT}",
    "plaintext": f"sslyze does not test whether the service answers without TLS; {_AUDIT}",
    "signature-schemes": f"sslyze does not test signature schemes; {_AUDIT}",
    "lint": f"sslyze does not lint certificates; {_AUDIT}",
}
_OPT_INS: Final[Mapping[str, str]] = {
    "root-trust": "sslyze does not test which roots are trusted; it needs auditor audit --trust-probe",
    "sdp": "sslyze sees no SDP; audit an SDP file with auditor sdp",
}
_CLOSES: Final[Mapping[str, str]] = {
    "root-trust": "auditor audit --trust-probe",
    "sdp": "auditor sdp FILE",
}
"""What would test each of them."""
_TESTED_GROUPS: Final = (ProtocolVersion.TLS_1_2, ProtocolVersion.TLS_1_3)
_NO_GROUP_REASON: Final = "sslyze does not say how a group was rejected, and a timeout counts as a rejection there"


def observed(scan: SslyzeScan) -> tuple[tuple[ServerTarget, ...], tuple[Observation, ...]]:
    """The servers of the scan, and what it says of each.  Raises ``InputErrors``."""
    targets = [*_targets(scan), *_unresolved(scan)]
    twice = [name for name, times in Counter(target.name for target in targets).items() if times > 1]
    if twice:
        scan.refuse(f"the server {quoted(twice[0])} appears twice; keep one of its scans", ("server_scan_results",))
    seen: list[Observation] = []
    for index, (target, server) in enumerate(zip(targets, scan.servers, strict=False)):
        seen += _Server(scan, target, server, ("server_scan_results", index)).observations()
    for target, entry in zip(targets[len(scan.servers) :], scan.unresolved, strict=True):
        reason = f"sslyze did not scan it: {clean(entry['error_message'], limit=160)}"
        seen += _nothing(target, scan, reason)
    return tuple(targets), tuple(seen)


def scanner_of(scan: SslyzeScan) -> ScannerVersions:
    """What scanned; sslyze's JSON says nothing of nassl and OpenSSL."""
    return ScannerVersions(sslyze=clean(scan.sslyze_version, limit=40))


def _targets(scan: SslyzeScan) -> Iterator[ServerTarget]:
    """One target for each scanned server, named like a target of the command line."""
    locations = [(server["server_location"], server["network_configuration"]) for server in scan.servers]
    several = Counter((where["hostname"].lower(), where["port"]) for where, _ in locations)
    for index, (where, settings) in enumerate(locations):
        path: Keys = ("server_scan_results", index)
        try:
            host = parse_host(where["hostname"])
            given = where.get("ip_address")
            address = str(ipaddress.ip_address(given)) if given else None
            name = _name(settings["tls_server_name_indication"])
        except ValueError as error:
            scan.refuse(f"server_location or tls_server_name_indication: {error}", (*path, "server_location"))
        port = int(where["port"])  # JSON has 5061.0 as well
        label = f"{host.bracketed}:{port}"
        alone = several[where["hostname"].lower(), where["port"]] == 1 or address is None
        yield ServerTarget(
            name=label if alone else named_at(label, address or ""),
            host=host.text,
            port=port,
            service=service_of(port),
            address=address,
            server_name=name,
        )


def _name(indication: str) -> str | None:
    """The DNS name that was sent as SNI; sslyze sends an address where it was given no name."""
    host = parse_host(indication)
    return None if host.is_address else parse_name(indication)


def _unresolved(scan: SslyzeScan) -> Iterator[ServerTarget]:
    """One target for each server that sslyze could not read or resolve."""
    for index, entry in enumerate(scan.unresolved):
        text = entry["server_string"].partition("{")[0]
        try:
            host, port, service = split_target(text if ":" in text else f"{text}:{_PORT}")
        except ValueError as error:
            path: Keys = ("invalid_server_strings", index, "server_string")
            scan.refuse(f"sslyze could not scan this server, and neither can it be judged: {error}", path)
        yield ServerTarget(
            name=f"{host.bracketed}:{port}",
            host=host.text,
            port=port,
            service=service,
            server_name=None if host.is_address else host.text,
            unresolved=f"sslyze did not scan it: {clean(entry['error_message'], limit=160)}",
        )


def _nothing(target: ServerTarget, scan: SslyzeScan, reason: str) -> Iterator[Observation]:
    for kind in sorted(kinds_of(Perspective.SERVER)):
        yield NotObserved(target=target.name, at=scan.started, wanted=kind, reason=reason)


class _Server:
    """One server of a scan."""

    def __init__(self, scan: SslyzeScan, target: ServerTarget, server: Mapping[str, Any], path: Keys) -> None:
        self.scan, self.target, self.server, self.path = scan, target, server, path
        self.attempts: Mapping[str, Any] = server["scan_result"] or {}
        self.failures = {command: why for command in _OPTIONS if (why := self._failure(command))}
        self.suites: Enumerations = enumerations(server, self.attempts, self.failures)

    def observations(self) -> Iterator[Observation]:
        """What the scan proves of this server, and the gaps."""
        if reason := self._unusable():
            yield from _nothing(self.target, self.scan, reason)
            return
        release = clean(self.scan.sslyze_version, limit=40)
        suites = tuple(self.suites.observations(self.target.name, self.scan.started, release))
        yield from suites
        yield from self._certificates()
        for seen in suites:
            if seen.version in _TESTED_GROUPS:
                yield from self._groups(seen)
        yield from self._weaknesses()
        yield self._gap("client-certificate", self._hint())
        for kind, reason in _NOT_BY_SSLYZE.items():
            yield self._gap(kind, reason)
        for kind, reason in _OPT_INS.items():
            yield NotAttempted(
                target=self.target.name, at=self.scan.started, wanted=kind, reason=reason, closes=_CLOSES[kind]
            )

    def _gap(self, kind: str, reason: str) -> NotObserved:
        return NotObserved(target=self.target.name, at=self.scan.started, wanted=kind, reason=reason)

    def _unusable(self) -> str:
        """Why nothing of the scan counts; empty if it does."""
        if self.server["scan_status"] != _COMPLETED or self.server["scan_result"] is None:
            trace = (self.server.get("connectivity_error_trace") or "").strip().splitlines()
            last = f": {clean(trace[-1].strip(), limit=160)}" if trace else ""
            return f"sslyze could not connect{last}"
        if upgraded := self.server["network_configuration"].get("tls_opportunistic_encryption"):
            return f"sslyze started TLS inside a plaintext connection ({clean(upgraded, limit=40)})"
        return ""

    def _failure(self, command: str) -> str:
        """Why there is no result of a command; empty if there is one."""
        attempt = self.attempts.get(command)
        if attempt is None or attempt["status"] == "NOT_SCHEDULED":
            return f"sslyze was not asked for it ({_OPTIONS[command]})"
        if attempt["status"] != _COMPLETED or attempt["result"] is None:
            reason = clean(attempt.get("error_reason") or attempt["status"], limit=60)
            return f"sslyze's command {_OPTIONS[command]} failed ({reason})"
        return ""

    def _result(self, command: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.attempts[command]["result"]
        return found

    def _hint(self) -> str:
        """The reason why the treatment of client certificates is open, with what sslyze says of it."""
        said = (self.server.get("connectivity_result") or {}).get("client_auth_requirement")
        hint = f" (it reports {clean(said, limit=20)})" if said else ""
        return f"sslyze does not verify how clients without a certificate are treated{hint}; {_AUDIT}"

    def _certificates(self) -> Iterator[Observation]:
        """The chains as sent, and what was stapled with them."""
        if why := self.failures.get("certificate_info"):
            yield self._gap("certificate-chain", why)
            yield self._gap("revocation", why)
            return
        deployments = self._result("certificate_info")["certificate_deployments"]
        if len(deployments) > _MOST_DEPLOYMENTS:
            where = (*self.path, "scan_result", "certificate_info", "result", "certificate_deployments")
            self.scan.refuse(f"there are more than {_MOST_DEPLOYMENTS} certificate_deployments", where)
        chains: list[tuple[bytes, ...]] = []
        for index, deployment in enumerate(deployments):
            path = (*self.path, "scan_result", "certificate_info", "result", "certificate_deployments", index)
            chain = self._chain(deployment["received_certificate_chain"], (*path, "received_certificate_chain"))
            if chain and chain not in chains:
                chains.append(chain)
                yield CertificateChainSeen(target=self.target.name, at=self.scan.started, certificates=chain)
                yield self._stapled(chain, deployment.get("ocsp_response"))
        if not chains:
            yield self._gap("certificate-chain", "sslyze received no certificate")
            yield self._gap("revocation", "sslyze received no certificate")
        elif reason := self._perhaps_another(chains):
            yield self._gap("certificate-chain", reason)

    def _chain(self, certificates: Sequence[Mapping[str, Any]], path: Keys) -> tuple[bytes, ...]:
        ders: list[bytes] = []
        for index, certificate in enumerate(certificates):
            try:
                (block,) = blocks_of(certificate["as_pem"].encode("utf-8", "replace"), self.scan.document.file)
                der = decoded(block, self.scan.document.file) if block.label == "CERTIFICATE" else b""
            except (InputErrors, ValueError):
                der = b""
            if not der:  # the bytes of a private key go nowhere
                self.scan.refuse("as_pem is not one certificate in PEM", (*path, index, "as_pem"))
            ders.append(der)
        return tuple(ders)

    def _stapled(self, chain: tuple[bytes, ...], stapled: Mapping[str, Any] | None) -> Observation:
        if stapled is None:
            missing = Undetermined(subject="stapled", reason="no OCSP response was stapled")
            return RevocationSeen(
                target=self.target.name,
                at=self.scan.started,
                certificates=chain,
                asked=("stapled",),
                missing=(missing,),
            )
        status = clean(stapled.get("certificate_status") or stapled.get("response_status") or "unknown", limit=20)
        said = f"sslyze reports a stapled OCSP response ({status}); the signed response itself is not in its JSON"
        return self._gap("revocation", said)

    def _perhaps_another(self, chains: Sequence[tuple[bytes, ...]]) -> str:
        """Why the endpoint may have a certificate that sslyze did not get; empty if there is no sign of one.

        sslyze asks for certificates of both key types up to TLS 1.2 alone, and passes over a handshake that fails.
        """
        kinds = {_is_rsa(chain[0]) for chain in chains}
        if {True, False} <= kinds:
            return ""
        tls12 = self.suites.found[ProtocolVersion.TLS_1_2]
        tls13 = self.suites.found[ProtocolVersion.TLS_1_3]
        older = [
            found
            for version, found in self.suites.found.items()
            if version is not ProtocolVersion.TLS_1_3 and isinstance(found, Enumeration)
        ]
        names = {name for found in older for name in found.accepted if "_anon_" not in name}
        by_suite = {"_ECDSA_" not in name for name in names if "_RSA_" in name or "_ECDSA_" in name}
        start = "unknown whether the endpoint has a certificate of another key type"
        if by_suite - kinds:
            return f"{start}: it accepts cipher suites for one, and sslyze's JSON does not contain it"
        if self.suites.unsteady:
            return f"{start}: sslyze passes over a handshake that fails ({self.suites.unsteady})"
        newest = isinstance(tls13, str) or bool(tls13.accepted)
        if newest and (isinstance(tls12, str) or not names):
            return f"{start}: in TLSv1.3 sslyze asks for one certificate only"
        if newest and True not in kinds:
            return f"{start}: in TLSv1.3 sslyze prefers the one that it got"
        return ""

    def _groups(self, seen: CipherSuitesSeen) -> Iterator[Observation]:
        """The groups of one version that were accepted; sslyze tests them in the highest version alone."""
        version, found = seen.version, self.suites.found[seen.version]
        if seen.spoken is None:
            yield self._gap("groups", f"unknown whether {version} is supported: {seen.doubts[0].reason}")
        if not seen.spoken or isinstance(found, str):
            return
        names, why = set(found.curves), f"sslyze tests groups in {self.suites.highest} only"
        if version is self.suites.highest:
            why = self.failures.get("elliptic_curves", _NO_GROUP_REASON)
            if "elliptic_curves" not in self.failures:
                names |= {curve["name"] for curve in self._result("elliptic_curves")["supported_curves"] or ()}
        accepted = sorted({_group(name) for name in names})
        yield GroupsSeen(
            target=self.target.name,
            at=self.scan.started,
            version=version,
            accepted=tuple(accepted),
            undetermined=tuple(Undetermined(subject=name, reason=why) for name in GROUPS if name not in accepted),
        )

    def _weaknesses(self) -> Iterator[Observation]:
        """The known weaknesses.  A found one is a fact; that none was found counts only while the server answers."""
        for weakness, (command, key, bad) in _WEAKNESSES.items():
            if why := self.failures.get(command):
                yield self._weakness(weakness, None, why)
                continue
            yield self._judged(weakness, self._result(command)[key] is bad, f"sslyze: {command} {key}")
        if why := self.failures.get("robot"):
            yield self._weakness("robot", None, why)
            return
        outcome = clean(self._result("robot")["robot_result"], limit=60)
        if outcome.startswith("VULNERABLE_"):
            yield self._weakness("robot", vulnerable=True, evidence=outcome)
        elif outcome == ("NOT_VULNERABLE_NO_ORACLE" if self._accepts_rsa() else "NOT_VULNERABLE_RSA_NOT_SUPPORTED"):
            yield self._judged("robot", vulnerable=False, evidence=outcome)
        else:
            yield self._weakness("robot", None, f"sslyze's result is not clear: {outcome}")

    def _accepts_rsa(self) -> bool:
        """Whether the enumeration found a suite with RSA key exchange; the ROBOT test has to agree with it."""
        return any(
            isinstance(found, Enumeration) and any(name.startswith("TLS_RSA_") for name in found.accepted)
            for found in self.suites.found.values()
        )

    def _judged(self, weakness: str, vulnerable: bool, evidence: str) -> WeaknessSeen:  # noqa: FBT001 - what was found
        if not vulnerable and self.suites.unsteady:
            return self._weakness(weakness, None, f"sslyze takes silence for not vulnerable ({self.suites.unsteady})")
        return self._weakness(weakness, vulnerable, evidence)

    def _weakness(self, weakness: str, vulnerable: bool | None, evidence: str) -> WeaknessSeen:  # noqa: FBT001 - as above
        return WeaknessSeen(
            target=self.target.name,
            at=self.scan.started,
            weakness=weakness,
            vulnerable=vulnerable,
            evidence=evidence,
        )


def _group(name: str) -> str:
    """The IANA name; sslyze writes X25519 and X448."""
    known = {group.lower(): group for group in GROUPS}
    return known.get(name.lower(), clean(name, limit=60))


def _is_rsa(der: bytes) -> bool:
    """Whether the certificate's key is an RSA key, of either kind; False for one that cannot be read."""
    from auditor.certificates import MalformedCertificate, facts  # noqa: PLC0415 - cryptography, only for a scan

    try:
        return facts(der).key.startswith("RSA")
    except MalformedCertificate:
        return False
