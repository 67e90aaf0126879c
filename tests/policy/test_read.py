"""Policies: everything that can be wrong with one, said at its place; and what comes of a good one."""

from dataclasses import replace

import pytest
from pydantic import field_validator

from auditor.errors import InputErrors
from auditor.inputs.documents.yaml import read_yaml
from auditor.model.policy import Policy
from auditor.model.rule import Params
from auditor.model.severity import Severity
from auditor.model.trust_anchor import TrustAnchor
from auditor.policy.effective import policy_yaml
from auditor.policy.layers import Setting
from auditor.policy.read import MAX_EXTENDS, built, load_policy
from auditor.rules import all_rules
from tests.policy.files import CHILD, HEAD, Write, params, write, wrong

__all__ = ["write"]


def severity(policy: Policy, rule_id: str) -> Severity:
    return next(setting.severity for setting in policy.settings if setting.rule.id == rule_id)


RULE_ERRORS = {
    "unknown rule": (
        "  certificate-expird: {}\n",
        '6:3: unknown rule "certificate-expird"; did you mean "certificate-expired"?',
    ),
    "unknown key": (
        "  protocol-not-allowed: {alowed: [TLSv1.2], allowed: [TLSv1.2]}\n",
        '6:26: unknown key "alowed" in protocol-not-allowed; did you mean "allowed"?',
    ),
    "unknown suite": (
        "  cipher-suite-not-allowed: {TLSv1.2: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265]}\n",
        (
            '6:40: unknown TLSv1.2 cipher suite "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265"; '
            'did you mean "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"?'
        ),
    ),
    "suite under the wrong version": (
        "  cipher-suite-not-allowed:\n    TLSv1.2:\n      - TLS_AES_128_GCM_SHA256\n",
        "8:9: TLS_AES_128_GCM_SHA256 is a TLSv1.3 suite; it cannot be allowed under TLSv1.2",
    ),
    "suite of TLS 1.2 under TLS 1.1": (
        "  cipher-suite-not-allowed: {TLSv1.1: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]}\n",
        "6:40: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 is a TLSv1.2 suite; it cannot be allowed under TLSv1.1",
    ),
    "OpenSSL's name": (
        "  cipher-suite-not-allowed: {TLSv1.2: [ECDHE-RSA-AES128-GCM-SHA256]}\n",
        (
            "6:40: ECDHE-RSA-AES128-GCM-SHA256 is OpenSSL's name; "
            "write the IANA name TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
        ),
    ),
    "suite listed twice": (
        "  cipher-suite-not-allowed: {TLSv1.3: [TLS_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]}\n",
        '6:39: TLSv1.3 lists "TLS_AES_128_GCM_SHA256" twice',
    ),
    "null instead of suites": (
        "  cipher-suite-not-allowed: {TLSv1.3: null}\n",
        "6:39: TLSv1.3 must be a list, not empty",
    ),
    "unknown version": (
        "  protocol-not-allowed: {allowed: [TLSv1.2, TLS1.3]}\n",
        '6:45: entry 2 of allowed cannot be "TLS1.3"; did you mean "TLSv1.3"?',
    ),
    "unknown root": (
        "  certificate-root-not-allowed: {roots: [digicert-global-root-g9]}\n",
        '6:42: unknown root "digicert-global-root-g9"; did you mean "digicert-global-root-g3"?',
    ),
    "unknown group": (
        "  group-not-allowed: {allowed: [X25519]}\n",
        '6:33: unknown group "X25519"; did you mean "x25519"?',
    ),
    "unknown curve": (
        "  certificate-key-weak: {curves: [P-256]}\n",
        (
            '6:35: unknown elliptic curve "P-256"; it is one of secp160r1, secp192r1, secp224r1, secp256k1, secp256r1, '
            "secp384r1, secp521r1, brainpoolP256r1, brainpoolP384r1, brainpoolP512r1"
        ),
    ),
    "unknown severity": (
        "  certificate-expired: {severity: severe}\n",
        '6:35: unknown severity "severe"; it is one of info, low, medium, high, critical',
    ),
    "missing key": (
        "  protocol-not-allowed: {}\n",
        '6:25: protocol-not-allowed lacks the key "allowed"',
    ),
    "wrong type": (
        "  protocol-not-allowed: {allowed: TLSv1.2}\n",
        '6:35: allowed must be a list, not the text "TLSv1.2"',
    ),
    "a rule without its mapping": (
        "  certificate-expired:\n",
        "7:1: certificate-expired must be a mapping (key: value), not empty",
    ),
    "number out of range": (
        "  certificate-expires-soon: {days: 0}\n",
        "6:36: days must be at least 1, not 0",
    ),
    "fraction out of range": (
        "  certificate-expires-soon: {fraction: 1.5}\n",
        "6:40: fraction must be less than 1, not 1.5",
    ),
    "a word YAML 1.1 reads as false": (
        "  certificate-root-not-allowed: {roots: [digicert-global-root-g2], declared_roots: no}\n",
        '6:84: declared_roots must be true or false, not the text "no"',
    ),
    "not a date": (
        (
            "  certificate-issuer-withdrawn:\n"
            "    withdrawn: [{issuer: x, since: 2026-02-30, source: x, checked: 2026-11-20}]\n"
        ),
        '7:36: since must be a date written as YYYY-MM-DD, not "2026-02-30"',
    ),
    "missing key in a list": (
        "  certificate-lifetime-too-long: {schedule: [{issued_from: 2026-02-20, source: x, checked: 2026-11-20}]}\n",
        '6:46: entry 1 of schedule lacks the key "maximum_days"',
    ),
    "no version allowed": (
        "  protocol-not-allowed: {allowed: []}\n",
        "6:35: allowed must not be empty",
    ),
}


