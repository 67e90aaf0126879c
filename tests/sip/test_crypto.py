"""The crypto attribute, by RFC 4568 section 9.1."""

import traceback
from typing import get_args

import pytest

from auditor.model.srtp import KEY_LENGTHS, CryptoSuite
from auditor.sip.crypto import MalformedCrypto, read_crypto
from tests.sip.examples import KEY, OTHER_KEY, SALT

SUITE = "AES_CM_128_HMAC_SHA1_80"


def test_the_example_of_section_4_is_read_with_its_lifetime_its_identifier_and_its_parameter() -> None:
    crypto = read_crypto(f"1 {SUITE} inline:{KEY}|2^20|1:4 FEC_ORDER=FEC_SRTP", SALT)
    assert (crypto.tag, crypto.suite, crypto.parameters) == (1, SUITE, ("FEC_ORDER",))
    assert [key.octets for key in crypto.keys] == [30]


def test_several_keys_in_one_line_are_all_read() -> None:
    crypto = read_crypto(f"2 F8_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4;inline:{OTHER_KEY}|2^20|2:4", SALT)
    assert [key.octets for key in crypto.keys] == [30, 30]
    assert len({key.digest for key in crypto.keys}) == 2


def test_equal_keys_have_equal_digests_in_one_run_and_different_ones_in_another() -> None:
    def digest(text: str, salt: bytes) -> str:
        return read_crypto(f"1 {SUITE} inline:{text}", salt).keys[0].digest

    assert digest(KEY, SALT) == digest(f"{KEY}|2^31", SALT)
    assert digest(KEY, SALT) != digest(OTHER_KEY, SALT)
    assert digest(KEY, SALT) != digest(KEY, b"another salt....")


@pytest.mark.parametrize(
    ("key", "octets"),
    [
        ("AAAAAAAAAAAAAAAAAAAAAA==", 16),
        ("AAAAAAAAAAAAAAAAAAAAAA", 16),
        (KEY + "AAAAAAAAAAAAAAAAAAAAAA==", 46),
        ("no-base64_in_the_usual_alphabet", None),
        (KEY + "A", None),
        (KEY + "===", None),
        ("=", 0),
    ],
)
def test_the_length_of_a_key_is_that_of_its_bytes_with_or_without_padding(key: str, octets: int | None) -> None:
    assert read_crypto(f"1 {SUITE} inline:{key}", SALT).keys[0].octets == octets


def test_padding_that_is_left_out_does_not_make_another_key() -> None:
    with_padding = read_crypto(f"1 {SUITE} inline:AAAAAAAAAAAAAAAAAAAAAA==", SALT)
    assert read_crypto(f"1 {SUITE} inline:AAAAAAAAAAAAAAAAAAAAAA", SALT).keys == with_padding.keys


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (f"{SUITE} inline:{KEY}", "no tag, suite and key"),
        (f"1 {SUITE}", "no tag, suite and key"),
        ("", "no tag, suite and key"),
        (f" 1 {SUITE} inline:{KEY}", "a space before the tag"),
        (f"1234567890 {SUITE} inline:{KEY}", "one to nine digits"),
        (f"+1 {SUITE} inline:{KEY}", "one to nine digits"),
        (f"\N{ARABIC-INDIC DIGIT ONE} {SUITE} inline:{KEY}", "one to nine digits"),
        (f"1 {KEY} inline:{KEY}", "not a suite name"),
        (f"1 inline:{KEY} {SUITE}", "not a suite name"),
        (f"1 {SUITE} INLINE:{KEY}", "inline is not in lower case"),
        (f"1 {SUITE} uri:{KEY}", "the key method is not inline"),
        (f"1 {SUITE} {KEY}", "no key method"),
        (f"1 {SUITE} inline:{KEY};", "no key method"),
        (f"1 {SUITE} inline:{KEY};UNENCRYPTED_SRTP", "no key method"),
        (f"1 {SUITE} inline:", "a key is empty"),
        (f"1 {SUITE} inline:{KEY}|2^20|1:4|1:4", "lifetime and a master key identifier"),
        (f"1 {SUITE} inline:{KEY}|1:4|2^20", "lifetime and a master key identifier"),
        (f"1 {SUITE} inline:{KEY}|{OTHER_KEY}", "lifetime and a master key identifier"),
        (f"1 {SUITE} inline:{KEY} " + " ".join(["KDR=1"] * 33), "more than 32 session parameters"),
        (f"1 {SUITE} " + ";".join([f"inline:{KEY}"] * 17), "more than 16 keys"),
        (f"1 {SUITE} inline:{KEY * 110}", "more than 4096 characters"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_without_quoting_it_even_to_a_debugger(value: str, problem: str) -> None:
    with pytest.raises(MalformedCrypto, match=problem) as caught:
        read_crypto(value, SALT)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert KEY not in shown
    assert OTHER_KEY not in shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("KDR=1", "KDR"),
        ("WSH=64", "WSH"),
        (f"FEC_KEY=inline:{KEY}", "FEC_KEY"),
        ("UNENCRYPTED_SRTP", "UNENCRYPTED_SRTP"),
        ("-unencrypted_srtcp", "-unencrypted_srtcp"),
        ("UNAUTHENTICATED_SRTP=yes", "UNAUTHENTICATED_SRTP"),
        ("NEW_ONE=5", "NEW_ONE"),
        (KEY, "unknown"),
        (KEY[:19], "unknown"),
        (f"{KEY}=1", "unknown"),
        ("lower", "unknown"),
        ("ABCDEFGHIJKLMNOP", "unknown"),
        ("", None),
    ],
)
def test_a_session_parameter_is_kept_by_name_only_and_only_if_it_cannot_be_a_key(given: str, kept: str | None) -> None:
    assert read_crypto(f"1 {SUITE} inline:{KEY} {given}", SALT).parameters == (() if kept is None else (kept,))


@pytest.mark.parametrize("suite", [SUITE, SUITE.lower(), "AEAD_AES_256_GCM", "AES_CM_256_HMAC_SHA1_80", "NEW_128_X"])
def test_names_of_suites_are_kept_as_they_are_written(suite: str) -> None:
    assert read_crypto(f"1 {suite}\tinline:{KEY}  ", SALT).suite == suite


def test_every_suite_that_a_policy_may_name_has_a_known_length_of_key() -> None:
    assert set(get_args(get_args(CryptoSuite)[0])) == set(KEY_LENGTHS)
