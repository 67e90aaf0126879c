"""``auditor certificate``, as a pipeline calls it: files in, verdict and exit code out."""

import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from auditor.errors import InputErrors
from auditor.inputs.certificates.bundles import read_bundle
from testbed.process import closed_port
from tests.certificates.keys import private_key, to_der
from tests.certificates.mint import AnchorSpec, Spec, mint, mint_chain, mint_request
from tests.cli.conftest import Auditor, reason
from tests.inputs.certificates.test_bundles import mutated, pem

PASSPHRASE = "correct horse"
ISSUING = Spec(subject="Issuing CA")
OLD = Spec(key_of="old", not_before="-80d", not_after="+10d")
Files = Callable[..., Path]


def key(spec: Spec, passphrase: str = "") -> bytes:
    found = private_key(spec.key, spec.key_of or spec.subject)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def chain(*specs: Spec) -> bytes:
    return b"".join(map(pem, mint_chain(specs)[0]))


GOOD = chain(Spec(), ISSUING)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "root.pem"
    path.write_bytes(pem(to_der(mint(AnchorSpec(), AnchorSpec()))))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Files:
    def write(name: str, *contents: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"".join(contents))
        return path

    return write


@pytest.fixture
def judge(auditor: Auditor, root: Path) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Run it with the root declared; the exit code, and the report."""

    def run(*words: object) -> tuple[int, dict[str, Any]]:
        at = ("--at", "2026-11-20T12:00:00Z") if "--at" not in words else ()
        done = auditor("certificate", *words, "--root", root, *at, "--json")
        return done.code, json.loads(done.out)

    return run


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {finding["rule"]: finding["outcome"] for finding in report["findings"]}


def test_a_good_chain_with_its_key_and_name_complies(judge: Any, file: Files) -> None:
    code, report = judge(file("sbc.pem", GOOD, key(Spec())), "--name", "sbc.example.net")
    found = outcomes(report)
    assert (code, report["verdict"]) == (0, "pass")
    assert (found["certificate-key-mismatch"], found["certificate-name-mismatch"]) == ("pass", "pass")
    assert found["certificate-renewal-regression"] == "not-tested"
    assert report["endpoints"][0]["perspective"] == "certificate"


def test_only_rules_about_certificates_are_promised(judge: Any, file: Files) -> None:
    _, report = judge(file("sbc.pem", GOOD))
    assert {rule.partition("-")[0] for rule in outcomes(report)} == {"certificate"}


@pytest.mark.parametrize(
    ("contents", "rule"),
    [
        ((chain(Spec(not_after="-1d"), ISSUING),), "certificate-expired"),
        ((chain(Spec(issuer="Issuing CA")),), "certificate-chain-incomplete"),
        ((chain(Spec(eku=("serverAuth",)), ISSUING),), "certificate-usage-missing"),
        ((GOOD, key(OLD)), "certificate-key-mismatch"),
        ((chain(Spec(key="rsa1024"), ISSUING),), "certificate-key-weak"),
    ],
)
def test_a_fault_in_the_file_fails_by_its_own_rule(
    judge: Any, file: Files, contents: tuple[bytes, ...], rule: str
) -> None:
    code, report = judge(file("sbc.pem", *contents))
    assert (code, outcomes(report)[rule]) == (1, "fail")
    assert [found for found, outcome in outcomes(report).items() if outcome == "fail"] == [rule]


def test_every_name_has_to_be_in_the_certificate(judge: Any, file: Files) -> None:
    code, report = judge(file("sbc.pem", GOOD), "--name", "sbc.example.net", "--name", "other.example.net")
    (found,) = [finding for finding in report["findings"] if finding["rule"] == "certificate-name-mismatch"]
    assert (code, [violation["expected"] for violation in found["violations"]]) == (1, ["other.example.net"])


def test_without_a_name_nothing_is_claimed_about_names(judge: Any, file: Files) -> None:
    code, report = judge(file("sbc.pem", GOOD))
    assert (code, outcomes(report)["certificate-name-mismatch"]) == (0, "not-tested")


@pytest.mark.parametrize(("role", "outcome"), [("server", "pass"), ("client", "fail"), ("both", "fail")])
def test_the_role_decides_which_usage_is_needed(judge: Any, file: Files, role: str, outcome: str) -> None:
    _, report = judge(file("sbc.pem", chain(Spec(eku=("serverAuth",)), ISSUING)), "--role", role)
    assert outcomes(report)["certificate-usage-missing"] == outcome


def test_a_wildcard_serves_https_and_not_sip(judge: Any, file: Files) -> None:
    path = file("sbc.pem", chain(Spec(names=("DNS:*.example.net",)), ISSUING))
    for service, outcome in (("sip", "warn"), ("https", "not-applicable")):
        _, report = judge(path, "--service", service, "--name", "sbc.example.net")
        assert outcomes(report)["certificate-wildcard"] == outcome


def test_it_can_be_judged_as_of_another_day(judge: Any, file: Files) -> None:
    path = file("sbc.pem", GOOD)
    for day, outcome in (("2026-12-01", "pass"), ("2027-06-01", "fail"), ("2027-06-01T00:00:00+02:00", "fail")):
        _, report = judge(path, "--at", day)
        assert outcomes(report)["certificate-expired"] == outcome
        assert report["observed_at"] < "2027-06-01T00:00:01Z"


def test_a_leaf_that_does_not_come_first_is_a_warning(judge: Any, file: Files) -> None:
    leaf, issuing = mint_chain((Spec(), ISSUING))[0]
    code, report = judge(file("sbc.pem", pem(issuing), pem(leaf)))
    assert (code, outcomes(report)["certificate-chain-disordered"]) == (0, "warn")


def test_a_request_is_judged_for_what_is_in_it(judge: Any, file: Files) -> None:
    path = file("sbc.csr", pem(mint_request(Spec(key="p256")), "CERTIFICATE REQUEST"), key(Spec()))
    code, report = judge(path, "--name", "sbc.example.net")
    found = outcomes(report)
    passed = {rule for rule, outcome in found.items() if outcome == "pass"}
    assert passed == {
        "certificate-key-mismatch",
        "certificate-key-weak",
        "certificate-name-mismatch",
        "certificate-usage-missing",
        "certificate-wildcard",
    }
    assert set(found.values()) == {"pass", "not-applicable", "not-tested"}
    assert code == 0
    weak = file("weak.csr", pem(mint_request(Spec(key="rsa1024", eku=("serverAuth",))), "CERTIFICATE REQUEST"))
    code, report = judge(weak, "--name", "other.example.net")
    failed = {rule for rule, outcome in outcomes(report).items() if outcome == "fail"}
    assert failed == {"certificate-key-weak", "certificate-name-mismatch", "certificate-usage-missing"}


def test_a_key_in_a_file_of_its_own_is_put_to_its_certificate(judge: Any, file: Files) -> None:
    leaf, good, bad = file("sbc.pem", GOOD), file("good.key", key(Spec())), file("bad.key", key(OLD))
    assert outcomes(judge(leaf, good)[1])["certificate-key-mismatch"] == "pass"
    assert outcomes(judge(leaf, bad)[1])["certificate-key-mismatch"] == "fail"


def test_a_directory_as_certbot_leaves_it_is_one_certificate(auditor: Auditor, file: Files, root: Path) -> None:
    file("live/README", b"text")
    file("live/cert.pem", chain(Spec(issuer="Issuing CA")))
    leaf, issuing = GOOD.split(b"-----END CERTIFICATE-----\n")[:2]
    end = b"-----END CERTIFICATE-----\n"
    file("live/cert.pem", leaf, end)
    file("live/chain.pem", issuing, end)
    file("live/fullchain.pem", GOOD)
    folder = file("live/privkey.pem", key(Spec())).parent
    done = auditor("certificate", folder, "--root", root, "--at", "2026-11-20", "--json")
    (endpoint,) = json.loads(done.out)["endpoints"]
    assert (done.code, Path(endpoint["target"]).name) == (0, "fullchain.pem")
    assert "cert.pem is left out" in done.err
    left_out = "chain.pem is left out: it contains only CA certificates"
    assert left_out in done.err
    assert any(left_out in note for note in json.loads(done.out)["notes"])
    assert outcomes(json.loads(done.out))["certificate-key-mismatch"] == "pass"


def test_the_standard_input_is_a_file(judge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(GOOD)

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Input())
    code, report = judge("-")
    assert (code, report["endpoints"][0]["target"]) == (0, "standard input")


def test_a_renewal_is_compared_with_a_file(judge: Any, file: Files) -> None:
    old, new = file("old.pem", chain(OLD, ISSUING)), file("new.pem", GOOD)
    assert outcomes(judge(new, "--replaces", old)[1])["certificate-renewal-regression"] == "pass"
    names = ("DNS:sbc.example.net", "DNS:b.example.net")
    two = file("two.pem", chain(OLD.model_copy(update={"names": names}), ISSUING))
    code, report = judge(new, "--replaces", two)
    assert (code, outcomes(report)["certificate-renewal-regression"]) == (1, "fail")
    assert outcomes(judge(old, "--replaces", new)[1])["certificate-renewal-regression"] == "fail"


def test_a_renewal_is_compared_with_what_an_endpoint_sends(
    judge: Any, file: Files, address: Callable[[str], str]
) -> None:
    code, report = judge(file("new.pem", GOOD), "--replaces", address("sip-compliant").removeprefix("sips://"))
    (found,) = [finding for finding in report["findings"] if finding["rule"] == "certificate-renewal-regression"]
    assert (code, found["outcome"]) == (1, "fail")
    assert any("as before" in violation["expected"] for violation in found["violations"])


def test_every_address_of_a_name_counts_for_a_renewal(
    judge: Any, file: Files, monkeypatch: pytest.MonkeyPatch, address: Callable[[str], str]
) -> None:
    monkeypatch.setattr("auditor.probes.resolve.resolve", lambda *_: ("127.0.0.1", "127.0.0.83"))
    port = address("sip-compliant").rpartition(":")[2]
    _, report = judge(file("new.pem", GOOD), "--replaces", f"sbc.example.net:{port}")
    (found,) = [finding for finding in report["findings"] if finding["rule"] == "certificate-renewal-regression"]
    assert found["outcome"] == "fail"
    assert "127.0.0.83" in reason(found)


def test_an_endpoint_that_cannot_be_reached_leaves_the_renewal_open(judge: Any, file: Files) -> None:
    with closed_port() as port:
        code, report = judge(file("new.pem", GOOD), "--replaces", f"127.0.0.1:{port}")
    (found,) = [finding for finding in report["findings"] if finding["rule"] == "certificate-renewal-regression"]
    assert (code, found["outcome"]) == (3, "inconclusive")
    assert "refused" in reason(found)


def test_a_passphrase_comes_from_a_descriptor_or_the_environment_and_is_nowhere_afterwards(
    auditor: Auditor, file: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file("sbc.pem", GOOD, key(Spec(), PASSPHRASE))
    shared = ("certificate", path, "--root", root, "--at", "2026-11-20", "--json")
    closed = auditor(*shared)
    assert outcomes(json.loads(closed.out))["certificate-key-mismatch"] == "inconclusive"
    reading, writing = os.pipe()
    os.write(writing, f"{PASSPHRASE}\nfor somebody else".encode())
    opened = auditor(*shared, "--key-passphrase-fd", str(reading))
    assert os.read(reading, 100) == b"for somebody else"
    os.close(reading)
    os.close(writing)
    monkeypatch.setenv("AUDITOR_KEY_PASSPHRASE", PASSPHRASE)
    by_environment = auditor(*shared)
    for done in (opened, by_environment):
        assert outcomes(json.loads(done.out))["certificate-key-mismatch"] == "pass"
        assert PASSPHRASE not in done.out + done.err


def test_no_octet_of_a_key_is_in_any_output(auditor: Auditor, file: Files, root: Path, tmp_path: Path) -> None:
    secret = key(Spec())
    body = b"".join(secret.splitlines()[1:-1]).decode()[:60]
    reports = [f"--report={tmp_path / name}" for name in ("r.json", "r.html", "r.sarif", "r.xml", "r.md", "r.txt")]
    done = auditor("certificate", file("sbc.pem", GOOD, secret), "--root", root, *reports)
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("r.*"))
    assert body not in done.out + done.err + written
    assert len(list(tmp_path.glob("r.*"))) == 6


def test_sarif_points_at_the_file(auditor: Auditor, file: Files, root: Path, tmp_path: Path) -> None:
    path = file("sbc.pem", chain(Spec(not_after="-1d"), ISSUING))
    auditor("certificate", path, "--root", root, "--at", "2026-11-20", "--report", tmp_path / "r.sarif")
    (run,) = json.loads((tmp_path / "r.sarif").read_text(encoding="utf-8"))["runs"]
    places = {place["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"] for place in r["locations"]}
    assert places == {path.as_uri()}


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "a file that is not there": (("{}/none.pem",), "none.pem: the file cannot be read: No such file"),
    "an empty file": (("{}/empty.pem",), "empty.pem: the file is empty"),
    "ten megabytes": (("{}/large.pem",), "large.pem: the file is larger than 1024 KiB"),
    "an empty directory": (("{}/folder",), "folder: the directory contains no file with a certificate suffix"),
    "a key alone": (("{}/own.key",), "own.key: there is a private key but no certificate"),
    "a file twice": (("{}/good.pem", "{}/good.pem"), "is listed twice"),
    "a name that is none": (("{}/good.pem", "--name", "not a name"), "--name: "),
    "a day that is none": (("{}/good.pem", "--at", "2026-02-30"), '--at: "2026-02-30" is neither a date such as'),
    "a moment before all others": (("{}/good.pem", "--at", "0001-01-01T00:00:00+14:00"), '--at: "0001-01-01T'),
    "a moment after all others": (("{}/good.pem", "--at", "9999-12-31T23:59:59-14:00"), '--at: "9999-12-31T'),
    "no file, as of a variable that is not set": (("",), "a file name is empty"),
    "nothing to replace, likewise": (("{}/good.pem", "--replaces", ""), "--replaces: the value is empty"),
    "the standard input twice": (("-", "-"), "the standard input is listed twice"),
    "a moment without an offset": (("{}/good.pem", "--at", "2026-02-20T10:00:00"), "--at: "),
    "two files for one renewal": (
        ("{}/good.pem", "{}/other.pem", "--replaces", "{}/good.pem"),
        "--replaces compares one new certificate, and 2 files contain one",
    ),
    "a renewal of a key": (("{}/good.pem", "--replaces", "{}/own.key"), "no certificate to replace"),
    "a descriptor that is not open": (
        ("{}/good.pem", "--key-passphrase-fd", "999"),
        "--key-passphrase-fd 999: the descriptor is not readable",
    ),
    "a policy that does not look at names": (
        ("{}/good.pem", "-p", "{}/own.yaml", "--name", "a.example.net", "--role", "both", "--replaces", "{}/good.pem"),
        "--name has no effect: the policy own does not include certificate-name-mismatch",
    ),
    "a policy without a rule about certificates": (
        ("{}/good.pem", "-p", "{}/none.yaml"),
        "the policy own has no rule about certificates",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_the_input_is_one_sentence_and_exit_code_2(
    auditor: Auditor, file: Files, tmp_path: Path, name: str
) -> None:
    head = b"id: own\nversion: '1'\ntitle: Own\nsource: a test\nrules:\n"
    file("empty.pem")
    file("large.pem", b"x" * 10_000_000)
    file("good.pem", GOOD)
    file("other.pem", chain(OLD, ISSUING))
    file("own.key", key(Spec()))
    file("own.yaml", head, b"  certificate-expired: {}\n")
    file("none.yaml", head, b"  cipher-suite-order: {}\n")
    (tmp_path / "folder").mkdir()
    words, message = WRONG[name]
    done = auditor("certificate", *(word.format(tmp_path) for word in words))
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_private_key_that_belongs_to_nothing_is_noted(judge: Any, file: Files) -> None:
    """The certificate has its own, so that no rule misses one: somebody may install the other."""
    good, own, other = file("good.pem", GOOD), file("own.key", key(Spec())), file("other.key", key(OLD))
    code, report = judge(good, own, other)
    assert (code, outcomes(report)["certificate-key-mismatch"]) == (0, "pass")
    assert report["notes"][-1] == f"{other}: this private key belongs to none of the certificates and requests"
    assert not any("private key" in note for note in judge(good, own)[1]["notes"])


SELF_SIGNED = Spec(subject="own.example.net", names=("DNS:own.example.net",), ca=True, key="rsa1024")


@pytest.mark.parametrize("name", ["own.pem", "own.cert"])
def test_a_self_signed_certificate_beside_a_good_one_is_judged_although_it_calls_itself_a_ca(
    judge: Any, file: Files, name: str
) -> None:
    file("folder/sbc.pem", GOOD)
    folder = file(f"folder/{name}", pem(to_der(mint(SELF_SIGNED, SELF_SIGNED)))).parent
    code, report = judge(folder)
    assert code == 1
    assert [Path(endpoint["target"]).name for endpoint in report["endpoints"]] == [name, "sbc.pem"]


def test_a_self_signed_certificate_without_names_is_known_by_its_key_in_the_same_directory(
    judge: Any, file: Files
) -> None:
    nameless = Spec(subject="own.example.net", names=(), ca=True)
    file("folder/sbc.pem", GOOD)
    file("folder/own.key", key(nameless))
    folder = file("folder/own.pem", pem(to_der(mint(nameless, nameless)))).parent
    _, report = judge(folder)
    assert [Path(endpoint["target"]).name for endpoint in report["endpoints"]] == ["own.pem", "sbc.pem"]


def test_what_a_directory_holds_under_other_names_is_said_to_be_unread(auditor: Auditor, file: Files) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "d\x1b[31m.txt"):
        file(f"folder/{name}", b"x")
    folder = file("folder/sbc.pem", GOOD).parent
    (folder / "below").mkdir()
    done = auditor("certificate", folder)
    assert "not read, because the names have no certificate suffix: a.txt, b.txt, below/ and 2 more" in done.err
    assert "\x1b" not in done.err


def flipped(der: bytes, chance: random.Random) -> bytes:
    changed = bytearray(der)
    for _ in range(chance.randint(1, 3)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def altered(chance: random.Random) -> bytes:
    """A file that is damaged as text; or one that is whole, around DER in which a few bits are others."""
    leaf, issuing = mint_chain((Spec(), ISSUING))[0]
    bare = key(Spec())
    match chance.randrange(4):
        case 0:
            return mutated(chance.choice([GOOD + bare, bare + GOOD, GOOD]), chance)
        case 1:
            return pem(flipped(mint_request(Spec()), chance), "CERTIFICATE REQUEST") + bare
        case 2:
            return pem(leaf) + pem(flipped(issuing, chance))
        case _:
            return pem(flipped(leaf, chance)) + pem(issuing) + bare


@pytest.mark.slow
def test_a_thousand_mutated_files_give_a_verdict_or_a_sentence_and_never_a_key(
    auditor: Auditor, file: Files, root: Path
) -> None:
    """The whole way: what the reading lets through is judged and rendered too, ten files at a time."""
    chance = random.Random(5)
    body = b"".join(key(Spec()).splitlines()[1:-1]).decode()
    canaries = {body[start : start + 12] for start in range(24, len(body) - 24, 4)}
    judged = refused = 0
    for batch in range(100):
        good: list[Path] = []
        bad: list[Path] = []
        for number in range(10):
            path = file(f"{batch}/{number}.pem", altered(chance))
            try:
                bundle = read_bundle(path.read_bytes(), "f", lambda _what: None)
            except InputErrors:
                bad.append(path)
            else:
                (good if bundle.certificates or bundle.requests else bad).append(path)
        for paths, codes in ((good, {0, 1, 3}), (bad, {2})):
            if not paths:
                continue
            done = auditor("certificate", *paths, "--root", root, "--at", "2026-11-20", "--json")
            assert done.code in codes
            assert "Traceback" not in done.out + done.err
            assert "please report this as a bug" not in done.out
            assert not any(canary in done.out + done.err for canary in canaries)
        judged += len(good)
        refused += len(bad)
    assert judged + refused == 1000
    assert min(judged, refused) > 100


def test_a_request_whose_key_is_no_point_of_its_curve_leaves_its_signature_open(judge: Any, file: Files) -> None:
    request = bytearray(mint_request(Spec()))
    point = request.index(bytes.fromhex("03420004")) + 4
    request[point] ^= 1
    _, report = judge(file("sbc.csr", pem(bytes(request), "CERTIFICATE REQUEST"), key(Spec())))
    (found,) = [finding for finding in report["findings"] if finding["rule"] == "certificate-key-mismatch"]
    assert found["outcome"] == "inconclusive"
    assert "its signature uses an unknown algorithm and was not checked" in reason(found)


def test_at_a_terminal_the_passphrase_is_asked_for_and_not_shown(
    auditor: Auditor, file: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, object]] = []

    class Terminal:
        def isatty(self) -> bool:
            return True

    def prompt(text: str, **how: object) -> str:
        asked.append((text, how["hide_input"]))
        return PASSPHRASE

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(click, "prompt", prompt)
    path = file("sbc.pem", GOOD, key(Spec(), PASSPHRASE))
    done = auditor("certificate", path, "--root", root, "--at", "2026-11-20", "--json")
    assert outcomes(json.loads(done.out))["certificate-key-mismatch"] == "pass"
    assert asked == [(f"Passphrase of the private key in {path}", True)]
    assert PASSPHRASE not in done.out + done.err


def test_a_self_signed_certificate_without_names_or_key_is_judged_by_its_common_name(judge: Any, file: Files) -> None:
    """As openssl req -x509 makes it, where nothing else is said."""
    own = Spec(subject="own.example.net", names=(), ca=True)
    file("folder/sbc.pem", GOOD)
    folder = file("folder/own.pem", pem(to_der(mint(own, own)))).parent
    code, report = judge(folder)
    assert code == 1
    assert [Path(endpoint["target"]).name for endpoint in report["endpoints"]] == ["own.pem", "sbc.pem"]


def test_a_root_named_as_hosts_are_is_left_out_where_it_issued_something(judge: Any, file: Files) -> None:
    top = Spec(subject="ca.example.net", names=(), ca=True)
    file("folder/sbc.pem", chain(Spec(issuer="ca.example.net"), top))
    folder = file("folder/root.pem", pem(to_der(mint(top, top)))).parent
    _, report = judge(folder)
    assert [Path(endpoint["target"]).name for endpoint in report["endpoints"]] == ["sbc.pem"]


def test_of_a_file_that_is_wrong_everywhere_the_first_errors_are_listed(auditor: Auditor, file: Files) -> None:
    empty = b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
    done = auditor("certificate", file("empties.pem", empty * 19_000))
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 51)
    assert done.err.endswith("auditor: and 18950 more errors\n")


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_does_not_change_the_exit_code(file: Files, root: Path) -> None:
    words = f"'{sys.executable}' -m auditor certificate '{file('good.pem', GOOD)}' --at 2026-11-20"
    for options, code in (("", 1), (f"--root '{root}'", 0)):
        for form in ("", "--json"):
            command = f"{words} {options} {form} | true; echo ${{PIPESTATUS[0]}}"
            done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
            assert (done.stdout, done.stderr) == (f"{code}\n", "")


@pytest.mark.slow
def test_an_output_that_is_full_is_one_sentence(file: Files) -> None:
    command = f"'{sys.executable}' -m auditor certificate '{file('good.pem', GOOD)}' > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "auditor: writing the result failed: No space left on device\n"


ROOTS = Path(__file__).parents[2] / "policies" / "roots"


def roots(*names: str) -> bytes:
    return b"".join((ROOTS / f"{name}.pem").read_bytes() for name in names)


ALL_ROOTS = roots(*(path.stem for path in sorted(ROOTS.iterdir()) if not path.stem.startswith("baltimore")))


def test_a_trust_store_is_judged_without_a_certificate(auditor: Auditor, file: Files) -> None:
    done = auditor("certificate", "--trust-store", file("roots.pem", ALL_ROOTS), "--at", "2026-11-20", "--json")
    report = json.loads(done.out)
    assert done.code == 0
    assert outcomes(report) == {
        "trust-store-entry-invalid": "pass",
        "trust-store-root-advised": "pass",
        "trust-store-root-missing": "pass",
    }
    assert report["endpoints"][0]["perspective"] == "trust-store"


def test_a_trust_store_without_the_root_of_the_gateway_fails(auditor: Auditor, file: Files) -> None:
    done = auditor("certificate", "--trust-store", file("roots.pem", roots("digicert-global-root-g3")), "--json")
    found = outcomes(json.loads(done.out))
    assert done.code == 1
    assert (found["trust-store-root-missing"], found["trust-store-root-advised"]) == ("fail", "warn")


def test_a_certificate_and_trust_stores_are_judged_together(judge: Any, file: Files) -> None:
    one, two = file("one.pem", ALL_ROOTS), file("two.pem", roots("digicert-global-root-g3"))
    code, report = judge(file("sbc.pem", GOOD), "--trust-store", one, "--trust-store", two)
    assert code == 1
    failed = {(found["target"], found["rule"]) for found in report["findings"] if found["outcome"] == "fail"}
    assert failed == {(str(two), "trust-store-root-missing")}


def test_a_trust_store_and_a_certificate_are_looks_of_one_audit(auditor: Auditor, file: Files, tmp_path: Path) -> None:
    seen = tmp_path / "stores.jsonl"
    store, certificate = file("roots.pem", ALL_ROOTS), file("sbc.pem", GOOD)
    assert auditor("certificate", certificate, "--trust-store", store, "--at", "2026-11-20", "-o", seen).code == 1
    done = auditor("evaluate", seen, "--json")
    report = json.loads(done.out)
    assert {found["target"] for found in report["findings"]} == {str(store), str(certificate)}
    answers = {found["id"]: found["answer"] for found in report["requirements"]}
    assert (answers["SEC-25"], answers["SEC-21"]) == ("met", "not-met")


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_read(auditor: Auditor, tmp_path: Path) -> None:
    done = auditor("certificate", tmp_path / "no.pem", "-o", tmp_path / "no" / "seen.jsonl")
    assert (done.code, "no.pem" in done.err) == (2, False)


def test_a_trust_store_comes_from_the_standard_input(auditor: Auditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ALL_ROOTS)))
    assert auditor("certificate", "--trust-store", "-", "--at", "2026-11-20").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Missing argument 'FILE...', or the option --trust-store."),
        (("--trust-store", ""), "a file name is empty"),
        (("-", "--trust-store", "-"), "the standard input is listed twice"),
        (("STORE", "--trust-store", "STORE"), "is listed both as a certificate and as a trust store"),
        (("--trust-store", "STORE", "--name", "sbc.example.net"), "--name has no effect without a FILE to judge"),
        (("--trust-store", "STORE", "--replaces", "x.pem"), "--replaces has no effect without a FILE to judge"),
        (("--trust-store", "STORE", "-p", "rfc9325"), "--trust-store has no effect: the policy rfc9325 does not"),
        (("--trust-store", "STORE", "--trust-store", "STORE"), "is listed twice"),
    ],
)
def test_a_trust_store_that_nothing_can_be_said_of_is_an_error(
    auditor: Auditor, file: Files, words: tuple[str, ...], message: str
) -> None:
    store = str(file("roots.pem", ALL_ROOTS))
    done = auditor("certificate", *(store if word == "STORE" else word for word in words))
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
