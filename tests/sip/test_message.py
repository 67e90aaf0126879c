"""SIP messages with session descriptions in them: which is the offer, which the answer, and where they stand."""

from collections.abc import Callable

import pytest

from auditor.sip import MOST_MESSAGES, MalformedSdp, descriptions
from tests.sip.examples import CRYPTO, INVITE, KEY, OK, ORIGIN, OTHER_KEY, message, read, sdp

OFFER = sdp(CRYPTO)
ANSWER = sdp(CRYPTO.replace(KEY, OTHER_KEY))


def roles(*messages: bytes) -> list[str]:
    return [seen.role for seen in descriptions(b"\r\n".join(messages), ORIGIN)]


def test_an_invite_and_its_200_are_an_offer_and_its_answer() -> None:
    offer, answer = descriptions(message(INVITE, OFFER) + message(OK, ANSWER), ORIGIN)
    assert (offer.role, answer.role) == ("offer", "answer")
    assert offer.session == answer.session != ""
    assert offer.exchange == answer.exchange != ""
    assert offer.media[0].cryptos[0].keys != answer.media[0].cryptos[0].keys
    assert (offer.source, answer.source) == ("given.sdp, message 1", "given.sdp, message 2")


def test_a_183_and_a_200_both_answer() -> None:
    progress = message("SIP/2.0 183 Session Progress", ANSWER)
    assert roles(message(INVITE, OFFER), progress, message(OK, ANSWER)) == ["offer", "answer", "answer"]


def test_the_200_to_an_invite_without_a_description_is_an_offer_that_the_ack_answers() -> None:
    ack = message("ACK sip:b@example.com SIP/2.0", ANSWER)
    offer, answer = descriptions(message(INVITE) + message(OK, OFFER) + ack, ORIGIN)
    assert (offer.role, answer.role) == ("offer", "answer")
    assert offer.exchange == answer.exchange


def test_a_200_without_its_invite_may_be_either() -> None:
    assert roles(message(OK, ANSWER)) == ["unknown"]
    assert roles(message(INVITE, OFFER, CSeq="2 INVITE"), message(OK, ANSWER)) == ["offer", "unknown"]
    assert roles(message(INVITE, OFFER, Call_ID="other"), message(OK, ANSWER)) == ["offer", "unknown"]


def test_a_description_in_the_answer_to_options_is_neither() -> None:
    assert roles(message(OK, OFFER, CSeq="1 OPTIONS")) == ["unknown"]


def test_what_does_not_say_it_itself_is_what_the_caller_knows_it_to_be() -> None:
    assert [seen.role for seen in descriptions(message(OK, ANSWER), ORIGIN, role="answer")] == ["answer"]
    assert [seen.role for seen in descriptions(OFFER, ORIGIN, role="offer")] == ["offer"]
    assert [seen.role for seen in descriptions(message(INVITE, OFFER), ORIGIN, role="answer")] == ["offer"]


def test_an_invite_from_the_other_side_with_the_same_number_is_another_exchange_of_the_same_call() -> None:
    back = message("INVITE sip:a@example.net SIP/2.0", ANSWER, From="<sip:b@example.com>;tag=two")
    first, second = descriptions(message(INVITE, OFFER) + back, ORIGIN)
    assert first.session == second.session
    assert first.exchange != second.exchange


def test_two_calls_have_two_sessions() -> None:
    first, second = descriptions(message(INVITE, OFFER) + message(INVITE, OFFER, Call_ID="other"), ORIGIN)
    assert first.session != second.session


def lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def compact(data: bytes) -> bytes:
    for long, short in ((b"Call-ID", b"i"), (b"Content-Type", b"c"), (b"Content-Length", b"l"), (b"From", b"f")):
        data = data.replace(long + b":", short + b":")
    return data


def folded(data: bytes) -> bytes:
    return data.replace(b"Content-Type: ", b"Content-Type:\r\n  ").replace(b"Call-ID: ", b"CALL-ID :\r\n\t")


def without_lengths(data: bytes) -> bytes:
    return b"\r\n".join(line for line in data.split(b"\r\n") if not line.startswith(b"Content-Length"))


def with_wrong_lengths(data: bytes) -> bytes:
    return data.replace(b"Content-Length: ", b"Content-Length: 9")


def with_separators(data: bytes) -> bytes:
    return b"U 10.0.0.1:5061 -> 10.0.0.2:5061\r\n\r\n" + data.replace(b"SIP/2.0 200", b"\r\n-----\r\nSIP/2.0 200")


