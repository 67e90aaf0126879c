"""``auditor facts``: what is in force is shown, and only signed, sound and newer facts take its place."""

import base64
import json
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from auditor.cli.facts import PAYLOAD_TYPE, facts
from auditor.errors import InputErrors
from auditor.policy.dated_facts import alone, shipped_facts, update_file
from auditor.policy.shipped import policy_directory

SHIPPED = policy_directory() / "facts" / "facts.yaml"
KEYS: dict[str, Any] = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "RSA": rsa.generate_private_key(65537, 2048),
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AUDITOR_FACTS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("auditor.pipeline.now", lambda: datetime(2999, 1, 1, 12, tzinfo=UTC))
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(facts, [str(argument) for argument in arguments])


def refused(*arguments: object) -> str:
    """The sentence that ends the command, with exit code 2 as ``auditor.cli.main`` maps it."""
    result = run(*arguments)
    assert isinstance(result.exception, InputErrors), result.output
    return "\n".join(str(error) for error in result.exception.errors)


def newer(home: Path, version: str = "2999.1", date: str = "2999-01-01") -> Path:
    reference, path = shipped_facts().reference, home / "newer.yaml"
    text = SHIPPED.read_text(encoding="utf-8").replace(f'"{reference.version}"', f'"{version}"')
    path.write_text(text.replace(f"date: {reference.date}", f"date: {date}", 1), encoding="utf-8")
    return path


def pair(home: Path, name: str = "Ed25519", passphrase: bytes | None = None) -> tuple[Path, Path]:
    """A private key and its public key, in files."""
    private, public = home / f"{name}.pem", home / f"{name}.pub.pem"
    lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    private.write_bytes(KEYS[name].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    public.write_bytes(KEYS[name].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def signed(home: Path, file: Path, name: str = "Ed25519") -> tuple[Path, Path]:
    """The signed file, and the public key."""
    private, public = pair(home, name)
    output = home / "facts.dsse.json"
    result = run("sign", file, "--key", private, "-o", output)
    assert result.exit_code == 0, result.exception
    return output, public


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    return path


def test_what_is_in_force_is_shown() -> None:
    output = run("show").output
    reference = shipped_facts().reference
    assert f"Facts {reference.version} of {reference.date}, " in output
    assert f"SHA-256 {reference.sha256}" in output
    assert "EM DV TLS CA - G3B" in output


def test_it_is_shown_as_json() -> None:
    shown = json.loads(run("show", "--json").output)
    assert shown["sha256"] == shipped_facts().reference.sha256
    assert {row["organization"] for row in shown["facts"]["client-usage-ending"]} >= {"Certum", "GoDaddy", "*"}


def test_overdue_rows_are_marked_and_another_file_can_be_shown(home: Path) -> None:
    path = newer(home)
    path.write_text(path.read_text().replace("checked: 2026-11-20", "checked: 2020-01-01"))
    output = run("show", path).output
    assert "Facts 2999.1 of 2999-01-01, 0 days old" in output
    assert "2020-06-29 (overdue)" in output


@pytest.mark.parametrize("name", KEYS)
def test_signed_facts_are_installed(home: Path, name: str) -> None:
    file, key = signed(home, newer(home), name)
    result = run("update", file, "--key", key)
    assert result.exit_code == 0, result.exception
    assert result.output.startswith(f"Installed facts 2999.1 of 2999-01-01 in {update_file()}; before it was")
    assert update_file().read_bytes() == (home / "newer.yaml").read_bytes()
    assert "Facts 2999.1" in run("show").output
    assert run("update", file, "--key", key).output == "Facts 2999.1 of 2999-01-01 are in use already.\n"


def test_the_environment_says_where(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_FACTS", str(home / "mine" / "facts.yaml"))
    file, key = signed(home, newer(home))
    assert run("update", file, "--key", key).exit_code == 0
    assert (home / "mine" / "facts.yaml").is_file()


def test_a_signature_may_be_made_by_hand_and_name_no_key(home: Path) -> None:
    payload = newer(home).read_bytes()
    private, public = pair(home)
    signed_bytes = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    (home / "pae").write_bytes(signed_bytes)
    made = subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", private, "-in", home / "pae"],
        check=True,
        capture_output=True,
    )
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"sig": base64.b64encode(made.stdout).decode()}],
    }
    (home / "by-hand.json").write_text(json.dumps(envelope))
    assert run("update", home / "by-hand.json", "--key", public).exit_code == 0


