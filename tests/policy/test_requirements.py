"""Requirements files: everything that can be wrong with one; and what the shipped ones say of rules under a policy."""

import dataclasses

import pytest

from auditor.errors import InputErrors
from auditor.model.requirement import distinct
from auditor.model.rule import Citation
from auditor.policy.effective import policy_yaml
from auditor.policy.read import load_policy
from auditor.policy.requirements import shipped_requirements_file
from auditor.policy.shipped import shipped_policies, shipped_requirements
from auditor.rules import all_rules
from tests.policy.files import CHILD, HEAD, Write, write, wrong

__all__ = ["write"]
RULES = "rules: {certificate-expired: {}}\n"
DOCUMENTS = "documents:\n  page: {title: A page, url: https://example.net/page}\n"
ENTRY = "  - {id: X-1, statement: s, sources: [{document: page}], check_kind: [dns], severity: low, not_proved: x}\n"
NEEDS = "needs: [{at: server, rules: [certificate-expired]}]"
SECURITY = "Overview of security for Azure Communications Gateway"
MICROSOFT = ("Azure", "Communications Gateway", "Microsoft", "ExpressRoute")

WRONG = {
    "unknown key": (
        DOCUMENTS + "requirments: []\nrequirements:\n" + ENTRY,
        ['3:1: unknown key "requirments"; did you mean "requirements"?'],
    ),
    "missing keys": ("documents: {}\n", ['1:1: the file lacks the key "requirements"']),
    "a requirement without a source": (
        DOCUMENTS + "requirements:\n  - {id: X-1, statement: s, check_kind: [dns], severity: low}\n",
        ['4:5: entry 1 of requirements lacks the key "sources"'],
    ),
    "unknown rule": (
        DOCUMENTS + "requirements:\n" + ENTRY.replace("not_proved: x", NEEDS.replace("expired", "expird")),
        ['4:121: unknown rule "certificate-expird"; did you mean "certificate-expired"?'],
    ),
    "a rule twice": (
        DOCUMENTS
        + "requirements:\n"
        + ENTRY.replace(
            "not_proved: x", NEEDS.replace("certificate-expired", "certificate-expired, certificate-expired")
        ),
        ['4:120: rules lists "certificate-expired" twice'],
    ),
    "a rule that never judges that kind of target": (
        DOCUMENTS + "requirements:\n" + ENTRY.replace("not_proved: x", NEEDS.replace("server", "deployment")),
        ["4:125: the rule certificate-expired never judges a target of the kind deployment"],
    ),
    "an unknown kind of target": (
        DOCUMENTS + "requirements:\n" + ENTRY.replace("not_proved: x", NEEDS.replace("server", "servers")),
        ['4:105: at cannot be "servers"; did you mean "server"?'],
    ),
    "nothing that can answer it": (
        DOCUMENTS + "requirements:\n" + ENTRY.replace(", not_proved: x", ""),
        ["4:10: nothing can answer X-1: it lacks the keys needs, not_proved and provider"],
    ),
    "an id twice": (
        DOCUMENTS + "requirements:\n" + ENTRY + ENTRY,
        ["5:10: the requirement X-1 appears twice; the first is on line 4"],
    ),
    "unknown document": (
        DOCUMENTS + "requirements:\n" + ENTRY + ENTRY.replace("X-1", "X-2").replace("page", "pag"),
        ['5:50: unknown document "pag"; did you mean "page"?'],
    ),
    "a document that nothing names": (
        DOCUMENTS + "  other: {title: Another}\nrequirements:\n" + ENTRY,
        ['3:3: no requirement cites the document "other"'],
    ),
    "an id of a document that is none": (
        "documents: {A Page: {title: A}}\nrequirements:\n" + ENTRY,
        ['1:21: A Page cannot be "A Page": lower-case letters, digits and single hyphens'],
    ),
    "a URL that is none": (
        "documents: {page: {title: A, url: example.net}}\nrequirements:\n" + ENTRY,
        ['1:35: url cannot be "example.net": an https URL'],
    ),
    "unknown check kind": (
        DOCUMENTS + "requirements:\n" + ENTRY.replace("dns", "dnss"),
        ['4:71: entry 1 of check_kind cannot be "dnss"; did you mean "dns"?'],
    ),
    "unknown rule among the citations": (
        DOCUMENTS + "requirements:\n" + ENTRY + "citations: {certificate-expird: [{document: page}]}\n",
        ['5:13: unknown rule "certificate-expird"; did you mean "certificate-expired"?'],
    ),
    "unknown document among the citations": (
        DOCUMENTS + "requirements:\n" + ENTRY + "citations: {certificate-expired: [{document: x}]}\n",
        ['5:46: unknown document "x"; known are page'],
    ),
    "duplicate key": (
        DOCUMENTS + "requirements:\n" + ENTRY.replace("}\n", ", severity: low}\n"),
        ['4:107: the key "severity" appears twice; the first is on line 4'],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_requirements_file_is_refused_at_its_place(case: str, write: Write) -> None:
    text, messages = WRONG[case]
    write(text, "requirements.yaml")
    errors = wrong(write(f"{HEAD}requirements: requirements.yaml\n{RULES}"))
    assert errors == [f"requirements.yaml:{message}" for message in messages]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.yaml", 'requirements names "none.yaml", which is not a file'),
        ("./", 'requirements names "./", which is not a file'),
        (
            "acgg",
            'unknown requirements file "acgg"; did you mean "acg"? (a path has a slash or ends in .yaml)',
        ),
        (
            "x",
            (
                'unknown requirements file "x"; shipped are acg, acg-gateway, teams-direct-routing '
                "(a path has a slash or ends in .yaml)"
            ),
        ),
    ],
)
def test_a_missing_requirements_file_is_refused_at_its_place(name: str, message: str, write: Write) -> None:
    assert wrong(write(f"{HEAD}requirements: {name}\n{RULES}")) == [f"mine.yaml:5:15: {message}"]


