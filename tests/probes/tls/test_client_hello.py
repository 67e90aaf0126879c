"""A ClientHello, read from the bytes of several libraries, and from bytes that are none."""

import base64
import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from OpenSSL import SSL

from auditor.model.tls import suites_by_code
from auditor.probes.tls.client_hello import MAX_BYTES, ClientHello, ClientHelloReader, NotClientHello

# Captured on loopback, once: curl 7.88.1 with OpenSSL 3.0.19, gnutls-cli 3.7.9, and openssl s_client -tls1_2.
CURL = base64.b64decode(
    "FgMBAgABAAH8AwMk8uUB0ZmPb0mTFB4uof7nTUp9454i+rCqD4t+SNruNSDFkd3AhbxXfY/6KzCHkslU8MN7LY5QeofywmfqBZw3ZQA+EwITAxMB"
    "wCzAMACfzKnMqMyqwCvALwCewCTAKABrwCPAJwBnwArAFAA5wAnAEwAzAJ0AnAA9ADwANQAvAP8BAAF1AAAAFAASAAAPc2JjLmV4YW1wbGUubmV0"
    "AAsABAMAAQIACgAWABQAHQAXAB4AGQAYAQABAQECAQMBBAAQAA4ADAJoMghodHRwLzEuMQAWAAAAFwAAADEAAAANACoAKAQDBQMGAwgHCAgICQgK"
    "CAsIBAgFCAYEAQUBBgEDAwMBAwIEAgUCBgIAKwAJCAMEAwMDAgMBAC0AAgEBADMAJgAkAB0AIGKT90vGq2i5K+oqbaoGToiMviSToh0h2Lhn3VBZ"
    "b7USABUArg=="
) + bytes(174)  # padding (RFC 7685)
GNUTLS = base64.b64decode(
    "FgMBAYgBAAGEAwOuDiXLACHl5OLFzCCjyjqrjTXDZiCRn6UVRNTqkaY6+CD6TJaFrMHs5C0o2lINHW3fV63QcXeMeuywTfx+J9JTowA6EwITAxMB"
    "EwTALMypwK3ACsArwKzACcAwzKjAFMAvwBMAncCdADUAnMCcAC8An8yqwJ8AOQCewJ4AMwEAAQEABQAFAQAAAAAACgAWABQAFwAYABkAHQAeAQAB"
    "AQECAQMBBAALAAIBAAANACIAIAQBCAkIBAQDCAcFAQgKCAUFAwgIBgEICwgGBgMCAQIDABYAAAAXAAAAIwAAADMAawBpABcAQQTqSDPjnsp8w/ro"
    "D3DIKFHh/KqBr3N0s3TCaBcirMIyrHH7zLUaSYHyh1CmdSJQfux/Dc8y42W1c9qx9SWsWXElAB0AIADkC8/z9mFqn/llYSQ5h4HnCo2kN42SVxTQ"
    "4YcjxME0ACsACQgDBAMDAwIDAf8BAAEAAAAAFAASAAAPc2JjLmV4YW1wbGUubmV0AC0AAwIBAAAcAAJAAQ=="
)
S_CLIENT = base64.b64decode(
    "FgMBALcBAACzAwMb3dsIsfF1AH5OXwNRzyMP3g3JqgqwxJcbEvllF5fj/QAAOMAswDAAn8ypzKjMqsArwC8AnsAkwCgAa8AjwCcAZ8AKwBQAOcAJ"
    "wBMAMwCdAJwAPQA8ADUALwD/AQAAUgALAAQDAAECAAoADAAKAB0AFwAeABkAGAAjAAAAFgAAABcAAAANACoAKAQDBQMGAwgHCAgICQgKCAsIBAgF"
    "CAYEAQUBBgEDAwMBAwIEAgUCBgI="
)


def read(*pieces: bytes) -> ClientHello | NotClientHello | None:
    reader = ClientHelloReader()
    found: ClientHello | NotClientHello | None = None
    for piece in pieces:
        assert found is None, "nothing more is asked for once it is read"
        found = reader.feed(piece)
    return found


def hello(*pieces: bytes) -> ClientHello:
    found = read(*pieces)
    assert isinstance(found, ClientHello), found
    return found