def test_one_good_signature_among_others_is_enough(home: Path) -> None:
    file, key = signed(home, newer(home))
    other = base64.b64encode(b"x" * 64).decode()
    changed(file, lambda data: data["signatures"].insert(0, {"sig": other, "keyid": "somebody"}))
    assert run("update", file, "--key", key).exit_code == 0


def test_a_change_of_any_kind_is_refused(home: Path) -> None:
    file, key = signed(home, newer(home))
    good = file.read_text()

    def payload(data: dict[str, Any]) -> None:
        content = base64.b64decode(data["payload"]).replace(b"2027-02-28", b"2037-02-28")
        data["payload"] = base64.b64encode(content).decode()

    def signature(data: dict[str, Any]) -> None:
        content = bytearray(base64.b64decode(data["signatures"][0]["sig"]))
        content[0] ^= 1
        data["signatures"][0]["sig"] = base64.b64encode(bytes(content)).decode()

    for change in (payload, signature):
        assert "no signature in this file is by the key of" in refused("update", changed(file, change), "--key", key)
        file.write_text(good)
    changed(file, lambda data: data.update(payloadType="application/vnd.in-toto+json"))
    assert "this envelope holds" in refused("update", file, "--key", key)
    assert not update_file().exists()


def test_another_key_and_no_signature_are_refused(home: Path) -> None:
    file, _ = signed(home, newer(home))
    _, other = pair(home, "P-256")
    assert "no signature in this file is by the key of" in refused("update", file, "--key", other)
    assert "nobody vouches for it" in refused("update", newer(home), "--key", other)
    changed(file, lambda data: data.update(signatures=[]))
    assert "signatures must not be empty" in refused("update", file, "--key", other)
    assert not update_file().exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", 'lacks the key "payload"'),
        ("[]", "must be a mapping"),
        ('{"payload": "!", "payloadType": "TYPE", "signatures": [{"sig": "AA=="}]}', "is not base64"),
        ('{"payload": "é", "payloadType": "TYPE", "signatures": [{"sig": "AA=="}]}', "is not base64"),
        ('{"payload": "AAAA", "payloadType": "TYPE", "signatures": [{"sig": ""}]}', "no signature in this file"),
        ('{"payload": "AAAA", "payloadType": "TYPE", "signatures": [7]}', "must be a mapping"),
        ("{", "nobody vouches for it"),
    ],
)
def test_a_file_that_is_no_envelope_is_refused(home: Path, text: str, said: str) -> None:
    (home / "bad.json").write_text(text.replace("TYPE", PAYLOAD_TYPE), encoding="utf-8")
    assert said in refused("update", home / "bad.json", "--key", pair(home)[1])


def test_a_file_that_is_too_large_is_refused(home: Path) -> None:
    (home / "big.json").write_bytes(b" " * (1024 * 1024 + 1))
    assert "is larger than" in refused("update", home / "big.json", "--key", pair(home)[1])


def test_older_facts_are_refused(home: Path) -> None:
    file, key = signed(home, newer(home))
    assert run("update", file, "--key", key).exit_code == 0
    for version, date, said in (
        ("2998.9", "2999-01-01", "are older than those in use"),
        ("2999.2", "2998-12-31", "are older than those in use"),
        ("2999.1", "2999-01-02", "a new file needs a new version"),
        ("1.0", "2020-01-01", "are older than those in use"),
    ):
        old, _ = signed(home, newer(home, version, date))
        assert said in refused("update", old, "--key", key)
    assert "Facts 2999.1 of 2999-01-01" in run("show").output


def test_each_row_that_an_update_removes_or_changes_is_named(home: Path) -> None:
    path = newer(home)
    text = path.read_text()
    path.write_text(text[: text.index("    - issuer: EM OV TLS CA - G3C")].replace("2026-06-15", "2031-06-15"))
    file, key = signed(home, path)
    assert run("update", file, "--key", key).output.splitlines()[1:] == [
        "Removed or changed: client-usage-ending GoDaddy",
        "Removed or changed: withdrawn-issuers EM OV TLS CA - G3C",
    ]


