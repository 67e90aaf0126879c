"""What an endpoint looked like, for reading beside the findings."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

import pytest

from auditor.model.observation import (
    AcceptedSuite,
    CertificateChainSeen,
    CipherSuitesSeen,
    ClientCertificateSeen,
    ConnectionsUsed,
    Observation,
    Undetermined,
)
from auditor.model.report import CertificateFacts, EndpointSummary
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion
from auditor.policy.read import load_policy
from auditor.summary import summarise

AT = datetime(2040, 3, 1, tzinfo=UTC)
V = ProtocolVersion
TARGET = ServerTarget(
    name="sbc-1",
    host="sbc.example.net",
    port=5061,
    service=Service.SIP,
    address="192.0.2.1",
    server_name="sbc.example.net",
)
POLICY = load_policy("acg")
ROOT = next(anchor for anchor in POLICY.anchors if anchor.name == "digicert-global-root-g2")


def summed(*observations: Observation, certificates: dict[str, CertificateFacts] | None = None) -> EndpointSummary:
    return summarise(TARGET, observations, POLICY, {} if certificates is None else certificates)


def suites(version: V, *names: str, doubt: str = "") -> CipherSuitesSeen:
    return CipherSuitesSeen(
        target="sbc-1",
        at=AT,
        version=version,
        accepted=tuple(AcceptedSuite(name=name) for name in names),
        refused=() if names else ("TLS_RSA_WITH_NULL_SHA",),
        undetermined=(Undetermined(subject=doubt, reason="silence"),) if doubt else (),
    )


def demand(
    version: V, *, requested: bool | None, without: Literal["refused", "served", "undetermined"]
) -> ClientCertificateSeen:
    return ClientCertificateSeen(target="sbc-1", at=AT, version=version, requested=requested, without=without)


def test_nothing_seen_is_an_empty_summary_of_the_right_endpoint() -> None:
    found = summed()
    assert (found.target, found.host, found.address, found.port) == ("sbc-1", "sbc.example.net", "192.0.2.1", 5061)
    assert (found.connections, found.seconds, found.versions, found.chains) == (None, None, (), ())


def test_the_newest_version_comes_first_with_its_suites() -> None:
    found = summed(suites(V.TLS_1_0), suites(V.TLS_1_3, "a", "b"), suites(V.TLS_1_2, doubt="c"))
    assert [(v.version, v.spoken, v.suites) for v in found.versions] == [
        ("TLSv1.3", True, ("a", "b")),
        ("TLSv1.2", None, ()),
        ("TLSv1.0", False, ()),
    ]


@pytest.mark.parametrize(
    ("requested", "without", "shown"),
    [
        (False, "served", "not requested"),
        (False, "undetermined", "not requested"),
        (True, "refused", "required"),
        (True, "served", "optional"),
        (True, "undetermined", "unknown"),
        (None, "undetermined", "unknown"),
        (None, "refused", "unknown"),
    ],
)
def test_the_demand_for_a_client_certificate_is_never_made_up(
    requested: bool | None,  # noqa: FBT001 - a table
    without: Literal["refused", "served", "undetermined"],
    shown: str,
) -> None:
    (version,) = summed(suites(V.TLS_1_2, "a"), demand(V.TLS_1_2, requested=requested, without=without)).versions
    assert version.client_certificate == shown


def test_a_version_without_the_question_shows_no_demand() -> None:
    found = summed(suites(V.TLS_1_2, "a"), suites(V.TLS_1_3, "b"), demand(V.TLS_1_3, requested=True, without="refused"))
    assert [version.client_certificate for version in found.versions] == ["required", ""]


def test_the_connections_are_counted() -> None:
    found = summed(ConnectionsUsed(target="sbc-1", at=AT, count=14, seconds=1.5))
    assert (found.connections, found.seconds) == (14, 1.5)


def chain(*certificates: bytes) -> CertificateChainSeen:
    return CertificateChainSeen(target="sbc-1", at=AT, versions=(V.TLS_1_2, V.TLS_1_3), certificates=certificates)


def test_a_chain_names_its_certificates_and_their_facts_stand_once() -> None:
    certificates: dict[str, CertificateFacts] = {}
    (found, _) = summed(chain(ROOT.der), chain(ROOT.der), certificates=certificates).chains
    assert found.versions == ("TLSv1.2", "TLSv1.3")
    (key,) = certificates
    assert key.startswith("cb3ccbb7")
    assert (found.certificates, found.anchor, found.anchor_name) == ((key,), key, ROOT.name)
    assert certificates[key].sha256 == key
    assert certificates[key].certificate_authority


def test_a_certificate_that_cannot_be_read_keeps_its_place() -> None:
    junk = b"\x30\x03junk"
    certificates: dict[str, CertificateFacts] = {}
    (found,) = summed(chain(junk, ROOT.der), certificates=certificates).chains
    assert found.certificates[0] == sha256(junk).hexdigest()
    assert certificates[found.certificates[0]].subject.startswith("not readable: ")
    assert found.certificates[1].startswith("cb3ccbb7")
    assert found.anchor is None


def test_a_chain_without_certificates_is_left_out_and_a_long_one_is_cut() -> None:
    assert summed(chain()).chains == ()
    (found,) = summed(chain(*[ROOT.der] * 40)).chains
    assert len(found.certificates) == 16
