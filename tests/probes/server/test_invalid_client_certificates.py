"""The series of bad client certificates: what each is worth beside a control, and what ends it early."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from OpenSSL import SSL

from auditor.lab.contexts import connection_maker
from auditor.lab.lab_endpoint import Leaf, plan_endpoint
from auditor.lab.pki import Pki
from auditor.lab.session import LabSession
from auditor.lab.settings import ClientCertificate, ServerSettings, Verification
from auditor.minting.client_certificates import faulty_cases, good_client_certificate
from auditor.model.asks import Asks
from auditor.model.identity import Identity
from auditor.model.observation import (
    ClientCertificateCaseSeen,
    ClientCertificateSeen,
    ConnectionsUsed,
    NotAttempted,
    NotObserved,
    Observation,
    RootTrustSeen,
    SipOptionsSeen,
)
from auditor.model.target import Service
from auditor.model.tls import ProtocolVersion
from auditor.policy.shipped import shipped_roots
from auditor.probes.budget import Limits
from auditor.probes.server.client_role import ClientRole
from auditor.probes.server.endpoint import observe
from auditor.probes.serving import Reply
from testbed.scripted import running
from tests.probes.auditing import QUICK, target_at
from tests.probes.conftest import AT, Backend

pytestmark = pytest.mark.slow

V = ProtocolVersion
BOTH = (V.TLS_1_2, V.TLS_1_3)
G2 = "digicert-global-root-g2"
KINDS = frozenset({"client-certificate", "client-certificate-case"})
ASKS = Asks(kinds=KINDS, forged_roots=(G2,))
SAFE = {"self-signed", "impostor-root", "unrelated-ca"}
Make = Callable[[ServerSettings], Backend]


@pytest.fixture
def lab_ca(pki: Pki) -> Identity:
    return Identity((pki.root.certificate,), pki.root.key)


def seen_at(
    backend: Callable[[], LabSession],
    role: ClientRole,
    asks: Asks = ASKS,
    limits: Limits = QUICK,
) -> list[Observation]:
    with running(lambda _client_hello: backend()) as server:
        return list(observe(target_at(server.port, Service.SIP), asks, limits, AT, role))


def cases(seen: list[Observation], version: V) -> dict[str, ClientCertificateCaseSeen]:
    """By name; of several impostors the one that got furthest."""
    found: dict[str, ClientCertificateCaseSeen] = {}
    for one in seen:
        if isinstance(one, ClientCertificateCaseSeen) and one.version is version:
            name = one.case.partition(" ")[0]
            if name not in found or one.treatment == "served":
                found[name] = one
    return found


def role(**fields: object) -> ClientRole:
    return ClientRole(anchors=shipped_roots(), **fields)  # type: ignore[arg-type]  # each test names its own


@pytest.mark.parametrize("version", BOTH)
def test_refusals_without_a_control_say_that_there_was_none(backend: Make, version: V) -> None:
    seen = seen_at(backend(ServerSettings()), role())
    assert {name: (case.treatment, case.control) for name, case in cases(seen, version).items()} == dict.fromkeys(
        SAFE, ("refused", "none")
    )


@pytest.mark.parametrize("version", BOTH)
def test_a_good_certificate_before_and_after_makes_them_proof(backend: Make, lab_ca: Identity, version: V) -> None:
    seen = seen_at(backend(ServerSettings()), role(identity=good_client_certificate(lab_ca, AT)))
    found = cases(seen, version)
    assert found.pop("good").treatment == "served"
    assert {name: (case.treatment, case.control) for name, case in found.items()} == dict.fromkeys(
        SAFE, ("refused", "succeeded")
    )
    (without,) = [one for one in seen if isinstance(one, ClientCertificateSeen) and one.version is version]
    assert (without.without, without.control) == ("refused", "succeeded")


@pytest.mark.parametrize("most", range(1, 40))
def test_a_refusal_is_open_while_the_certificate_that_was_given_has_not_been_shown(
    backend: Make, lab_ca: Identity, most: int
) -> None:
    limits = Limits(connection_seconds=1, settle_seconds=0.02, answer_seconds=0.05, connections=most)
    seen = seen_at(backend(ServerSettings()), role(identity=good_client_certificate(lab_ca, AT)), limits=limits)
    for version in BOTH:
        for without in (one for one in seen if isinstance(one, ClientCertificateSeen) and one.version is version):
            shown = without.control == "succeeded" or "good" in cases(seen, version)
            assert without.without == ("refused" if shown else "undetermined")
            assert shown or "the limit of" in without.evidence


@pytest.mark.parametrize("verification", [Verification.NAME, Verification.NOTHING])
def test_who_takes_a_forged_issuer_is_seen_to_in_both_versions(
    backend: Make, lab_ca: Identity, verification: Verification
) -> None:
    seen = seen_at(
        backend(ServerSettings(verification=verification)), role(identity=good_client_certificate(lab_ca, AT))
    )
    for version in BOTH:
        assert cases(seen, version)["impostor-root"].treatment == "served"
        assert cases(seen, version)["self-signed"].treatment == (
            "served" if verification is Verification.NOTHING else "refused"
        )


def test_one_version_that_verifies_nothing_is_told_from_one_that_does(backend: Make) -> None:
    strict, lax = backend(ServerSettings()), backend(ServerSettings(verification=Verification.NOTHING))
    with running(lambda client_hello: lax() if client_hello.version == V.TLS_1_2.wire else strict()) as server:
        seen = list(observe(target_at(server.port, Service.SIP), ASKS, QUICK, AT, role()))
    assert {case.treatment for case in cases(seen, V.TLS_1_2).values()} == {"served"}
    assert {case.treatment for case in cases(seen, V.TLS_1_3).values()} == {"refused"}


def test_who_refuses_everybody_fails_the_control(backend: Make, lab_ca: Identity) -> None:
    seen = seen_at(
        backend(ServerSettings(verification=Verification.NOBODY)), role(identity=good_client_certificate(lab_ca, AT))
    )
    for version in BOTH:
        assert {case.control for case in cases(seen, version).values()} == {"failed"}
    assert {one.control for one in seen if isinstance(one, ClientCertificateSeen)} == {"failed"}


def test_the_operator_s_certificate_says_nothing_of_a_ca_that_is_not_trusted(
    backend: Make, pki: Pki, lab_ca: Identity
) -> None:
    """Every certificate of that CA is refused for its root, and none of the refusals counts."""
    stranger = Identity((pki.unlisted_root.certificate,), pki.unlisted_root.key)
    found = cases(
        seen_at(backend(ServerSettings()), role(identity=good_client_certificate(lab_ca, AT), authority=stranger)),
        V.TLS_1_3,
    )
    assert found["self-signed"].control == "succeeded"
    assert found["expired"].treatment == "refused"
    assert found["expired"].control == "failed"


def test_the_lab_s_ca_is_its_own_control_and_brings_the_other_cases(backend: Make, lab_ca: Identity) -> None:
    found = cases(seen_at(backend(ServerSettings()), role(authority=lab_ca)), V.TLS_1_2)
    refused = {name for name, case in found.items() if case.treatment == "refused"}
    assert refused == SAFE | {
        "expired",
        "not-yet-valid",
        "server-auth-only",
        "server-auth-only-intermediate",
        "leaf-as-ca",
        "wrong-key",
    }
    assert {name for name, case in found.items() if case.treatment == "served"} == {
        "good",
        "wrong-name",
        "no-extended-key-usage",
    }
    assert {case.control for case in found.values()} == {"succeeded"}


def test_where_no_certificate_is_asked_for_none_can_be_shown(backend: Make) -> None:
    seen = seen_at(backend(ServerSettings(client_certificate=ClientCertificate.NONE)), role())
    assert not cases(seen, V.TLS_1_2)
    reasons = {one.reason for one in seen if isinstance(one, NotObserved) and one.wanted == "client-certificate-case"}
    why = "the endpoint requests no client certificate, so none can be presented"
    assert reasons == {f"{version}: {why}" for version in BOTH}


def test_a_used_up_budget_leaves_the_rest_undetermined(backend: Make, lab_ca: Identity) -> None:
    full = seen_at(backend(ServerSettings()), role(identity=good_client_certificate(lab_ca, AT)))
    (used,) = [one for one in full if isinstance(one, ConnectionsUsed)]
    limits = Limits(**{**vars(QUICK), "connections": used.count - 3})
    found = cases(
        seen_at(backend(ServerSettings()), role(identity=good_client_certificate(lab_ca, AT)), limits=limits), V.TLS_1_2
    )
    assert found["self-signed"].treatment == "refused"
    # The control after the series is missing, so it proves nothing, and it did not fail either.
    assert {case.control for case in found.values()} == {"none"}
    assert found["unrelated-ca"].treatment == "undetermined"
    assert "the limit of" in found["unrelated-ca"].evidence


def test_a_compliant_endpoint_takes_one_connection_for_each_case_and_two_for_the_control(
    backend: Make, lab_ca: Identity
) -> None:
    def used(who: ClientRole, asks: Asks = ASKS) -> int:
        (one,) = [one for one in seen_at(backend(ServerSettings()), who, asks) if isinstance(one, ConnectionsUsed)]
        return one.count

    without = used(role(), ASKS.model_copy(update={"kinds": frozenset({"client-certificate"})}))
    # Impostors of G2, which the policy names, and of two of the roots that the endpoint announces besides.
    assert used(role()) == without + 2 * 5
    assert used(role(identity=good_client_certificate(lab_ca, AT))) == without + 2 * (5 + 2)
    trust = ASKS.model_copy(update={"kinds": KINDS | {"root-trust"}, "trust_roots": (G2,)})
    assert used(role(trust_probe=True), trust) == without + 2 * 5 + 2


def test_the_trust_probe_is_made_only_where_it_is_asked_for(backend: Make) -> None:
    asks = Asks(kinds=frozenset({"root-trust"}), trust_roots=(G2,))
    seen = seen_at(backend(ServerSettings()), role(), asks)
    assert not [one for one in seen if isinstance(one, RootTrustSeen)]
    (gap,) = [one for one in seen if isinstance(one, NotAttempted)]
    assert gap.wanted == "root-trust"
    assert "--trust-probe" in gap.reason


@pytest.mark.parametrize("verification", [Verification.NOTHING, Verification.NOBODY])
def test_answers_that_do_not_tell_roots_apart_leave_trust_open(backend: Make, verification: Verification) -> None:
    asks = Asks(kinds=frozenset({"root-trust"}), trust_roots=(G2,))
    seen = seen_at(backend(ServerSettings(verification=verification)), role(trust_probe=True), asks)
    assert [one.trusted for one in seen if isinstance(one, RootTrustSeen)] == [None]


class _Saying:
    """TLS that asks for nothing, and whatever is said is answered with the same bytes, or never."""

    def __init__(self, connection: SSL.Connection, answer: bytes) -> None:
        self._tls, self._answer = connection, answer
        self._done = False

    def received(self, data: bytes) -> Reply:
        self._tls.bio_write(data)
        try:
            if not self._done:
                self._tls.do_handshake()
                self._done = True
            self._tls.recv(16_384)
            if self._answer:
                self._tls.sendall(self._answer)
        except SSL.WantReadError:
            pass
        except SSL.Error:
            return Reply(b"", close=True)
        out = b""
        while True:
            try:
                out += self._tls.bio_read(65_536)
            except SSL.WantReadError:
                return Reply(out, close=False)


@contextmanager
def answering(pki: Pki, answer: bytes) -> Iterator[int]:
    settings = ServerSettings(client_certificate=ClientCertificate.NONE, versions=(V.TLS_1_3,))
    planned = plan_endpoint(pki, "peer", settings=settings, leaves=(Leaf(),))
    connect = connection_maker(planned.settings, planned.credentials)
    with running(lambda _client_hello: _Saying(connect(), answer)) as server:
        yield server.port


@pytest.mark.usefixtures("no_pauses")
def test_a_megabyte_in_answer_to_options_is_cut_off(pki: Pki) -> None:
    huge = b"SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: 1048576\r\n\r\n" + b"a" * 2**20
    kept: list[int] = []

    def keep(content: bytes, *_: object) -> Iterator[Observation]:
        kept.append(len(content))
        return iter(())

    with answering(pki, huge) as port:
        asks = Asks(kinds=KINDS | {"sdp"})
        seen = list(observe(target_at(port, Service.SIP), asks, QUICK, AT, role(read_description=keep)))
    (answer,) = [one for one in seen if isinstance(one, SipOptionsSeen)]
    assert (answer.status, answer.version) == (200, V.TLS_1_3)
    assert kept
    assert max(kept) <= 65_536


@pytest.mark.usefixtures("no_pauses")
def test_no_answer_to_options_ever_is_no_observation(pki: Pki) -> None:
    with answering(pki, b"") as port:
        seen = list(observe(target_at(port, Service.SIP), Asks(kinds=KINDS), QUICK, AT, role()))
    assert not [one for one in seen if isinstance(one, SipOptionsSeen)]
    (without,) = [one for one in seen if isinstance(one, ClientCertificateSeen)]
    assert without.without == "undetermined"
    assert without.evidence == "the request got neither an answer nor a rejection"


def test_the_answer_to_options_is_an_observation(backend: Make, lab_ca: Identity) -> None:
    seen = seen_at(backend(ServerSettings()), role(identity=good_client_certificate(lab_ca, AT)))
    answers = [one for one in seen if isinstance(one, SipOptionsSeen)]
    assert {(one.version, one.status, one.allow) for one in answers} == {
        (version, 200, ("OPTIONS",)) for version in BOTH
    }


def test_the_lab_s_control_has_the_names_of_the_valid_certificate(lab_ca: Identity) -> None:
    """An endpoint that knows its peers by name would reject a control of another name, and prove nothing."""
    own = next(case.identity for case in faulty_cases(lab_ca, AT) if case.name == "wrong-name")
    like = good_client_certificate(lab_ca, AT, own).certificate
    assert like.subject == own.certificate.subject != good_client_certificate(lab_ca, AT).certificate.subject