def test_a_day_in_the_future_is_refused_by_who_signs_and_who_installs(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = newer(home, date="2999-01-02")
    end = "\n    - organization: Sectigo"
    path.write_text(path.read_text().replace(f"2026-11-20{end}", f"2999-01-02{end}"))
    private, _ = pair(home)
    file, key = signed(home, path)
    monkeypatch.setattr("auditor.pipeline.now", lambda: datetime(2998, 12, 31, 12, tzinfo=UTC))
    said = [refused("update", file, "--key", key), refused("sign", path, "--key", private, "-o", home / "other.json")]
    for sentences in said:
        assert "date is 2999-01-02, which is in the future" in sentences
        assert "checked is 2999-01-02, which is in the future" in sentences
    assert not update_file().exists()


def test_signing_never_overwrites_what_it_reads(home: Path) -> None:
    path, (private, _) = newer(home), pair(home)
    for output, what in ((path, "the facts"), (private, "the private key")):
        before = output.read_bytes()
        assert f"this is the file of {what}" in refused("sign", path, "--key", private, "-o", output)
        assert output.read_bytes() == before


def test_of_two_updates_at_once_the_newer_stays(home: Path) -> None:
    older, key = signed(home, newer(home, "2999.1"))
    update_file().parent.mkdir(parents=True)
    results: list[Result] = []
    waiting = threading.Thread(target=lambda: results.append(run("update", older, "--key", key)))
    with alone(update_file().parent):
        waiting.start()
        waiting.join(1)
        assert waiting.is_alive()
        update_file().write_text(newer(home, "2999.2").read_text())
    waiting.join(30)
    assert "older than those in use" in str(results[0].exception)
    assert "Facts 2999.2" in run("show").output


def test_what_is_shipped_is_installed_where_the_environment_names_a_file_that_is_not_there(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_FACTS", str(home / "mine.yaml"))
    file, key = signed(home, SHIPPED)
    assert "there is no such file" in refused("show")
    assert run("update", file, "--key", key).exit_code == 0
    assert run("show").exit_code == 0


def test_facts_that_a_signer_got_wrong_are_refused(home: Path) -> None:
    file = newer(home)
    file.write_text(file.read_text().replace("maximum_days: 47", "maximum_days: many"))
    private, _ = pair(home)
    assert "maximum_days must be a whole number" in refused("sign", file, "--key", private, "-o", home / "out.json")
    assert not (home / "out.json").exists()


def test_a_damaged_update_is_replaced_even_by_what_is_shipped(home: Path) -> None:
    update_file().parent.mkdir(parents=True)
    update_file().write_text("junk")
    assert "must be a mapping" in refused("show")
    file, key = signed(home, SHIPPED)
    assert run("update", file, "--key", key).exit_code == 0
    assert run("show").exit_code == 0


def test_where_nothing_can_be_written_a_sentence_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("AUDITOR_FACTS", str(home / "file" / "facts.yaml"))
    file, key = signed(home, newer(home))
    assert "the folder for the facts cannot be made" in refused("update", file, "--key", key)


def test_keys_that_do_not_fit_are_refused(home: Path) -> None:
    file, _ = signed(home, newer(home))
    private, public = pair(home)
    assert "a private key belongs to the signer alone" in refused("update", file, "--key", private)
    assert "no private key in PEM" in refused("sign", newer(home), "--key", public, "-o", home / "out.json")
    strange = dsa.generate_private_key(2048)
    (home / "dsa.pem").write_bytes(strange.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (home / "dsa.pub").write_bytes(strange.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert "no private key in PEM" in refused("sign", newer(home), "--key", home / "dsa.pem", "-o", home / "out.json")
    assert "no public key in PEM" in refused("update", file, "--key", home / "dsa.pub")


def test_an_encrypted_key_needs_its_passphrase(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private, _ = pair(home, passphrase=b"open sesame")
    arguments = ("sign", newer(home), "--key", private, "-o", home / "out.json")
    assert "is the passphrase the right one?" in refused(*arguments)
    monkeypatch.setenv("AUDITOR_KEY_PASSPHRASE", "open sesame")
    assert run(*arguments).exit_code == 0


def test_the_same_file_signed_for_another_purpose_is_refused(home: Path) -> None:
    file, key = signed(home, newer(home))

    def resigned(data: dict[str, Any]) -> None:
        payload = base64.b64decode(data["payload"])
        data["signatures"][0]["sig"] = base64.b64encode(KEYS["Ed25519"].sign(payload)).decode()

    assert "no signature" in refused("update", changed(file, resigned), "--key", key)


def test_rsa_signatures_are_pss(home: Path) -> None:
    file, _ = signed(home, newer(home), "RSA")
    data = json.loads(file.read_text())
    payload = base64.b64decode(data["payload"])
    pae = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    signature = base64.b64decode(data["signatures"][0]["sig"])
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
    KEYS["RSA"].public_key().verify(signature, pae, pss, hashes.SHA256())