@pytest.mark.parametrize(
    "written", [lf, compact, folded, without_lengths, with_wrong_lengths, with_separators], ids=lambda way: way.__name__
)
def test_a_trace_is_read_the_same_however_it_was_written_down(written: Callable[[bytes], bytes]) -> None:
    trace = message(INVITE, OFFER) + message("SIP/2.0 100 Trying") + message(OK, ANSWER)
    assert descriptions(written(trace), ORIGIN) == descriptions(trace, ORIGIN)


def test_the_description_in_a_multipart_body_is_found_and_its_lines_are_counted_in_the_file() -> None:
    body = b"--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1\r\nContent-Type: application/sdp\r\n\r\n"
    body += sdp("a=Crypto:1") + b"--b1--\r\n"
    whole = message(INVITE, body, Content_Type='multipart/mixed; boundary="b1"')
    seen = read(whole)
    number = whole.split(b"\r\n").index(b"a=Crypto:1") + 1
    assert seen.media[0].malformed[0].startswith(f"line {number}: ")


def test_a_message_fragment_in_a_multipart_body_hides_nothing() -> None:
    body = b"--b1\r\nContent-Type: message/sipfrag\r\n\r\nSIP/2.0 200 OK\r\nTo: x\r\n\r\n--b1\r\n"
    body += b"Content-Type: application/sdp\r\n\r\n" + OFFER + b"--b1--\r\n"
    with pytest.raises(MalformedSdp):
        descriptions(message(INVITE, body, Content_Type="multipart/mixed;boundary=b1"), ORIGIN)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (message(INVITE), "the SIP messages contain no session description"),
        (message(INVITE, OFFER, Content_Encoding="gzip"), "is encoded"),
        (message(INVITE, OFFER, Content_Type="text/plain"), "its type is not application/sdp"),
        (message(INVITE, OFFER, Content_Type=""), "its type is not application/sdp"),
        (message(INVITE, OFFER, Content_Length="0"), "Content-Length is 0"),
        (message(INVITE, OFFER, Content_Type="multipart/mixed"), "no boundary"),
        (message(INVITE, OFFER, Content_Type="multipart/mixed;boundary=x"), "boundary does not occur"),
        (message(INVITE, OFFER + b"--x\r\n", Content_Type="multipart/mixed;boundary=x"), "outside any SIP message"),
        (message(INVITE, b"--x\r\n" * 40 + OFFER, Content_Type="multipart/mixed;boundary=x"), "more than 32 parts"),
        (message(INVITE, OFFER, c="text/plain"), "two different content-type"),
        (INVITE.encode() + b"\r\nnot a header\r\n\r\n" + OFFER, "not a header"),
        (b"a=crypto:1\r\n" + message(INVITE, OFFER), "outside any SIP message"),
        (message(INVITE) * (MOST_MESSAGES + 1), "more than 1000 SIP messages"),
    ],
)
def test_a_message_that_cannot_be_read_is_refused_rather_than_passed_over(content: bytes, problem: str) -> None:
    with pytest.raises(MalformedSdp, match=problem):
        descriptions(content, ORIGIN)


def test_multipart_bodies_in_one_another_come_to_an_end() -> None:
    body = OFFER
    for depth in range(6):
        body = b"--b%d\r\nContent-Type: multipart/mixed;boundary=b%d\r\n\r\n" % (depth, depth - 1) + body
    with pytest.raises(MalformedSdp):
        descriptions(message(INVITE, body, Content_Type="multipart/mixed;boundary=b5"), ORIGIN)


def test_a_prack_answers_the_offer_in_a_response_to_an_invite_without_one() -> None:
    prack = message("PRACK sip:b@example.com SIP/2.0", ANSWER, CSeq="2 PRACK", RAck="776 1 INVITE")
    progress = message("SIP/2.0 183 Session Progress", OFFER)
    assert roles(message(INVITE), progress, prack) == ["offer", "answer"]
    assert len({found.exchange for found in descriptions(b"".join((message(INVITE), progress, prack)), ORIGIN)}) == 1
    assert roles(message(INVITE, OFFER), prack) == ["offer", "offer"]
    assert len({found.exchange for found in descriptions(message(INVITE, OFFER) + prack, ORIGIN)}) == 2


@pytest.mark.parametrize("header", ["", "776 2 INVITE", "1 INVITE", "776 1 OPTIONS"])
def test_a_prack_of_no_known_invite_may_be_either(header: str) -> None:
    prack = message("PRACK sip:b@example.com SIP/2.0", ANSWER, CSeq="2 PRACK", RAck=header)
    assert roles(message(INVITE, OFFER), prack)[-1] == "unknown"