@pytest.mark.parametrize("case", RULE_ERRORS)
def test_a_wrong_rule_is_refused_at_its_place(case: str, write: Write) -> None:
    text, message = RULE_ERRORS[case]
    assert wrong(write(f"{HEAD}rules:\n{text}")) == [f"mine.yaml:{message}"]


IMPOSSIBLE = {
    "no rules": (" {}\n", "5:8: the policy has no rules, so it requires nothing"),
    "allowed version with an empty list of suites": (
        "\n  protocol-not-allowed: {allowed: [TLSv1.2]}\n  cipher-suite-not-allowed: {TLSv1.2: []}\n",
        "7:39: TLSv1.2 is allowed, but cipher-suite-not-allowed lists no suite for it",
    ),
    "allowed version without a list of suites": (
        (
            "\n  protocol-not-allowed: {allowed: [TLSv1.2, TLSv1.3]}\n"
            "  cipher-suite-not-allowed: {TLSv1.3: [TLS_AES_128_GCM_SHA256]}\n"
        ),
        "7:3: TLSv1.2 is allowed, but cipher-suite-not-allowed lists no suite for it",
    ),
    "suites of a forbidden version": (
        (
            "\n  protocol-not-allowed: {allowed: [TLSv1.2]}\n"
            "  cipher-suite-none-usable: {TLSv1.3: [TLS_AES_256_GCM_SHA384]}\n"
        ),
        "7:39: suites are listed for TLSv1.3, but protocol-not-allowed does not allow it",
    ),
    "required version that is forbidden": (
        "\n  protocol-not-allowed: {allowed: [TLSv1.2]}\n  protocol-required-missing: {any_of: [TLSv1.2, TLSv1.3]}\n",
        "7:49: TLSv1.3 is required, but protocol-not-allowed does not allow it",
    ),
    "preferred version that is forbidden": (
        "\n  protocol-not-allowed: {allowed: [TLSv1.2]}\n  protocol-preferred-missing: {preferred: TLSv1.3}\n",
        "7:43: TLSv1.3 is preferred, but protocol-not-allowed does not allow it",
    ),
    "usable suite that is forbidden": (
        (
            "\n  cipher-suite-not-allowed: {TLSv1.3: [TLS_AES_128_GCM_SHA256]}\n"
            "  cipher-suite-none-usable: {TLSv1.3: [TLS_AES_256_GCM_SHA384]}\n"
        ),
        "7:40: TLS_AES_256_GCM_SHA384 counts as usable, but cipher-suite-not-allowed does not allow it",
    ),
    "no root": (
        "\n  certificate-root-not-allowed: {}\n",
        "6:3: certificate-root-not-allowed accepts no root: name roots, or set declared_roots or public_roots to true",
    ),
    "an empty list of roots": (
        "\n  certificate-chain-incomplete: {declared_roots: false, roots: []}\n",
        "6:64: certificate-chain-incomplete accepts no root: name roots, or set declared_roots or public_roots to true",
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_combination_is_refused(case: str, write: Write) -> None:
    text, message = IMPOSSIBLE[case]
    assert wrong(write(f"{HEAD}rules:{text}")) == [f"mine.yaml:{message}"]


HEAD_ERRORS = {
    "missing keys": (
        "rules: {}\n",
        [f'1:1: the file lacks the key "{key}"' for key in ("id", "version", "title", "source")],
    ),
    "not a mapping": ("- 1\n", ["1:1: the file must be a mapping (key: value), not a list"]),
    "empty": ("", ["1:1: the file must be a mapping (key: value), not empty"]),
    "a version that YAML reads as a number": (
        "id: mine\nversion: 2026.10\ntitle: t\nsource: s\nrules: {certificate-expired: {}}\n",
        ["2:10: version must be text, not the number 2026.1; put it in quotes"],
    ),
    "an id with a space": (
        'id: my policy\nversion: "1"\ntitle: t\nsource: s\nrules: {certificate-expired: {}}\n',
        ['1:5: id cannot be "my policy": lower-case letters, digits and single hyphens'],
    ),
    "a title of two lines": (
        'id: mine\nversion: "1"\ntitle: "a\\nb"\nsource: " "\nrules: {certificate-expired: {}}\n',
        ["3:8: title must be a single line", "4:9: source must not be empty"],
    ),
    "several at once": (
        "id: mine\nversion: 1\ntitle: t\nsource: s\ntilte: x\nrules:\n  a: {}\n  certificate-expired: {x: 1}\n",
        [
            "2:10: version must be text, not the number 1; put it in quotes",
            '5:1: unknown key "tilte"; did you mean "title"?',
            '7:3: unknown rule "a"',
            '8:25: unknown key "x" in certificate-expired; known are severity',
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HEAD_ERRORS)
def test_a_wrong_file_is_refused_with_all_that_is_wrong(case: str, write: Write) -> None:
    text, messages = HEAD_ERRORS[case]
    assert sorted(wrong(write(text))) == sorted(f"mine.yaml:{message}" for message in messages)


def test_a_child_overrides_key_by_key_and_keeps_what_it_does_not_mention(write: Write) -> None:
    parent, child = (
        load_policy("acg"),
        load_policy(
            str(
                write(
                    CHILD + "extends: acg\nrules:\n  certificate-expires-soon: {days: 60, severity: critical}\n"
                    "  cipher-suite-not-allowed:\n    TLSv1.3: [TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256, "
                    "TLS_CHACHA20_POLY1305_SHA256]\n"
                )
            )
        ),
    )
    assert params(child, "certificate-expires-soon") == {**params(parent, "certificate-expires-soon"), "days": 60}
    assert severity(child, "certificate-expires-soon") is Severity.CRITICAL
    suites = params(child, "cipher-suite-not-allowed")
    assert suites["TLSv1.2"] == params(parent, "cipher-suite-not-allowed")["TLSv1.2"]
    assert suites["TLSv1.3"] != params(parent, "cipher-suite-not-allowed")["TLSv1.3"]
    assert (child.id, child.source, child.fail_on) == ("mine", parent.source, parent.fail_on)
    assert child.sha256 != parent.sha256


def test_a_severity_alone_changes_nothing_else(write: Write) -> None:
    child = load_policy(str(write(CHILD + "extends: acg\nrules: {protocol-not-allowed: {severity: low}}\n")))
    assert params(child, "protocol-not-allowed") == params(load_policy("acg"), "protocol-not-allowed")
    assert severity(child, "protocol-not-allowed") is Severity.LOW


def test_a_rule_is_disabled_with_its_reason_and_can_be_taken_up_again(write: Write) -> None:
    write(CHILD + "extends: acg\ndisable: [{rule: certificate-wildcard, reason: we like them}]\n", "parent.yaml")
    parent = load_policy(str(write("", "x.yaml").parent / "parent.yaml"))
    assert parent.disabled == (("certificate-wildcard", "we like them"),)
    assert not params(parent, "certificate-wildcard")
    child = load_policy(
        str(write(CHILD + "extends: parent.yaml\nrules: {certificate-wildcard: {services: [https]}}\n"))
    )
    assert child.disabled == ()
    assert params(child, "certificate-wildcard") == {"services": ["https"]}


DISABLE = {
    "unknown rule": ("[{rule: x, reason: y}]", '5:18: unknown rule "x"'),
    "rule that is not there": (
        "[{rule: known-weakness, reason: y}]",
        "5:18: known-weakness is not a rule of the extended policy, so it cannot be disabled",
    ),
    "empty reason": ('[{rule: plaintext-accepted, reason: " "}]', "5:46: reason must not be empty"),
    "no reason": ("[{rule: plaintext-accepted}]", '5:11: entry 1 of disable lacks the key "reason"'),
}


@pytest.mark.parametrize("case", DISABLE)
def test_a_rule_cannot_be_disabled_without_being_there_or_without_a_reason(case: str, write: Write) -> None:
    text, message = DISABLE[case]
    assert wrong(write(f"{CHILD}extends: acg\ndisable: {text}\n")) == [f"mine.yaml:{message}"]


def test_a_rule_cannot_be_set_and_disabled_in_one_file(write: Write) -> None:
    text = "extends: acg\nrules: {certificate-expired: {}}\ndisable: [{rule: certificate-expired, reason: x}]\n"
    assert wrong(write(CHILD + text)) == ["mine.yaml:6:18: certificate-expired is both set and disabled in this file"]


def test_a_circle_of_files_is_refused_by_naming_the_loop(write: Write) -> None:
    write(CHILD + "extends: b.yaml\n", "a.yaml")
    write(CHILD + "extends: ./c.yaml\n", "b.yaml")
    path = write(CHILD + "extends: a.yaml\n", "c.yaml")
    assert wrong(path) == ["b.yaml:4:10: extends forms a circle: c.yaml → a.yaml → b.yaml → c.yaml"]


def test_a_file_that_extends_itself_is_refused(write: Write) -> None:
    assert wrong(write(CHILD + "extends: mine.yaml\n")) == [
        "mine.yaml:4:10: extends forms a circle: mine.yaml → mine.yaml"
    ]


def test_extends_has_a_limit_and_reaches_it(write: Write) -> None:
    write(f"{HEAD}rules: {{certificate-expired: {{}}}}\n", "0.yaml")
    for number in range(1, MAX_EXTENDS + 2):
        write(CHILD + f"extends: {number - 1}.yaml\n", f"{number}.yaml")
    folder = write("", "x.yaml").parent
    assert load_policy(str(folder / f"{MAX_EXTENDS}.yaml")).settings
    assert wrong(folder / f"{MAX_EXTENDS + 1}.yaml") == [
        f"1.yaml:4:10: extends goes more than {MAX_EXTENDS} files deep"
    ]


@pytest.mark.parametrize(
    ("parent", "message"),
    [
        ("none.yaml", 'extends names "none.yaml", which is not a file'),
        ("./", 'extends names "./", which is not a file'),
        ("acg-strickt", 'unknown policy "acg-strickt"; did you mean "acg-strict"?'),
        ('"' + "a" * 150 + '/x"', "which is not a file"),
        ("/" + "a" * 198, "which is not a file"),
    ],
)
def test_what_cannot_be_extended_is_refused_at_its_place(parent: str, message: str, write: Write) -> None:
    (error,) = wrong(write(CHILD + f"extends: {parent}\n"))
    assert error.startswith("mine.yaml:4:10: ")
    assert message in error


def test_a_name_no_file_can_have_is_refused_at_its_place(write: Write) -> None:
    errors = wrong(write(CHILD + f"extends: ./{'a' * 300}\n"))
    assert errors[0] == "mine.yaml:4:10: extends is longer than 200 characters"
    assert errors[1].endswith("which cannot be the name of a file")


def test_what_only_pydantic_refuses_is_an_input_error_at_its_place(write: Write) -> None:
    class Even(Params):
        number: int = 2

        @field_validator("number")
        @classmethod
        def even(cls, value: int) -> int:
            if value % 2:
                raise ValueError("the number must be even")
            return value

    document = read_yaml(write("rules:\n  certificate-expired:\n    number: 3\n"))
    rule = replace(all_rules()["certificate-expired"], params=Even)
    setting = Setting(rule, rule.severity, {"number": 3}, {"": document, "number": document})
    with pytest.raises(InputErrors) as caught:
        list(built({"certificate-expired": setting}))
    (error,) = caught.value.errors
    assert (error.line, error.column) == (3, 13)
    assert error.message == "certificate-expired: the number must be even"


def test_errors_of_a_parent_are_reported_with_its_own_file(write: Write) -> None:
    write(HEAD + "rules: {x: {}}\n", "parent.yaml")
    path = write(CHILD + "extends: parent.yaml\nrules: {y: {}}\n")
    assert wrong(path) == ['mine.yaml:5:9: unknown rule "y"', 'parent.yaml:5:9: unknown rule "x"']


def test_a_child_that_contradicts_its_parent_is_told_where(write: Write) -> None:
    path = write(CHILD + "extends: mozilla-modern\nrules:\n  protocol-not-allowed: {allowed: [TLSv1.2]}\n")
    errors = wrong(path)
    assert any("TLSv1.3 is required, but protocol-not-allowed does not allow it" in error for error in errors)
    assert any("TLSv1.2 is allowed, but cipher-suite-not-allowed lists no suite" in error for error in errors)
    assert all("mozilla-modern.yaml:" in error for error in errors)


def test_a_new_rule_of_a_child_must_be_complete(write: Write) -> None:
    path = write(CHILD + "extends: acg\nrules: {group-not-allowed: {severity: low}}\n")
    assert wrong(path) == ['mine.yaml:5:9: group-not-allowed lacks the key "allowed"']


def test_an_unknown_name_is_answered_with_the_shipped_ones() -> None:
    with pytest.raises(InputErrors) as caught:
        load_policy("pci")
    assert "acg, acg-gateway, acg-strict, mozilla-intermediate, mozilla-modern, rfc9325, teams-direct-routing" in str(
        caught.value
    )


def test_a_missing_file_is_an_input_error(write: Write) -> None:
    path = write("").parent / "none.yaml"
    assert wrong(path) == ["none.yaml: the file cannot be read: No such file or directory"]


def test_two_files_that_demand_the_same_have_the_same_sha256(write: Write) -> None:
    one = HEAD + "rules:\n  protocol-not-allowed: {allowed: [TLSv1.2, TLSv1.3]}\n  certificate-expires-soon: {}\n"
    other = (
        'id: other\nversion: "9"\ntitle: Other\nsource: you\nfail_on: medium\nrules:\n'
        "  certificate-expires-soon: {days: 30, severity: medium}\n"
        "  protocol-not-allowed: {allowed: [TLSv1.3, TLSv1.2], severity: high}\n"
    )
    assert load_policy(str(write(one, "1.yaml"))).sha256 == load_policy(str(write(other, "2.yaml"))).sha256


@pytest.mark.parametrize(
    "change",
    [
        "fail_on: high",
        "rules: {protocol-not-allowed: {severity: low}}",
        "disable: [{rule: certificate-expired, reason: x}]",
    ],
)
def test_every_demand_that_changes_changes_the_sha256(change: str, write: Write) -> None:
    assert load_policy(str(write(f"{CHILD}extends: acg\n{change}\n"))).sha256 != load_policy("acg").sha256


def test_declared_roots_are_anchors_and_no_part_of_the_sha256() -> None:
    declared = TrustAnchor("private", b"der", declared=True)
    policy = load_policy("acg", [declared])
    assert declared in policy.anchors
    assert {anchor.name for anchor in policy.anchors} >= {"digicert-global-root-g2", "baltimore-cybertrust-root"}
    assert policy.sha256 == load_policy("acg").sha256


def test_a_policy_as_it_is_shown_is_a_policy_that_demands_the_same(write: Write) -> None:
    issuer = '"a: \\"b\\", {#c} \\u00e9"'
    rules = (
        "  certificate-expires-soon: {fraction: 0.00001}\n  certificate-key-weak: {curves: []}\n"
        "  certificate-issuer-withdrawn:\n"
        f"    withdrawn: [{{issuer: {issuer}, since: 2026-01-01, source: 'null', checked: 2026-01-02}}]\n"
    )
    text = f"{HEAD}fail_on: low\nrules:\n{rules}"
    policy = load_policy(str(write(text)))
    again = load_policy(str(write(policy_yaml(policy), "again.yaml")))
    assert (again.sha256, again.settings, again.fail_on) == (policy.sha256, policy.settings, policy.fail_on)
