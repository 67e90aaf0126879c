"""Given files of certificates: paths, directories, and content in memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from auditor.errors import InputError, InputErrors
from auditor.inputs.certificates.bundles import MAX_BYTES, Bundle, Passphrase, read_bundle
from auditor.inputs.certificates.file_targets import Old, of_directory, stray_keys
from auditor.inputs.certificates.leaves import chains_of
from auditor.inputs.documents.files import check_size, read_bytes
from auditor.sanitise import clean

File: TypeAlias = Path | tuple[str, bytes]
"""A path, or content in memory with a name for messages."""
SUFFIXES = frozenset(
    {".pem", ".crt", ".cert", ".cer", ".der", ".p7b", ".p7c", ".p7s", ".p12", ".pfx", ".csr", ".p10", ".req", ".key"}
)
"""Suffixes of the files read in a directory; other files are ignored."""
MOST_FILES = 100_000


def read_files(files: Sequence[File], passphrase: Passphrase) -> tuple[tuple[Bundle, ...], tuple[str, ...]]:
    """Read everything, and say in a sentence each what is left out of a directory.  Raises ``InputErrors``."""
    bundles: list[Bundle] = []
    notes: list[str] = []
    errors: list[InputError] = []
    for file in files:
        try:
            if isinstance(file, Path) and file.is_dir():
                found, left = _directory(file, passphrase)
            else:
                found, left = (_file(file, passphrase),), ()
        except InputErrors as wrong:
            errors += wrong.errors
        else:
            bundles += found
            notes += left
    if errors:
        raise InputErrors(errors)
    return tuple(bundles), tuple(clean(note, 1000) for note in (*notes, *stray_keys(bundles)))


def _file(file: File, passphrase: Passphrase) -> Bundle:
    if isinstance(file, Path):
        return read_bundle(read_bytes(file, MAX_BYTES), str(file), passphrase)
    name, content = file
    check_size(content, MAX_BYTES, name)
    return read_bundle(content, name, passphrase)


def _directory(directory: Path, passphrase: Passphrase) -> tuple[tuple[Bundle, ...], tuple[str, ...]]:
    inside = sorted(directory.iterdir())
    files = [file for file in inside if file.suffix.lower() in SUFFIXES and file.is_file()]
    if not files or len(files) > MOST_FILES:
        much = f"contains more than {MOST_FILES} files" if files else "contains no file with a certificate suffix"
        message = f"the directory {much} ({', '.join(sorted(SUFFIXES))})"
        raise InputErrors([InputError(message, str(directory))])
    found: list[Bundle] = []
    errors: list[InputError] = []
    for file in files:
        try:
            found.append(_file(file, passphrase))
        except InputErrors as wrong:
            errors += wrong.errors
    if errors:
        raise InputErrors(errors)
    kept, notes = of_directory(found)
    return kept, (*notes, *_passed_over(directory, sorted(set(inside) - set(files))))


def _passed_over(directory: Path, others: Sequence[Path]) -> Iterator[str]:
    """Report the files of a directory that were not read, so no one assumes that they were judged."""
    if others:
        names = ", ".join(clean(other.name, 60) + "/" * other.is_dir() for other in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        yield f"{clean(str(directory))}: not read, because the names have no certificate suffix: {names}{more}"


def read_replaced(file: File, passphrase: Passphrase) -> Old:
    """The chains of a file that is to be replaced.  Raises ``InputErrors``."""
    bundle = _file(file, passphrase)
    if not bundle.certificates:
        raise InputErrors([InputError("the file contains no certificate to replace", bundle.file)])
    return Old(bundle.file, tuple(chain.certificates for chain in chains_of(bundle)))
