"""The call to a test number, against a SIP server that answers in every way there is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from json import loads
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli.audit import audit
from auditor.evaluate import evaluate
from auditor.minting.certificate_builder import CertificateSpec, ValidityPeriod, common_name, mint
from auditor.minting.keys import ec_key
from auditor.model.asks import Asks
from auditor.model.finding import Outcome
from auditor.model.identity import Identity
from auditor.model.invitation import Invitation
from auditor.model.observation import NotAttempted, NotObserved, Observation, SdpSeen
from auditor.model.target import ServerTarget, Service
from auditor.model.tls import ProtocolVersion, suites_by_name
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.probes.budget import Limits
from auditor.probes.connection import Peer
from auditor.probes.server.client_role import NOBODY, ClientRole
from auditor.probes.server.endpoint import observe
from auditor.probes.server.invite import invite
from auditor.render.formats import json
from auditor.render.terminal import table
from testbed.peers import serving
from testbed.uas import Script, Uas, header, polite, reply
from tests.probes.conftest import AT
from tests.sip.examples import CRYPTO, KEY, OTHER_KEY, SALT, sdp

pytestmark = pytest.mark.slow

ADDRESS = "127.0.0.1"
INVITATION = Invitation("sip:+4930123@sbc.example.net", SALT)
QUICK = Limits(target_seconds=20, connection_seconds=5, connect_seconds=2, settle_seconds=0.02, answer_seconds=0.25)
SUITES = [suites_by_name()["TLS_AES_128_GCM_SHA256"]]
ANSWER = sdp(CRYPTO)


@dataclass(frozen=True)
class Called:
    """What a call brought, and what the server heard of it."""

    seen: tuple[Observation, ...]
    uas: Uas

    @property
    def answers(self) -> list[SdpSeen]:
        return [found for found in self.seen if isinstance(found, SdpSeen) and not found.ours]

    @property
    def reason(self) -> str:
        (found,) = self.seen
        assert isinstance(found, NotObserved)
        assert found.wanted == "sdp"
        return found.reason

    @property
    def our_key(self) -> str:
        found = re.search(rb"inline:(\S+)", self.uas.heard[0])
        assert found is not None
        return found[1].decode()

    def outcomes(self) -> dict[str, Outcome]:
        target = ServerTarget(name="sbc", host=ADDRESS, port=5061, service=Service.SIP, address=ADDRESS)
        report = evaluate(make_plan(load_policy("acg"), (target,)), self.seen, AT, AT)
        for text in (json.render(report), table.render(report, width=120, colour=False)):
            assert_no_key(self, text)
        return {found.rule: found.outcome for found in report.findings if found.rule.startswith("srtp-")}


def call(script: Script, *, identity: Identity | None = None, demands: bool = False, hangs_up: str = "") -> Called:
    uas = Uas(script, demands, hangs_up)
    with serving(uas, ADDRESS) as port:
        target = ServerTarget(name="sbc", host=ADDRESS, port=port, service=Service.SIP, address=ADDRESS)
        peer = Peer(target, QUICK)
        found = tuple(invite(peer, ProtocolVersion.TLS_1_3, SUITES, INVITATION, AT, identity=identity))
        assert uas.done.wait(10)
    called = Called(found, uas)
    assert_no_key(called, repr(found) + "".join(observation.model_dump_json() for observation in found))
    return called


def assert_no_key(called: Called, text: str) -> None:
    ours = [called.our_key] if called.uas.heard else []
    for key in (KEY, OTHER_KEY, *ours):
        for start in range(len(key) - 8):
            assert key[start : start + 9] not in text


def answering(status: str, body: bytes = b"", tag: str = "peer") -> Script:
    return polite(lambda request: [reply(request, "100 Trying"), reply(request, status, body, tag)])


def test_the_offer_has_the_one_suite_a_secure_profile_and_a_key_of_its_own_each_time() -> None:
    first, second = call(answering("404 Not Found")), call(answering("404 Not Found"))
    offered = first.uas.heard[0]
    assert offered.startswith(b"INVITE sip:+4930123@sbc.example.net SIP/2.0\r\n")
    assert offered.count(b"a=crypto:") == 1
    assert b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in offered
    assert re.findall(rb"m=(\S+) \d+ (\S+)", offered) == [(b"audio", b"RTP/SAVP")]
    assert int(header(offered, "Content-Length")) == len(offered.partition(b"\r\n\r\n")[2])
    assert first.our_key != second.our_key
    assert len(first.our_key) == 40


def test_an_early_answer_is_judged_and_the_call_is_cancelled_before_anybody_picks_up() -> None:
    called = call(answering("183 Session Progress", ANSWER))
    (answer,) = called.answers
    assert (answer.role, answer.transport, answer.source) == ("answer", "tls", "183 to the auditor's INVITE")
    assert called.uas.methods == ["INVITE", "CANCEL", "ACK"]
    assert set(called.outcomes().values()) == {Outcome.PASS}


def test_cancel_and_acknowledgement_belong_to_the_transaction_of_the_invite() -> None:
    sent = call(answering("183 Session Progress", ANSWER)).uas.heard
    assert len({header(request, "Via") for request in sent}) == 1
    assert [header(request, "CSeq") for request in sent] == ["1 INVITE", "1 CANCEL", "1 ACK"]
    assert len({header(request, "Call-ID") for request in sent}) == 1


def test_an_answered_call_is_acknowledged_and_hung_up_in_the_dialog_it_made() -> None:
    more = ("Contact: <sips:+4930123@10.1.2.3:5061;line=1>", "Record-Route: <sip:a;lr>", "Record-Route: <sip:b;lr>")
    called = call(polite(lambda request: [reply(request, "200 OK", ANSWER, more=more)]))
    assert called.uas.methods == ["INVITE", "ACK", "BYE"]
    for request in called.uas.heard[1:]:
        assert request.split(b" ")[1] == b"sips:+4930123@10.1.2.3:5061;line=1"
        assert re.findall(rb"Route: (\S+)\r", request) == [b"<sip:b;lr>", b"<sip:a;lr>"]
        assert header(request, "To").endswith(";tag=peer")
    assert header(called.uas.heard[2], "CSeq") == "2 BYE"
    assert set(called.outcomes().values()) == {Outcome.PASS}


def test_our_own_offer_is_seen_only_beside_an_answer_and_is_not_judged() -> None:
    called = call(answering("200 OK", ANSWER))
    ours, answer = called.seen
    assert isinstance(ours, SdpSeen)
    assert isinstance(answer, SdpSeen)
    assert ours.ours
    assert (ours.session, ours.exchange) == (answer.session, answer.exchange)
    assert not [found for found in call(answering("486 Busy Here")).seen if isinstance(found, SdpSeen)]


def test_a_peer_that_sends_our_key_back_is_caught() -> None:
    def echo(request: bytes) -> Sequence[bytes]:
        return [reply(request, "200 OK", request.partition(b"\r\n\r\n")[2])]

    assert call(polite(echo)).outcomes()["srtp-key-reused"] is Outcome.FAIL


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (sdp(media="m=audio 4000 RTP/AVP 0"), "srtp-not-required"),
        (sdp(CRYPTO.replace("_80 ", "_32 ")), "srtp-suite-missing"),
        (sdp(CRYPTO + " UNENCRYPTED_SRTP"), "srtp-protection-weakened"),
        (sdp(CRYPTO, CRYPTO.replace(":1 ", ":2 ").replace(KEY, OTHER_KEY)), "srtp-protection-weakened"),
        (sdp(f"k=clear:{KEY}"), "srtp-key-in-plaintext"),
    ],
)
def test_an_answer_with_a_fault_fails_the_rule_it_breaks(body: bytes, rule: str) -> None:
    assert call(answering("200 OK", body)).outcomes()[rule] is Outcome.FAIL


def test_an_answer_that_rejects_the_audio_proves_nothing() -> None:
    outcomes = call(answering("200 OK", sdp(media="m=audio 0 RTP/SAVP 0"))).outcomes()
    assert outcomes["srtp-suite-missing"] is Outcome.INCONCLUSIVE
    assert Outcome.PASS not in outcomes.values()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("488 Not Acceptable Here", "was answered with 488: the peer rejects the suite or another part"),
        ("606 Not Acceptable", "was answered with 606: the peer rejects the suite"),
        ("401 Unauthorized", "requires authentication with a password (401)"),
        ("407 Proxy Authentication Required", "requires authentication with a password (407)"),
        ("404 Not Found", "was answered with 404, which shows nothing about SRTP"),
        ("302 Moved Temporarily", "was answered with 302"),
        ("200 OK", "was answered with 200 and no session description"),
    ],
)
def test_an_answer_without_a_description_leaves_every_question_open(status: str, reason: str) -> None:
    called = call(answering(status))
    assert reason in called.reason
    assert called.uas.methods == ["INVITE", "ACK", *(["BYE"] if status.startswith("2") else [])]
    assert set(called.outcomes().values()) == {Outcome.INCONCLUSIVE}


def silent(_request: bytes) -> Sequence[bytes]:
    return ()


def nonsense(request: bytes) -> Sequence[bytes]:
    return [b"\x00\xffnonsense " + KEY.encode() + b"\r\n\r\n"] if request.startswith(b"INVITE") else ()


def somebody_else(request: bytes) -> Sequence[bytes]:
    return [reply(request, "200 OK", ANSWER).replace(b"Call-ID: ", b"Call-ID: x")]


def endless(request: bytes) -> Sequence[bytes]:
    return [reply(request, "100 Trying")] * 200 if request.startswith(b"INVITE") else ()


def too_long(request: bytes) -> Sequence[bytes]:
    answer = reply(request, "200 OK").replace(b"Content-Length: 0", b"Content-Length: 999999")
    return [answer] if request.startswith(b"INVITE") else ()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (silent, "got no answer within 0.25 s"),
        (nonsense, "is not SIP"),
        (somebody_else, "got no answer within 0.25 s"),
        (endless, "the peer kept sending messages"),
        (too_long, "is not SIP"),
        (polite(lambda request: [reply(request, "180 Ringing")]), "the call was not answered within 0.25 s"),
    ],
)
def test_a_call_that_nobody_answers_is_cancelled_all_the_same(script: Script, reason: str) -> None:
    called = call(script)
    assert reason in called.reason
    assert called.uas.methods[:2] == ["INVITE", "CANCEL"]
    assert set(called.outcomes().values()) == {Outcome.INCONCLUSIVE}


def test_who_picks_up_while_the_call_is_being_cancelled_is_hung_up_on() -> None:
    def script(request: bytes) -> Sequence[bytes]:
        if request.startswith(b"INVITE"):
            script_state.append(request)
            return [reply(request, "180 Ringing")]
        return [reply(script_state[0], "200 OK", ANSWER)] if request.startswith(b"CANCEL") else ()

    script_state: list[bytes] = []
    called = call(script)
    assert called.uas.methods == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert len(called.answers) == 1


def test_a_call_that_forks_is_hung_up_on_every_branch() -> None:
    def forks(request: bytes) -> Sequence[bytes]:
        return [
            reply(request, "200 OK", ANSWER, "one"),
            reply(request, "200 OK", sdp(CRYPTO.replace(KEY, OTHER_KEY)), "two"),
        ]

    called = call(polite(forks))
    assert called.uas.methods == ["INVITE", "ACK", "BYE", "ACK", "BYE"]
    assert [header(request, "To")[-8:] for request in called.uas.heard[1:]] == [
        ";tag=one",
        ";tag=one",
        ";tag=two",
        ";tag=two",
    ]
    assert len(called.answers) == 2


def test_a_description_that_cannot_be_read_is_no_answer() -> None:
    called = call(answering("200 OK", sdp(f"nonsense {KEY}")))
    assert "in the 200 to the auditor's INVITE is not readable" in called.reason
    assert called.uas.methods[-1] == "BYE"


def test_a_peer_that_ends_the_connection_leaves_the_question_open() -> None:
    assert "ended the connection" in call(silent, hangs_up="INVITE").reason


def test_a_header_cannot_smuggle_a_line_into_what_is_sent_back() -> None:
    more = ("Contact: <sip:x\nEvil: 1>", "Record-Route: <sip:a>\nEvil: 2", "Record-Route: \xff")
    sent = call(polite(lambda request: [reply(request, "200 OK", ANSWER, more=more)])).uas.heard
    assert [request.split(b" ")[0] for request in sent] == [b"INVITE", b"ACK", b"BYE"]
    assert not any(b"Evil" in request for request in sent)


def identity() -> Identity:
    key = ec_key()
    spec = CertificateSpec(common_name("operator.example.net"), ValidityPeriod.days(AT, 0, 30))
    return Identity((mint(spec, key),), key)


def test_a_peer_that_demands_a_client_certificate_is_called_with_one_and_said_to_want_one_otherwise() -> None:
    assert "--client-cert" in call(answering("200 OK", ANSWER), demands=True).reason
    assert len(call(answering("200 OK", ANSWER), demands=True, identity=identity()).answers) == 1


def test_nothing_listens() -> None:
    with serving(Uas(silent), ADDRESS) as port:
        pass
    target = ServerTarget(name="sbc", host=ADDRESS, port=port, service=Service.SIP, address=ADDRESS)
    (found,) = invite(Peer(target, QUICK), ProtocolVersion.TLS_1_3, SUITES, INVITATION, AT)
    assert isinstance(found, NotObserved)


def observed(role: ClientRole, script: Callable[[bytes], Sequence[bytes]]) -> tuple[list[Observation], list[str]]:
    """A whole audit that asks about nothing but session descriptions."""
    uas = Uas(script)
    with serving(uas, ADDRESS) as port:
        target = ServerTarget(name="sbc", host=ADDRESS, port=port, service=Service.SIP, address=ADDRESS)
        found = list(observe(target, Asks(kinds=frozenset({"sdp"})), QUICK, AT, role))
    return [seen for seen in found if isinstance(seen, SdpSeen | NotObserved | NotAttempted)], uas.methods


def test_an_audit_calls_nobody_unless_it_was_asked_to() -> None:
    seen, methods = observed(NOBODY, answering("200 OK"))
    (found,) = seen
    assert isinstance(found, NotAttempted)
    assert found.reason == "no SDP was observed; audit an SDP file with auditor sdp, or use --invite with a test number"
    assert "INVITE" not in methods


def test_an_audit_that_was_asked_to_calls_the_test_number_once() -> None:
    def script(request: bytes) -> Sequence[bytes]:
        return [reply(request, "200 OK", ANSWER if request.startswith(b"INVITE") else b"")]

    seen, methods = observed(ClientRole(invitation=INVITATION), script)
    assert [found.kind for found in seen] == ["sdp", "sdp"]
    assert methods.count("INVITE") == 1
    assert methods[-2:] == ["ACK", "BYE"]


def test_the_command_line_calls_the_number_says_so_and_shows_no_key(tmp_path: Path) -> None:
    def script(request: bytes) -> Sequence[bytes]:
        return [reply(request, "200 OK", ANSWER if request.startswith(b"INVITE") else b"")]

    uas = Uas(script)
    reports = [tmp_path / f"report{suffix}" for suffix in (".json", ".html", ".md", ".sarif", ".xml", ".prom", ".txt")]
    options = [option for path in reports for option in ("--report", str(path))]
    with serving(uas, ADDRESS) as port:
        arguments = [f"sips://{ADDRESS}:{port}", "--invite", INVITATION.uri, *options]
        result = CliRunner().invoke(audit, arguments, standalone_mode=False)
    assert result.exception is None
    assert f"invite: calls {INVITATION.uri} at 1 target" in result.stderr
    assert uas.methods.count("INVITE") == uas.methods.count("BYE") == 1
    found = {finding["rule"]: finding["outcome"] for finding in loads(reports[0].read_text())["findings"]}
    assert {rule: outcome for rule, outcome in found.items() if rule.startswith("srtp-")} == {
        "srtp-key-in-plaintext": "pass",
        "srtp-key-reused": "pass",
        "srtp-not-required": "pass",
        "srtp-protection-weakened": "pass",
        "srtp-suite-missing": "pass",
        "srtp-suite-not-allowed": "pass",
    }
    (offer,) = [request for request in uas.heard if request.startswith(b"INVITE")]
    ours = offer.partition(b"inline:")[2].split()[0].decode()
    for text in (result.output, result.stderr, *(path.read_text(encoding="utf-8") for path in reports)):
        for key in (KEY, ours):
            assert not any(key[start : start + 9] in text for start in range(len(key) - 8))