def test_a_name_no_file_can_have_is_refused_at_its_place(write: Write) -> None:
    (error,) = wrong(write(f"{HEAD}requirements: ./{'é' * 190}\n{RULES}"))
    assert error.startswith("mine.yaml:5:15: ")
    assert error.endswith("which cannot be the name of a file")


def test_a_requirements_file_is_named_from_the_policy_file_and_inherited(write: Write) -> None:
    entry = ENTRY.replace("not_proved: x", NEEDS)
    citations = (
        "citations: {certificate-expired: [{document: page, section: One}], certificate-wildcard: [{document: page}]}\n"
    )
    write(f"{DOCUMENTS}requirements:\n{entry}{citations}", "requirements.yaml")
    write(f"{HEAD}requirements: requirements.yaml\n{RULES}", "base.yaml")
    policy = load_policy(str(write(CHILD + "extends: base.yaml\n")))
    section = Citation(document="A page", section="One", url="https://example.net/page")
    assert policy.requirement_ids("certificate-expired") == ("X-1",)
    assert policy.citations("certificate-expired") == (section,)
    assert policy.citations("certificate-wildcard") == (Citation(document="A page", url="https://example.net/page"),)
    rule = all_rules()["certificate-expired"]
    assert policy.all_citations(rule) == (section, *rule.citations)
    again = load_policy(str(write(policy_yaml(policy), "again.yaml")))
    assert again.requirements == policy.requirements, "a policy as it is shown names the file by its whole path"


def test_the_last_file_that_names_requirements_counts(write: Write) -> None:
    write(f"{DOCUMENTS}requirements:\n{ENTRY}", "requirements.yaml")
    policy = load_policy(str(write(CHILD + "extends: acg\nrequirements: ./requirements.yaml\n")))
    assert [found.id for found in policy.requirements] == ["X-1"]
    assert policy.sha256 == load_policy("acg").sha256, "requirements are no demands"


def test_citations_are_distinct_and_a_section_replaces_the_whole_document() -> None:
    whole, one, other = (Citation(document="A", section=section) for section in ("", "1", "2"))
    assert distinct((whole, one, whole, other, one)) == (one, other)
    assert distinct((whole, whole)) == (whole,)


ACG = load_policy("acg")
TEAMS = load_policy("teams-direct-routing")


@pytest.mark.parametrize(
    "name", sorted(set(shipped_policies()) - {"acg", "acg-gateway", "acg-strict", "teams-direct-routing"})
)
def test_a_policy_that_names_no_requirements_cites_none_of_the_documents_of_the_others(name: str) -> None:
    policy = load_policy(name)
    assert not policy.requirements
    for rule in all_rules():
        assert not policy.requirement_ids(rule)
        assert not policy.citations(rule)
    assert not [word for word in MICROSOFT if word in policy_yaml(policy).replace("microsoft-", "")]


