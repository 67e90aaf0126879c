"""``auditor sdp`` through click's runner."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from auditor.cli.sdp import sdp as command
from auditor.errors import InputErrors
from tests.sip.examples import CRYPTO, INVITE, KEY, OK, OTHER_KEY, message, sdp

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
        "sip-message-too-large": "not-tested",
        "srtp-key-in-plaintext": "not-applicable",
        "srtp-key-reused": "not-applicable",
        "srtp-not-required": "pass",
        "srtp-protection-weakened": "pass",
        "srtp-suite-missing": "pass",
        "srtp-suite-not-allowed": "pass",
    }


def test_an_offer_and_its_answer_in_one_trace_pass_every_rule() -> None:
    code, output = run("-", "--json", "--transport", "tls", given=message(INVITE, OFFER) + message(OK, ANSWER))
    assert code == 0
    assert set(outcomes(output).values()) == {"pass"}


def test_an_answer_that_sends_the_key_back_fails_and_the_key_is_not_shown(tmp_path: Path) -> None:
    reports = [tmp_path / f"report{suffix}" for suffix in (".json", ".html", ".txt", ".md", ".sarif", ".xml", ".prom")]
    options = [option for path in reports for option in ("--report", path)]
    code, output = run("-", *options, given=message(INVITE, OFFER) + message(OK, OFFER))
    assert code == 1
    assert "srtp-key-reused" in output
    for text in (output, *(path.read_text(encoding="utf-8") for path in reports)):
        assert KEY[:9] not in text
        assert text
    assert (
        "answer with the key of its offer"
        in json.loads(reports[0].read_text(encoding="utf-8"))["findings"][2]["violations"][0]["observed"]
    )


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
    assert len(findings) == 14
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