def from_ssl(context: ssl.SSLContext, name: str | None) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def from_pyopenssl(context: SSL.Context, name: str | None = None) -> bytes:
    tls = SSL.Connection(context, None)
    tls.set_connect_state()
    if name:
        tls.set_tlsext_host_name(name.encode())
    with pytest.raises(SSL.WantReadError):
        tls.do_handshake()
    return tls.bio_read(65_536)


def test_the_client_hello_of_curl() -> None:
    found = hello(CURL)
    assert found.versions == ("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1.0")
    assert found.versions_listed
    assert found.suites[:4] == (
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    )
    assert len(found.suites) == 30, "the renegotiation signal is no suite"
    assert found.groups[:5] == ("x25519", "secp256r1", "x448", "secp521r1", "secp384r1")
    assert found.signature_schemes[0] == "ecdsa_secp256r1_sha256"
    assert found.signature_schemes[-1] == "dsa_sha512"
    assert found.server_name == "sbc.example.net"
    assert found.protocols == (b"h2", b"http/1.1")


def test_the_client_hello_of_gnutls() -> None:
    found = hello(GNUTLS)
    assert found.versions == ("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1.0")
    assert "TLS_ECDHE_ECDSA_WITH_AES_256_CCM" in found.suites
    assert found.signature_schemes[-2:] == ("rsa_pkcs1_sha1", "ecdsa_sha1")
    assert found.server_name == "sbc.example.net"
    assert found.protocols == ()


def test_a_client_hello_of_tls_1_2_names_only_the_highest_version() -> None:
    found = hello(S_CLIENT)
    assert found.versions == ("TLSv1.2",)
    assert not found.versions_listed
    assert not found.versions_known
    assert found.server_name is None
    assert len(found.suites) == 27


def test_without_a_suite_for_older_versions_none_of_them_can_come_of_it() -> None:
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM")
    found = hello(from_ssl(context, "sbc.example.net"))
    assert found.versions == ("TLSv1.2",)
    assert not found.versions_listed
    assert found.versions_known


def test_what_pythons_ssl_was_told_to_offer_is_what_is_read() -> None:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    found = hello(from_ssl(context, "a.example"))
    assert found.versions == ("TLSv1.3",)
    assert found.server_name == "a.example"
    assert all(name.startswith("TLS_") and "WITH" not in name for name in found.suites)


def test_what_pyopenssl_was_told_to_offer_is_what_is_read() -> None:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384")
    found = hello(from_pyopenssl(context))
    assert found.suites == ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")
    assert found.server_name is None


@pytest.mark.parametrize("sent", [CURL, GNUTLS, S_CLIENT], ids=["curl", "gnutls", "s_client"])
def test_bytes_may_arrive_one_at_a_time(sent: bytes) -> None:
    assert hello(*(bytes((byte,)) for byte in sent)) == hello(sent)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_client_hello_may_be_split_over_many_records(size: int) -> None:
    message = CURL[5:]
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    records = b"".join(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part for part in parts)
    assert hello(records) == hello(CURL)
    assert hello(*(bytes((byte,)) for byte in records)) == hello(CURL)


@pytest.mark.parametrize("length", [0, 4, 5, 9, 43, len(CURL) - 1])
def test_part_of_a_client_hello_is_waited_for(length: int) -> None:
    assert read(CURL[:length]) is None


def extension(kind: int, value: bytes) -> bytes:
    return kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


def made(suites: tuple[int, ...], *extensions: bytes, legacy: int = 0x0303) -> bytes:
    codes = b"".join(code.to_bytes(2, "big") for code in suites)
    inside = b"".join(extensions)
    body = legacy.to_bytes(2, "big") + bytes(32) + b"\0" + len(codes).to_bytes(2, "big") + codes + b"\x01\0"
    body += len(inside).to_bytes(2, "big") + inside
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


