"""``auditor sdp`` through click's runner."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import auditor
from auditor.cli.sdp import sdp as command
from auditor.errors import InputErrors
from tests.sip.examples import CRYPTO, INVITE, KEY, OK, OTHER_KEY, message, sdp

CAPTURES = Path("tests/inputs/captures/files")
OFFER, ANSWER = sdp(CRYPTO), sdp(CRYPTO.replace(KEY, OTHER_KEY))


def run(*arguments: str | Path, given: bytes = b"") -> tuple[int, str]:
    """The exit code and what was printed; wrong input is raised, as it is to the program's main function."""
    result = CliRunner().invoke(command, list(map(str, arguments)), input=given, standalone_mode=False)
    if result.exception:
        raise result.exception
    assert isinstance(result.return_value, int)
    return result.return_value, result.output


def outcomes(output: str) -> dict[str, str]:
    report: dict[str, Any] = json.loads(output)
    return {finding["rule"]: finding["outcome"] for finding in report["findings"]}


def test_an_offer_that_is_right_is_compliant_and_what_a_file_cannot_show_is_not_claimed(tmp_path: Path) -> None:
    file = tmp_path / "offer.sdp"
    file.write_bytes(OFFER)
    code, output = run(file, "--json")
    assert code == 0
    assert outcomes(output) == {
        "dscp-seen-not-as-required": "not-tested",
        "sdp-address-not-public": "pass",
        "sdp-answer-mismatch": "not-tested",
        "sip-contact-not-public": "not-tested",
        "sip-in-plaintext": "not-tested",
        "sip-message-too-large": "not-tested",
        "srtp-key-in-plaintext": "not-tested",
        "srtp-key-reused": "not-applicable",
        "srtp-not-required": "pass",
        "srtp-protection-weakened": "pass",
        "srtp-suite-missing": "pass",
        "srtp-suite-not-allowed": "pass",
    }


def test_an_offer_and_its_answer_in_one_trace_pass_every_rule() -> None:
    contact = {"Contact": "<sip:sbc.example.net:5061;transport=tls>"}
    trace = message(INVITE, OFFER, **contact) + message(OK, ANSWER, **contact)
    code, output = run("-", "--json", "--transport", "tls", given=trace)
    assert code == 0
    found = outcomes(output)
    assert found.pop("dscp-seen-not-as-required") == "not-tested"
    assert set(found.values()) == {"pass"}


def test_an_answer_that_sends_the_key_back_fails_and_the_key_is_not_shown(tmp_path: Path) -> None:
    reports = [tmp_path / f"report{suffix}" for suffix in (".json", ".html", ".txt", ".md", ".sarif", ".xml", ".prom")]
    options = [option for path in reports for option in ("--report", path)]
    code, output = run("-", *options, given=message(INVITE, OFFER) + message(OK, OFFER))
    assert code == 1
    assert "srtp-key-reused" in output
    for text in (output, *(path.read_text(encoding="utf-8") for path in reports)):
        assert KEY[:9] not in text
        assert text
    findings = json.loads(reports[0].read_text(encoding="utf-8"))["findings"]
    (reused,) = [found for found in findings if found["rule"] == "srtp-key-reused"]
    assert "answer with the key of its offer" in reused["violations"][0]["observed"]


@pytest.mark.parametrize(
    ("options", "rule", "outcome"),
    [
        (["--transport", "udp"], "srtp-key-in-plaintext", "fail"),
        (["--transport", "tls"], "srtp-key-in-plaintext", "pass"),
        (["--role", "answer"], "srtp-protection-weakened", "fail"),
        (["--role", "offer"], "srtp-protection-weakened", "pass"),
        ([], "srtp-protection-weakened", "inconclusive"),
    ],
)
def test_how_it_travelled_and_what_it_is_can_be_said(options: list[str], rule: str, outcome: str) -> None:
    two_lines = sdp(CRYPTO, CRYPTO.replace(":1 ", ":2 ").replace(KEY, OTHER_KEY))
    assert outcomes(run("-", "--json", *options, given=two_lines)[1])[rule] == outcome


def test_every_file_is_a_target_with_findings_of_its_own(tmp_path: Path) -> None:
    good, plain = tmp_path / "good.sdp", tmp_path / "plain.sdp"
    good.write_bytes(OFFER)
    plain.write_bytes(sdp(media="m=audio 4000 RTP/AVP 0"))
    code, output = run(good, plain, "--json")
    assert code == 1
    findings = {(found["target"], found["rule"]): found["outcome"] for found in json.loads(output)["findings"]}
    assert len(findings) == 24
    assert findings[(str(good), "srtp-suite-missing")] == "pass"
    assert findings[(str(plain), "srtp-suite-missing")] == "fail"


