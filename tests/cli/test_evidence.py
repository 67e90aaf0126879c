"""Evidence on the command line: faults end with exit code 2 and one sentence, and no key of Azure is ever shown."""

from pathlib import Path

import pytest

from tests.cli.conftest import Auditor
from tests.deployment.estate import CANARIES, estate

ER, CSV = "er-1.json", "site-a-acl.csv"
# Title -> the file and what is in it, and a part of the one sentence.
BAD: dict[str, tuple[str, str | bytes, str]] = {
    "no JSON": (ER, "circuit er-1", "er-1.json:1:1: this is not JSON"),
    "nothing": (ER, "", "er-1.json:1:1: this is not JSON: the file is empty"),
    "10 MB": (ER, b" " * 10_000_000, "the file is larger than 8192 KiB"),
    "another kind": (ER, '{"serviceKey": "service-key-canary-of-er-1"}', 'a mapping with the keys "serviceKey"; acc'),
    "text alone": (ER, '"service-key-canary-of-er-1"', "this looks like something other than an Azure export"),
    "a wrong type": ("route-filter.json", '{"id": 5, "rules": [], "peerings": []}', "id must be text, not"),
    "NaN": (ER, '{"serviceKey": NaN}', "er-1.json:1:16: this is not JSON: this is not a JSON number"),
    "a key twice": (ER, '{"sharedKey": "md5-canary-of-er-1",\n "sharedKey": 1}', '"sharedKey" appears twice'),
    "no UTF-8": (ER, b"{\xff}", "the file is not UTF-8 text"),
    "binary": (CSV, b"\x7fELF", "the hidden character U+007F is not accepted"),
    "an empty list": (CSV, "action,source,protocol,ports\n", "no line follows the column names"),
    "an empty file": (CSV, "", "the first line must name the columns"),
    "an unknown column": (CSV, "action,source,protocol,ports,schedule\n", 'unknown column "schedule"'),
}  # fmt: skip


@pytest.mark.parametrize("title", BAD)
def test_a_bad_file_ends_with_one_sentence_and_exit_code_2(auditor: Auditor, tmp_path: Path, title: str) -> None:
    name, content, words = BAD[title]
    path = estate(tmp_path, texts={name: content})
    for words_of in (("audit", "-i", path, "--offline"), ("inventory", "show", path)):
        done = auditor(*words_of)
        assert (done.code, done.out) == (2, "")
        (line,) = done.err.splitlines()
        assert words in line.replace(f"{tmp_path}/", "")
        assert not any(canary in done.err for canary in CANARIES)


def test_no_key_of_azure_is_in_any_output(auditor: Auditor, tmp_path: Path) -> None:
    path = estate(tmp_path, declared={"circuits.0.asn": 65515})
    reports = [tmp_path / f"r.{suffix}" for suffix in ("json", "html", "md", "sarif", "xml", "prom")]
    done = auditor("audit", "-i", path, "--offline", *(word for report in reports for word in ("--report", report)))
    assert done.code == 1, "the attestations of the golden inventory are old by now"
    assert "declaration-contradicted" in done.out
    seen = tmp_path / "seen.jsonl"
    collected = auditor("collect", "-i", path, "-o", seen)
    assert collected.code == 0
    evaluated = auditor("evaluate", seen, "--json")
    assert "er-1.json" in seen.read_text(encoding="utf-8")
    texts = [report.read_text(encoding="utf-8") for report in (*reports, seen)]
    texts += [done.out, done.err, collected.out, collected.err, evaluated.out, evaluated.err]
    texts += [auditor("inventory", "show", path).out]
    assert not [canary for canary in CANARIES for text in texts if canary in text]
    assert "circuits[er-1].registry by er-1.json" in evaluated.out


def test_coverage_counts_what_is_proven(auditor: Auditor, tmp_path: Path) -> None:
    path = estate(tmp_path, declared={"circuits.0.bgp_sessions": []})
    assert auditor("policy", "coverage", "acg", "-i", path).code == 0
