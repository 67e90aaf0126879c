"""A passphrase is not turned into a key at any price: what the file demands is read first."""

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auditor.errors import InputErrors
from auditor.inputs.certificates.bundles import read_bundle
from auditor.inputs.certificates.key_derivation import too_costly
from tests.inputs.certificates.test_bundles import KEY, knows, pem

USUAL, COSTLY = 1234567, 0x7FFFFFFF


def number(value: int) -> bytes:
    octets = value.to_bytes(value.bit_length() // 8 + 1)
    return b"\x02" + bytes([len(octets)]) + octets


def sequence(*parts: bytes) -> bytes:
    inner = b"".join(parts)
    return b"\x30" + bytes([len(inner)]) + inner


SALT = b"\x04\x08saltsalt"


@pytest.mark.parametrize(
    ("der", "costly"),
    [
        (sequence(SALT, number(2048)), False),
        (sequence(SALT, number(5_000_000), number(32)), False),
        (sequence(SALT, number(COSTLY)), True),
        (sequence(SALT, number(COSTLY), number(32)), True),
        (sequence(SALT, number(16384), number(8), number(1), number(32)), False),
        (sequence(SALT, number(16384), number(8), number(1000)), True),
        (sequence(sequence(SALT), number(COSTLY)), False),
        (sequence(b"\x04\x12" + sequence(SALT, number(COSTLY))), True),
        (b"\x30\x80" + SALT + number(COSTLY) + bytes(2), True),
        (b"\x30\x80\x24\x80" + SALT + bytes(2) + number(COSTLY) + bytes(2), True),
        (b"\x30\x80" * 100_000, False),
        (SALT * 100_000, False),
        (b"\x30\x84\xff", False),
        (b"", False),
    ],
)
def test_the_numbers_behind_a_salt_say_how_much_work_it_is(der: bytes, *, costly: bool) -> None:
    assert too_costly(der) is costly


@pytest.mark.slow
def test_a_pkcs12_or_a_key_that_would_take_hours_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "in.key"
    path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for form, words in (
        ("PKCS #12", f"openssl pkcs12 -export -nocerts -inkey {path} -passout pass:x -iter {USUAL}"),
        ("private key", f"openssl pkcs8 -topk8 -in {path} -passout pass:x -iter {USUAL}"),
    ):
        made = subprocess.run(words.split(), check=True, capture_output=True).stdout
        if form == "private key":
            made = base64.b64decode(b"".join(made.splitlines()[1:-1]))
        assert number(USUAL) in made
        assert not too_costly(made)
        # Of the same length, so that nothing else has to be written anew.
        made = made.replace(number(USUAL), number(8_000_000))
        content = pem(made, "ENCRYPTED PRIVATE KEY") if form == "private key" else made
        with pytest.raises(InputErrors, match=f"this {form} needs more key-derivation iterations"):
            read_bundle(content, "file", knows)