def test_a_message_that_the_gateway_would_drop_is_a_warning_that_names_it() -> None:
    long = f"{INVITE}\r\nX-Padding: {'x' * 10_000}"
    code, output = run("-", "--json", "--transport", "tls", given=message(long, OFFER) + message(OK, ANSWER))
    (found,) = [one for one in json.loads(output)["findings"] if one["rule"] == "sip-message-too-large"]
    assert (code, found["outcome"]) == (0, "warn")
    (violation,) = found["violations"]
    assert violation["subject"]["text"] == "standard input, message 1: the message"


def test_a_threshold_on_the_command_line_counts() -> None:
    other = sdp(CRYPTO, CRYPTO.replace(":1 ", ":2 ").replace("_80 ", "_32 "))
    assert run("-", "--role", "offer", given=other)[0] == 1
    assert run("-", "--role", "offer", "--fail-on", "critical", given=other)[0] == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (bytes(range(256)), "standard input: this is binary data, neither SDP nor a SIP message"),
        (b"v=0\n" + b"a=x\n" * 2_500_000, "standard input: the file is larger than 1024 KiB, the limit"),
        (sdp("nonsense"), "standard input:7: this line does not begin with a lower-case letter and an equals sign"),
        (b"", "standard input: this is empty"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence_with_its_place(content: bytes, sentence: str) -> None:
    with pytest.raises(InputErrors) as caught:
        run("-", given=content)
    assert str(caught.value) == sentence


def test_a_thousand_crypto_lines_are_judged_and_not_all_of_them_read() -> None:
    lines = [CRYPTO.replace(":1 ", f":{number} ") for number in range(1, 1001)]
    code, output = run("-", "--role", "offer", "--json", given=sdp(*lines))
    assert code == 3
    assert "more than 64 crypto lines" in output


def test_everything_that_is_wrong_with_any_file_is_said_at_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"\x00")
    second.write_bytes(b"x")
    with pytest.raises(InputErrors) as caught:
        run(first, second, second)
    assert len(caught.value.errors) == 3


def test_a_file_that_is_not_there_is_an_error_of_the_input(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="cannot be read: No such file"):
        run(tmp_path / "missing.sdp")


def test_a_policy_without_a_rule_about_descriptions_has_nothing_to_say() -> None:
    with pytest.raises(InputErrors, match="rfc9325 has no rule about session descriptions"):
        run("-", "-p", "rfc9325", given=OFFER)


def test_a_report_for_code_scanning_points_at_the_file(tmp_path: Path) -> None:
    file, report = tmp_path / "plain.sdp", tmp_path / "report.sarif"
    file.write_bytes(sdp(media="m=audio 4000 RTP/AVP 0"))
    run(file, "--report", report)
    assert str(file) in report.read_text(encoding="utf-8")