def test_teams_direct_routing_cites_its_own_documents_only() -> None:
    ids = {found.id for found in ACG.requirements}
    titles = {citation.document for rule in all_rules() for citation in TEAMS.citations(rule)}
    assert titles == {"Plan Direct Routing", "What's new for Direct Routing", "Microsoft Q&A 5835044"}
    assert not ids & {found.id for found in TEAMS.requirements}
    assert not [title for title in titles if "Azure" in title or "Communications Gateway" in title]


def test_every_rule_that_answers_a_requirement_of_teams_direct_routing_is_in_the_policy() -> None:
    demanded = {setting.rule.id for setting in TEAMS.settings}
    assert {rule for found in TEAMS.requirements for rule in found.rules} <= demanded


def test_every_requirement_of_acg_gateway_is_answered_by_its_policy_alone() -> None:
    gateway = load_policy("acg-gateway")
    demanded = {setting.rule.id for setting in gateway.settings}
    assert {rule for found in gateway.requirements for rule in found.rules} == demanded
    assert all(found.id.startswith("GW-") and found.rules for found in gateway.requirements)


def test_acg_strict_has_the_requirements_of_acg() -> None:
    assert load_policy("acg-strict").requirements == ACG.requirements


@pytest.mark.parametrize(
    ("rule", "requirements", "citations"),
    [
        (
            "protocol-not-allowed",
            ("SEC-10", "DER-03"),
            (
                f"{SECURITY}: Encryption in transit",
                "Azure Communications Gateway limits, quotas and restrictions: General restrictions",
            ),
        ),
        (
            "cipher-suite-none-usable",
            (*(f"SEC-C12-{n}" for n in range(1, 9)), "SEC-26", "SEC-C13-1", "SEC-C13-2", "SEC-30"),
            (
                f"{SECURITY}: Ciphers used with TLSv1.2 for SIP and HTTPS",
                f"{SECURITY}: Cipher suites for TLS (for SIP and HTTPS) and SRTP",
                f"{SECURITY}: Ciphers used with TLSv1.3 for SIP and HTTPS",
            ),
        ),
        (
            "prefix-advertised-twice",
            ("ER-14", "DER-ER-05"),
            (
                "ExpressRoute prerequisites & checklist: Next steps",
                "ExpressRoute routing requirements: ",
                "ExpressRoute NAT requirements: ",
            ),
        ),
        ("declaration-contradicted", (), ("ExpressRoute Circuits - Get, REST API of Azure: ",)),
        ("certificate-lint-cabf", (), ()),
    ],
)
def test_acg_says_what_a_rule_answers_and_where_it_is_written(
    rule: str, requirements: tuple[str, ...], citations: tuple[str, ...]
) -> None:
    assert ACG.requirement_ids(rule) == requirements
    assert tuple(f"{found.document}: {found.section}" for found in ACG.citations(rule)) == citations


def test_every_shipped_requirements_file_is_named_by_a_policy_and_read() -> None:
    named = {load_policy(name).requirements_file.name for name in shipped_policies()} - {""}
    assert named == set(shipped_requirements())


def test_a_wrong_requirements_file_of_a_parent_is_an_input_error_of_its_own(write: Write) -> None:
    write(f"{HEAD}requirements: none.yaml\n{RULES}", "base.yaml")
    path = write(CHILD + "extends: base.yaml\n")
    with pytest.raises(InputErrors, match=r"base\.yaml:5:15"):
        load_policy(str(path))


def test_values_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ACG.requirements[0].id = "other"  # type: ignore[misc]


@pytest.mark.parametrize("name", shipped_requirements())
def test_where_an_answer_is_seen_is_where_the_rules_look(name: str) -> None:
    for entry in shipped_requirements_file(name).entries:
        needs = [one for need in entry.needs for one in (need, need.otherwise) if one]
        at = {str(need.at) for need in needs}
        proving = {str(need.at) for need in needs if need.rules != ("attestation-missing",)}
        seen = {
            "attestation": bool(entry.confirmation),
            "live_tls_scan": bool(at & {"server", "sip-server", "https-server"}),
            "reverse_tls": bool(at & {"client", "sip-client", "https-client"}),
        }
        if not entry.provider:
            assert {kind: kind in entry.check_kind for kind in seen} == seen, entry.id
            assert "not_auditable" not in entry.check_kind, entry.id
            assert "deployment" not in proving or {"inventory", "dns"} & {*entry.check_kind}, entry.id
            assert "session-description" not in at or {"sdp_file", "pcap"} <= {*entry.check_kind}, entry.id
            assert "trust-store" not in at or "cert_file" in entry.check_kind, entry.id
