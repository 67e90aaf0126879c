"""Named lists: where they may stand, what they become, and everything that can be wrong with one."""

import pytest

from auditor.policy.read import load_policy
from tests.policy.files import CHILD, HEAD, Write, params, write, wrong

__all__ = ["write"]
GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"


def test_a_policy_with_lists_has_the_sha256_of_the_same_policy_written_out(write: Write) -> None:
    with_lists = (
        "lists: {versions: [TLSv1.2], suites: [" + GCM + "], services: [zoom_phone_cloud_peering]}\n"
        "rules:\n  protocol-not-allowed: {allowed: $versions}\n  protocol-required-missing: {any_of: $versions}\n"
        "  cipher-suite-not-allowed: {TLSv1.2: $suites, severity: low}\n"
        "  connection-type-unsupported:\n    source: s\n"
        "    matrix: [{connection_type: public_internet, production: $services, lab: $services}]\n"
    )
    written_out = with_lists.partition("\n")[2]
    for name, entries in (("versions", "TLSv1.2"), ("suites", GCM), ("services", "zoom_phone_cloud_peering")):
        written_out = written_out.replace(f"${name}", f"[{entries}]")
    one, other = load_policy(str(write(HEAD + with_lists))), load_policy(str(write(HEAD + written_out, "out.yaml")))
    assert (one.sha256, one.settings) == (other.sha256, other.settings)


def test_an_extending_policy_uses_inherited_lists(write: Write) -> None:
    path = write(CHILD + "extends: acg\nrules: {certificate-root-not-allowed: {roots: $gateway-roots}}\n")
    assert params(load_policy(str(path)), "certificate-root-not-allowed")["roots"] == ["digicert-global-root-g2"]


def test_a_list_given_again_changes_every_rule_that_names_it_inherited_ones_included(write: Write) -> None:
    child = load_policy(str(write(CHILD + "extends: acg\nlists: {roots: [digicert-global-root-g3]}\n")))
    parent = load_policy("acg")
    changed = {
        setting.rule.id
        for setting in parent.settings
        if params(child, setting.rule.id) != params(parent, setting.rule.id)
    }
    assert changed == {
        "certificate-chain-incomplete",
        "certificate-chain-invalid",
        "certificate-root-expired",
        "certificate-root-not-allowed",
        "certificate-root-not-sent",
        "certificate-web-profile-violated",
    }
    assert params(child, "certificate-root-expired")["roots"] == ["digicert-global-root-g3"]


def test_a_rule_may_name_a_list_that_an_extending_policy_gives(write: Write) -> None:
    base = write(HEAD + "rules: {protocol-not-allowed: {allowed: $versions}}\n", "base.yaml")
    child = load_policy(str(write(CHILD + "extends: base.yaml\nlists: {versions: [TLSv1.3]}\n")))
    assert params(child, "protocol-not-allowed") == {"allowed": ["TLSv1.3"]}
    assert wrong(base) == ['base.yaml:5:41: unknown list "versions"; the policy has no lists']