def test_an_offer_and_its_answer_in_two_files_are_compared(tmp_path: Path) -> None:
    offer, answer, other = tmp_path / "offer.sdp", tmp_path / "answer.sdp", tmp_path / "other.sdp"
    offer.write_bytes(OFFER)
    answer.write_bytes(ANSWER)
    other.write_bytes(ANSWER.replace(b"crypto:1 ", b"crypto:2 "))
    code, output = run(offer, "--answer", answer, "--json")
    assert (code, outcomes(output)["sdp-answer-mismatch"]) == (0, "pass")
    code, output = run(offer, "--answer", other, "--json")
    assert (code, outcomes(output)["sdp-answer-mismatch"]) == (1, "fail")
    code, output = run(offer, "--answer", "-", "--json", given=OFFER)
    assert (code, outcomes(output)["srtp-key-reused"]) == (1, "fail")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{0}", "{0}2", "--answer", "{1}"], "an answer goes with one offer"),
        (["{0}", "--answer", "{2}"], "trace: an offer and its answer in two files are one session description each"),
        (["{2}", "--answer", "{3}"], "trace: an offer and its answer"),
    ],
)
def test_an_answer_goes_with_one_bare_offer(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    names = [str(tmp_path / name) for name in ("offer", "answer", "trace", "broken")]
    for name, content in zip(names, (OFFER, ANSWER, message(INVITE, OFFER), b"v=1"), strict=True):
        Path(name).write_bytes(content)
    Path(f"{names[0]}2").write_bytes(OFFER)
    with pytest.raises(InputErrors, match=sentence):
        run(*(argument.format(*names) for argument in arguments))


def test_descriptions_one_after_the_other_are_several(tmp_path: Path) -> None:
    file = tmp_path / "both.sdp"
    file.write_bytes(OFFER + sdp(CRYPTO.replace(KEY, OTHER_KEY), media="m=audio 4000 RTP/AVP 0"))
    code, output = run(file, "--json")
    assert code == 1
    (found,) = [one for one in json.loads(output)["findings"] if one["rule"] == "srtp-not-required"]
    assert [one["subject"]["text"] for one in found["violations"]] == [f"{file}, description 2, media 1 (audio)"]


def test_what_was_observed_is_written_and_judged_again_without_the_files(tmp_path: Path) -> None:
    file, seen = tmp_path / "call.pcap", tmp_path / "seen.jsonl"
    file.write_bytes((CAPTURES / "udp.pcap").read_bytes())
    code, output = run(file, "-o", seen, "--json", "--vnet-injection")
    assert code == 1
    again = auditor.evaluate_observations(auditor.read_observations(seen), auditor.load_policy("acg"))
    assert {found.rule: str(found.outcome) for found in again.findings} == outcomes(output)
    assert outcomes(output)["sdp-address-not-public"] == "not-applicable"
    assert KEY[:9] not in seen.read_text(encoding="utf-8")


def test_a_capture_of_sip_in_the_clear_fails_and_one_of_tls_is_no_pass() -> None:
    found = outcomes(run(CAPTURES / "tcp.pcapng", "--transport", "tls", "--json")[1])
    assert (found["sip-in-plaintext"], found["srtp-key-in-plaintext"]) == ("fail", "fail")
    code, output = run(CAPTURES / "tls.pcapng", "--json")
    assert code == 3
    assert set(outcomes(output).values()) == {"inconclusive", "not-tested"}
    assert "nothing could be read" in output


def test_a_capture_on_the_standard_input_is_read_too() -> None:
    code, output = run("-", "--json", given=(CAPTURES / "udp.pcap").read_bytes())
    assert (code, outcomes(output)["sip-in-plaintext"]) == (1, "fail")


PRIVATE = OFFER.replace(b"193.5.122.40", b"10.1.2.3")


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ([], "fail"),
        (["--vnet-injection"], "not-applicable"),
        (["-i", "policies/examples/inventory-standard.yaml"], "fail"),
    ],
)
def test_a_private_address_needs_a_virtual_network_that_is_declared(options: list[str], outcome: str) -> None:
    assert outcomes(run("-", "--json", *options, given=PRIVATE)[1])["sdp-address-not-public"] == outcome


def test_an_inventory_with_a_virtual_network_allows_private_addresses(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    endpoint = "operator: Example\nendpoints: [{name: a, address: '127.0.0.1:5061'}]\n"
    for declared, outcome in (("deployment: {vnet_injection: true}\n", "not-applicable"), ("", "fail")):
        inventory.write_text(endpoint + declared, encoding="utf-8")
        found = outcomes(run("-", "--json", "-i", inventory, given=PRIVATE)[1])
        assert found["sdp-address-not-public"] == outcome


def test_a_peer_that_is_no_range_is_an_error() -> None:
    with pytest.raises(InputErrors, match='the peer "gateway" is not an address or a range'):
        run(CAPTURES / "udp.pcap", "--peer", "gateway")


def test_a_peer_of_a_file_that_is_no_capture_is_an_error() -> None:
    with pytest.raises(InputErrors, match="only a packet capture shows peers"):
        run("-", "--peer", "10.0.0.1", given=OFFER)


@pytest.mark.parametrize(("role", "expected"), [("offer", "met"), ("answer", "open"), ("", "open")])
def test_only_an_offer_shows_what_the_sbc_offers(tmp_path: Path, role: str, expected: str) -> None:
    path = tmp_path / "one.sdp"
    path.write_bytes(OFFER)
    code, output = run(path, "--json", *(("--role", role) if role else ()))
    answers = {found["id"]: found["answer"] for found in json.loads(output)["requirements"]}
    assert (code, answers["SEC-31"], answers["SEC-07"]) == (0, expected, "met")


def test_what_an_answer_to_options_says_is_no_call(tmp_path: Path) -> None:
    path = tmp_path / "options.txt"
    path.write_bytes(message(OK, sdp(media="m=audio 0 RTP/AVP 0"), CSeq="1 OPTIONS"))
    _, output = run(path, "--transport", "tls", "--json")
    answers = {found["id"]: found["answer"] for found in json.loads(output)["requirements"]}
    assert {answers[f"SEC-{number}"] for number in ("07", "31", "32", "33", "34")} == {"open"}
