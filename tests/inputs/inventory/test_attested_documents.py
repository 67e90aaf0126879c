"""Documents that attestations name: each exists beside the inventory and has the stated SHA-256."""

import hashlib
import os
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.inputs.inventory import attested_documents
from auditor.inputs.inventory.read import load_inventory
from auditor.model.deployment import Attestation

CONTENT = b"reviewed"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def loaded(folder: Path, entry: str, by: str = "Head of Networks") -> tuple[Attestation, ...]:
    path = folder / "inventory.yaml"
    text = f"operator: x\ndeployment: {{}}\nattestations:\n  - {{statement: s, date: 2026-01-01, by: {by}{entry}}}\n"
    path.write_text(text, encoding="utf-8")
    deployment = load_inventory(path).deployment
    assert deployment is not None
    return deployment.attestations


def refused(folder: Path, entry: str, by: str = "Head of Networks") -> str:
    with pytest.raises(InputErrors) as caught:
        loaded(folder, entry, by)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inventories"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "spec.pdf").write_bytes(CONTENT)
    (tmp_path / "outside.pdf").write_bytes(CONTENT)
    return folder


def test_the_digest_of_a_document_is_stated_or_computed(folder: Path) -> None:
    assert [one.sha256 for one in loaded(folder, ", document: docs/spec.pdf")] == [DIGEST]
    assert [one.sha256 for one in loaded(folder, f", document: ./docs/spec.pdf, sha256: {DIGEST}")] == [DIGEST]
    assert [one.sha256 for one in loaded(folder, f", sha256: {'0' * 64}")] == ["0" * 64]
    assert [one.sha256 for one in loaded(folder, "")] == [None]
    assert [one.sha256 for one in loaded(folder, f", document: docs/spec.pdf, sha256: {DIGEST.upper()}")] == [DIGEST]


def test_a_document_named_twice_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def digest(_folder: Path, name: str, _inventory: Path) -> str:
        read.append(name)
        return DIGEST

    monkeypatch.setattr(attested_documents, "_digest", digest)
    entry = ", document: docs/spec.pdf}\n  - {statement: t, date: 2026-01-01, by: CTO, document: docs/spec.pdf"
    assert [one.sha256 for one in loaded(folder, entry)] == [DIGEST, DIGEST]
    assert read == ["docs/spec.pdf"]


def test_another_digest_is_an_error_at_its_place(folder: Path) -> None:
    said = refused(folder, f", document: docs/spec.pdf, sha256: {'0' * 64}")
    assert said.startswith("inventory.yaml:4:")
    assert f'document "docs/spec.pdf" has the SHA-256 {DIGEST}, not the one that was confirmed' in said


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.pdf", "No such file"),
        ("../outside.pdf", "it must lie in the inventory's folder"),
        ("docs/../../outside.pdf", "it must lie in the inventory's folder"),
        ("/etc/hostname", "it must lie in the inventory's folder"),
        ("'C:\\outside.pdf'", "it must lie in the inventory's folder"),
        ("'..\\outside.pdf'", "it must lie in the inventory's folder"),
        ("link.pdf", "it must lie in the inventory's folder"),
        ("loop.pdf", ""),
        ("docs", ""),
        ("pipe", "it is not a regular file"),
        ("empty.pdf", "it is empty"),
        ("inventory.yaml", "it is the inventory"),
        ('"a\\0b"', ""),
    ],
)
def test_what_is_no_document_beside_the_inventory_is_refused(folder: Path, name: str, reason: str) -> None:
    (folder / "link.pdf").symlink_to(folder.parent / "outside.pdf")
    (folder / "loop.pdf").symlink_to(folder / "loop.pdf")
    os.mkfifo(folder / "pipe")
    (folder / "empty.pdf").touch()
    said = refused(folder, f", document: {name}")
    assert said.startswith("inventory.yaml:")
    assert "Traceback" not in said
    assert reason in said
    assert len(said.splitlines()) == 1


def test_a_document_without_end_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attested_documents, "LARGEST", 4)
    assert "larger than" in refused(folder, ", document: docs/spec.pdf")


@pytest.mark.parametrize(
    "by",
    [
        "x",
        "'-'",
        "n/a",
        "N.A.",
        "tbd",
        "T B D",
        "'42'",
        "xx",
        "'?'",
        "none",
        "N. N.",
        "to be confirmed",
        "'__'",
        "us",
        "pending",
        "To be named",
        "nobody yet",
        "TBD (Head of Networks)",
        "not yet confirmed",
        "niemand",
        "noch offen",
        "see document",
        "unassigned",
        "Vacant position",
        "whoever is on call",
        "k. A.",
        "X. X.",
        "N/A (see below)",
        "none so far",
        "none@example.com",
        "Somebody else",
        "e.g. Head of Networks",
        "Your Name",
        "system",
        "O.K.",
        "ok",
        "\u672a\u5b9a",
    ],
)
def test_nobody_is_no_author(folder: Path, by: str) -> None:
    assert "names nobody" in refused(folder, "", by)


@pytest.mark.parametrize(
    "by",
    [
        "Head of Networks",
        "J. Doe",
        "CTO",
        "王伟",
        "Ó Sé",
        "नीता",
        "Network team 4",
        "IT",
        "a.body@example.net",
        "No Name Ltd",
        "O. K.",
        "\u00c5. \u00d6.",
        "Ng Li",
        "Na Li",
        "See Kok Leng",
        "Test Manager",
        "To Hoang Anh",
        "Niemand-Huber",
        "admin@carrier.example",
        "\u674e",
        "\u738b \u4f1f",
        "\uae40",
    ],
)
def test_a_person_or_a_role_is_one(folder: Path, by: str) -> None:
    assert [one.by for one in loaded(folder, "", by)] == [by]