def test_grease_and_signals_are_left_out_and_unknown_numbers_stay_numbers() -> None:
    found = hello(
        made(
            (0x0A0A, 0x1301, 0xFAFB, 0x00FF, 0x5600, 0x1301, 0xFAFA),
            extension(43, b"\x06\x1a\x1a\x03\x04\x7f\x1c"),
            extension(10, b"\x00\x06\x2a\x2a\x00\x1d\x7f\xff"),
            extension(13, b"\x00\x06\x3a\x3a\x08\x04\x7f\xfe"),
        )
    )
    assert found.suites == ("TLS_AES_128_GCM_SHA256", "0xfafb")
    assert found.versions == ("TLSv1.3", "0x7f1c")
    assert found.groups == ("x25519", "0x7fff")
    assert found.signature_schemes == ("rsa_pss_rsae_sha256", "0x7ffe")


def test_numbers_that_look_a_little_like_grease_are_kept() -> None:
    assert hello(made((0x0A1A, 0x1A0A))).suites == ("0x0a1a", "0x1a0a")


def test_a_client_hello_without_extensions() -> None:
    found = hello(made((0x002F,), legacy=0x0301))
    assert found.versions == ("TLSv1.0",)
    assert found.versions_known
    assert found.suites == ("TLS_RSA_WITH_AES_128_CBC_SHA",)


def test_a_client_hello_in_the_form_of_ssl_2() -> None:
    suites = b"\x00\x00\x2f" + b"\x07\x00\xc0"
    body = b"\x01\x03\x01" + len(suites).to_bytes(2, "big") + b"\x00\x00" + b"\x00\x10" + suites + bytes(16)
    found = hello(bytes((0x80, len(body))) + body)
    assert found.versions == ("TLSv1.0",)
    assert found.suites[0] == "TLS_RSA_WITH_AES_128_CBC_SHA"
    assert len(found.suites) == 2


def test_the_empty_list_of_versions_is_no_version() -> None:
    found = hello(made((0x1301,), extension(43, b"\x00")))
    assert found.versions == ()
    assert found.versions_listed


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET / HTTP/1.1\r\n", "not TLS"),
        (b"OPTIONS sip:a SIP/2.0\r\n", "not TLS"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "not TLS"),
        (b"\x16\x04\x01\x00\x02\x01\x00", "not a TLS handshake"),
        (b"\x16\x03\x01\x00\x00", "not a TLS handshake"),
        (b"\x16\x03\x01\xff\xff", "not a TLS handshake"),
        (b"\x16\x03\x01\x00\x04\x02\x00\x00\x00", "does not begin with a ClientHello"),
        (b"\x16\x03\x01\x00\x04\x01\xff\xff\xff", f"more than {MAX_BYTES}"),
        (b"\x16\x03\x01\x00\x04\x01\x00\x00\x00", "malformed"),
        (b"\x80\x03\x01\x03\x01", "malformed"),
        (b"\x80\x05\x01\x03\x01\xff\xff", "malformed"),
    ],
)
def test_what_is_no_client_hello_is_said_to_be_none(sent: bytes, reason: str) -> None:
    found = read(sent)
    assert isinstance(found, NotClientHello)
    assert reason in found.reason


def test_a_client_hello_without_end_is_given_up() -> None:
    record = b"\x16\x03\x01\x40\x00" + bytes(16_384)
    endless = b"\x16\x03\x01\x00\x04\x01\x00\xff\xff"
    reader = ClientHelloReader()
    found = reader.feed(endless)
    fed = len(endless)
    while found is None:
        found = reader.feed(record)
        fed += len(record)
        assert fed < MAX_BYTES + 2 * len(record)
    assert isinstance(found, NotClientHello | ClientHello)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_mutated_client_hello_never_raises(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([CURL, GNUTLS, S_CLIENT])))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    found = ClientHelloReader().feed(bytes(content[:cut]))
    if isinstance(found, ClientHello):
        assert all(text.isascii() and text.isprintable() for text in (*found.versions, *found.suites, *found.groups))


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(st.binary(max_size=200), max_size=10))
def test_garbage_never_raises(pieces: list[bytes]) -> None:
    reader = ClientHelloReader()
    for piece in pieces:
        if reader.feed(piece) is not None:
            return


def test_every_suite_that_is_named_in_the_registry_is_read_back() -> None:
    codes = tuple(code for code in suites_by_code() if code <= 0xFFFF)
    assert hello(made(codes)).suites == tuple(suites_by_code()[code].name for code in codes)