WRONG = {
    "unknown list": (
        (
            "lists: {roots: [digicert-global-root-g2]}\nrules:\n"
            "  certificate-root-expired: {roots: $roots}\n  certificate-root-not-allowed: {roots: $rotos}\n"
        ),
        ['8:41: unknown list "rotos"; did you mean "roots"?'],
    ),
    "unknown list that is like no other": (
        (
            "lists: {roots: [digicert-global-root-g2]}\nrules:\n"
            "  certificate-root-expired: {roots: $roots}\n  protocol-not-allowed: {allowed: $x}\n"
        ),
        ['8:35: unknown list "x"; known are roots'],
    ),
    "unused list": (
        "lists: {roots: [digicert-global-root-g2]}\nrules: {certificate-expired: {}}\n",
        ['5:9: no rule uses the list "roots"'],
    ),
    "not a list": (
        "lists: {roots: digicert-global-root-g2}\nrules: {certificate-root-expired: {roots: $roots}}\n",
        ['5:16: roots must be a list, not the text "digicert-global-root-g2"'],
    ),
    "a mapping": (
        "lists: {suites: {TLSv1.2: []}}\nrules: {cipher-suite-not-allowed: {TLSv1.2: $suites}}\n",
        ["5:17: suites must be a list, not a mapping"],
    ),
    "entries of the wrong shape": (
        "lists: {roots: [{a: b}]}\nrules: {certificate-root-expired: {roots: $roots}}\n",
        ["5:17: entry 1 of roots must be text, not a mapping"],
    ),
    "an unknown word": (
        "lists: {roots: [digicert-global-root-g9]}\nrules: {certificate-root-expired: {roots: $roots}}\n",
        ['5:17: unknown root "digicert-global-root-g9"; did you mean "digicert-global-root-g3"?'],
    ),
    "an entry twice": (
        "lists: {v: [TLSv1.2, TLSv1.2]}\nrules: {protocol-not-allowed: {allowed: $v}}\n",
        ['5:12: v lists "TLSv1.2" twice'],
    ),
    "empty where a list must not be": (
        "lists: {v: []}\nrules: {protocol-not-allowed: {allowed: $v}}\n",
        ["5:12: v must not be empty"],
    ),
    "a suite under the wrong version, named by two rules": (
        (
            "lists:\n  suites:\n    - TLS_AES_128_GCM_SHA256\nrules:\n"
            "  cipher-suite-not-allowed: {TLSv1.2: $suites}\n  cipher-suite-none-usable: {TLSv1.2: $suites}\n"
        ),
        ["7:7: TLS_AES_128_GCM_SHA256 is a TLSv1.3 suite; it cannot be allowed under TLSv1.2"],
    ),
    "a contradiction inside a list": (
        (
            "lists: {required: [TLSv1.2, TLSv1.3]}\nrules:\n"
            "  protocol-not-allowed: {allowed: [TLSv1.2]}\n  protocol-required-missing: {any_of: $required}\n"
        ),
        ["5:29: TLSv1.3 is required, but protocol-not-allowed does not allow it"],
    ),
    "the name of a list among entries": (
        "lists: {more: [TLSv1.3]}\nrules: {protocol-not-allowed: {allowed: [TLSv1.2, $more]}}\n",
        ['6:51: "$more" cannot be an entry of a list; the name of a list takes the place of the whole list'],
    ),
    "the name of a list inside a list": (
        (
            "lists:\n  lab: [zoom_phone_cloud_peering]\n"
            "  matrix: [{connection_type: public_internet, production: [], lab: $lab}]\n"
            "rules: {connection-type-unsupported: {source: s, matrix: $matrix}}\n"
        ),
        ['6:3: no rule uses the list "lab"', "7:68: a list cannot name another list; write the entries out"],
    ),
    "the name of a list where a word belongs": (
        (
            "lists: {v: [TLSv1.3]}\nrules:\n  protocol-not-allowed: {allowed: $v}\n"
            "  protocol-preferred-missing: {preferred: $v}\n"
        ),
        ['8:43: preferred cannot be "$v"; it is one of SSLv2, SSLv3, TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3'],
    ),
    "a name that is none": (
        "lists: {My_Roots: [digicert-global-root-g2]}\nrules: {certificate-root-expired: {roots: $My_Roots}}\n",
        [
            '5:19: My_Roots cannot be "My_Roots": lower-case letters, digits and single hyphens',
            '6:43: roots must be a list, not the text "$My_Roots"',
        ],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_list_is_refused_at_its_place(case: str, write: Write) -> None:
    text, messages = WRONG[case]
    assert wrong(write(HEAD + text)) == [f"mine.yaml:{message}" for message in messages]


def test_an_error_in_a_list_names_the_file_that_gives_it(write: Write) -> None:
    write(HEAD + "lists: {v: [TLSv1.2]}\nrules: {protocol-not-allowed: {allowed: $v}}\n", "base.yaml")
    path = write(CHILD + "extends: base.yaml\nlists: {v: [TLSv1.4]}\n")
    assert wrong(path) == ['mine.yaml:5:13: entry 1 of v cannot be "TLSv1.4"; did you mean "TLSv1.3"?']


def test_a_list_whose_rules_an_extending_policy_disables_is_no_error(write: Write) -> None:
    write(
        HEAD + "lists: {v: [TLSv1.2]}\nrules: {certificate-expired: {}, protocol-not-allowed: {allowed: $v}}\n",
        "base.yaml",
    )
    path = write(CHILD + "extends: base.yaml\ndisable: [{rule: protocol-not-allowed, reason: x}]\n")
    assert [setting.rule.id for setting in load_policy(str(path)).settings] == ["certificate-expired"]


@pytest.mark.parametrize("ports", ["{sip: $ports}", "$ports", "[5060, 5080]", "{sip: [5060, 5080]}"])
def test_a_list_may_stand_in_each_of_the_forms_of_a_parameter(ports: str, write: Write) -> None:
    lists = "lists: {ports: [5060, 5080]}\n" if "$" in ports else ""
    policy = load_policy(str(write(f"{HEAD}{lists}rules: {{plaintext-accepted: {{ports: {ports}}}}}\n")))
    https = [] if "sip" in ports else [80]
    assert params(policy, "plaintext-accepted") == {"ports": {"sip": [5060, 5080], "https": https}}


@pytest.mark.parametrize(
    ("ports", "message"),
    [
        ("{sip: [70000]}", "5:44: entry 1 of sip must be at most 65535, not 70000"),
        ("{http: [80]}", 'unknown key "http" in ports'),
        ("{}", "plaintext-accepted: ports must not be empty; name the ports of sip, of https or of both"),
        ("[]", "plaintext-accepted: ports must not be empty; name the ports of sip, of https or of both"),
        ("{https: 80}", "https must be a list, not the number 80"),
        ("80", "ports must be a mapping (key: value), not the number 80"),
        ("{https: [80, 80]}", "https lists"),
    ],
)
def test_ports_that_cannot_be_read_are_an_error(ports: str, message: str, write: Write) -> None:
    (error,) = wrong(write(f"{HEAD}rules: {{plaintext-accepted: {{ports: {ports}}}}}\n"))
    assert message in error
