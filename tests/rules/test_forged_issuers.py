"""The root whose forged issuer signed a certificate is a value; only files of earlier versions have it in a text."""

from datetime import UTC, datetime

import pytest

from auditor.model.observation import OBSERVATION, ClientCertificateCaseSeen
from auditor.model.subject import CertificateCaseSubject
from auditor.model.tls import ProtocolVersion
from auditor.rules.mutual_tls._shared import case_subject, is_forged

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
VERSION = ProtocolVersion.TLS_1_3


def seen(case: str, forged_root: str | None = None) -> ClientCertificateCaseSeen:
    return ClientCertificateCaseSeen(
        target="t", at=AT, version=VERSION, case=case, forged_root=forged_root, treatment="refused"
    )


def test_the_subject_names_the_root_as_a_part_of_its_own() -> None:
    found = seen("impostor-root (a (b) c)", forged_root="a (b) c")
    assert case_subject(found) == CertificateCaseSubject(version=VERSION, case="impostor-root", root="a (b) c")
    assert is_forged(found)


@pytest.mark.parametrize(
    ("case", "root"),
    [("impostor-root (digicert-global-root-g2)", "digicert-global-root-g2"), ("impostor-root", None), ("good", None)],
)
def test_a_file_of_an_earlier_version_says_the_root_in_the_case(case: str, root: str | None) -> None:
    line = (
        '{"kind":"client-certificate-case","target":"t","at":"2026-11-20T12:00:00Z","version":"TLSv1.3",'
        f'"case":"{case}","treatment":"refused"}}'
    )
    read = OBSERVATION.validate_json(line)
    assert isinstance(read, ClientCertificateCaseSeen)
    assert read.forged_root == root
    assert read.case == case
    assert is_forged(read) is (case != "good")
    assert OBSERVATION.validate_json(read.model_dump_json()) == read


def test_what_is_no_case_at_all_is_still_refused() -> None:
    with pytest.raises(ValueError, match="case"):
        ClientCertificateCaseSeen.model_validate({"target": "t", "at": AT, "version": VERSION, "case": 5})
