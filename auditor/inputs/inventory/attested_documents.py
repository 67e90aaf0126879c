"""The documents that attestations name: each is a file beside the inventory, and the report states its SHA-256."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.documents.files import unreadable
from auditor.inputs.documents.yaml import Document
from auditor.model.deployment import Attestation, Deployment
from auditor.network.confirmations import names_somebody

SECTION = "attestations"
LARGEST = 64 * 1024 * 1024
_CHUNK = 1024 * 1024


def attestation_errors(document: Document) -> Iterator[InputError]:
    """Attestations by nobody, which the schema cannot find."""
    data = document.data if isinstance(document.data, dict) else {}
    entries = data.get(SECTION)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        by = entry.get("by") if isinstance(entry, dict) else None
        if isinstance(by, str) and by.strip() and not names_somebody(by):
            message = f"by {quoted(by)} names nobody; name the person or the role that confirmed the statement"
            yield document.error(message, (SECTION, index, "by"))


def with_documents(document: Document, declared: Deployment, folder: Path) -> Deployment:
    """The deployment with the SHA-256 of every document; ``InputErrors`` lists all that are missing or differ.

    ``document`` is the inventory, and ``folder`` its folder.
    """
    errors: list[InputError] = []
    attestations: list[Attestation] = []
    digests: dict[str, str] = {}
    for index, one in enumerate(declared.attestations):
        if one.document is None:
            attestations.append(one)
            continue
        try:
            if one.document not in digests:
                digests[one.document] = _digest(folder, one.document, Path(document.file))
            digest = digests[one.document]
        except InputErrors as wrong:
            reasons = "; ".join(error.message for error in wrong.errors)
            message = f"document {quoted(one.document)}: {reasons}"
            errors.append(document.error(message, (SECTION, index, "document")))
            continue
        if one.sha256 is not None and one.sha256.lower() != digest:
            message = (
                f"document {quoted(one.document)} has the SHA-256 {digest}, not the one that was confirmed; "
                "have the statement confirmed for this document, or restore the document"
            )
            errors.append(document.error(message, (SECTION, index, "sha256")))
        attestations.append(one.model_copy(update={"sha256": digest}))
    if errors:
        raise InputErrors(errors)
    return declared.model_copy(update={"attestations": tuple(attestations)})


def _digest(folder: Path, name: str, inventory: Path) -> str:
    path = folder / name
    if _leaves(name) or not _inside(path, folder):
        raise _refused("it must lie in the inventory's folder or below it")
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _refused("it is not a regular file")
            if inventory.is_file() and os.path.samestat(os.fstat(file.fileno()), inventory.stat()):
                raise _refused("it is the inventory, which confirms nothing by itself")
            return _hashed(file)
    except (OSError, ValueError) as error:
        raise InputErrors([unreadable(error, str(path))]) from None


def _without_waiting(path: str, flags: int) -> int:
    """Open without waiting for a writer: that of a named pipe may never come."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _leaves(name: str) -> bool:
    """Whether a name leads out of a folder, on any system."""
    return any(path.anchor or ".." in path.parts for path in (PurePosixPath(name), PureWindowsPath(name)))


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError) as error:  # such as a loop of links
        raise _refused("its path cannot be followed") from error


def _hashed(file: Any) -> str:  # noqa: ANN401 - an open file
    digest, read = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        read += len(chunk)
        if read > LARGEST:
            raise _refused(f"it is larger than {LARGEST // 1024 // 1024} MiB, the limit")
        digest.update(chunk)
    if not read:
        raise _refused("it is empty")
    return digest.hexdigest()


def _refused(reason: str) -> InputErrors:
    return InputErrors([InputError(reason)])
