"""The picture of a declared deployment: everything is there, and what is wrong is marked where it is."""

import copy
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.evaluate import evaluate
from auditor.inputs.documents.yaml import read_yaml
from auditor.inputs.inventory.declared_deployment import SECTIONS, observe_deployment
from auditor.model.deployment import Deployment
from auditor.model.finding import Doubt, Finding, Outcome, Violation
from auditor.model.report import EndpointSummary, Report
from auditor.model.subject import TARGET, DeclaredSubject, DnsNameSubject, Subject
from auditor.model.target import OWED
from auditor.plan import make_plan
from auditor.policy.read import load_policy
from auditor.render.html import document as html
from auditor.render.html.deployment_picture import DeploymentPicture, deployment_picture
from auditor.render.html.deployment_scene import MOST, MOST_ENDPOINTS, NOT_LOOKED_AT
from auditor.render.html.drawing import Box, Text, ems
from tests.deployment.test_faults import endpoints_of
from tests.render import example
from tests.render.hostile import FORBIDDEN, PAYLOADS
from tests.render.parsed import Document

INVENTORIES = Path(__file__).parents[1] / "deployment" / "inventories"
SNAPSHOT = Path(__file__).parent / "snapshots" / "deployment.html"
POLICY = load_policy(str(INVENTORIES.parent / "acg-with-partners.yaml"))
GOLDEN = ("maps", "expressroute", "lab")


def golden(name: str) -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(INVENTORIES / f"{name}.yaml").data
    return {key: value for key, value in copy.deepcopy(data).items() if key in SECTIONS}


def judged(data: dict[str, Any], sites: tuple[str | None, ...] = ()) -> Report:
    """The report of a deployment, the example's endpoints standing at these sites."""
    declared = Deployment.model_validate(data)
    targets, seen = observe_deployment(declared, example.AT, endpoints=endpoints_of(declared))
    report = evaluate(make_plan(POLICY, targets), seen, example.AT, example.AT)
    endpoints = tuple(
        endpoint.model_copy(update={"site": site}) for endpoint, site in zip(example.ENDPOINTS, sites, strict=False)
    )
    names = {endpoint.target for endpoint in endpoints}
    return with_more(report, endpoints, [one for one in example.REPORT.findings if one.target in names])


def with_more(report: Report, endpoints: tuple[EndpointSummary, ...], findings: list[Finding]) -> Report:
    rules = {finding.rule: example.RULES.get(finding.rule) or example.summary() for finding in findings}
    keys = {key for endpoint in endpoints for chain in endpoint.chains for key in (*chain.certificates, chain.anchor)}
    return report.model_copy(
        update={
            "endpoints": (*report.endpoints, *endpoints),
            "findings": (*report.findings, *findings),
            "rules": {**report.rules, **rules},
            "certificates": {key: facts for key, facts in example.CERTIFICATES.items() if key in keys},
        }
    )


def at(part: str, *names: str, field: str = "") -> DeclaredSubject:
    return DeclaredSubject(part=part, names=names, field=field)


def said(
    *subjects: Subject, outcome: Outcome = Outcome.FAIL, rule: str = "some-rule", doubts: tuple[Subject, ...] = ()
) -> Finding:
    return Finding(
        rule=rule,
        target="deployment",
        outcome=outcome,
        violations=tuple(Violation(subject=one, expected="x", observed="y") for one in subjects),
        doubts=tuple(Doubt(subject=one, reason="it is not declared") for one in doubts),
    )


def of_alone(data: dict[str, Any], *findings: Finding) -> DeploymentPicture:
    """The picture of a deployment of which only these findings say something."""
    return drawn(with_more(judged(data).model_copy(update={"findings": ()}), (), list(findings)))


def drawn(report: Report) -> DeploymentPicture:
    assert report.deployment
    return deployment_picture(report, report.deployment)


def box(found: DeploymentPicture, begins: str) -> Box:
    """The one box whose hint begins like this."""
    (only,) = (one for one in found.picture.boxes if one.hint.startswith(begins))
    return only


def texts(found: DeploymentPicture) -> list[str]:
    return [text.text for text in found.picture.texts]


def marks(found: DeploymentPicture) -> dict[str, str]:
    """Every box that is marked, by its hint, with its class."""
    return {one.hint: one.kind for one in found.picture.boxes if re.search("fail|inconclusive|warn", one.kind)}


def faulty() -> Report:
    data = golden("expressroute")
    del data["links"][1]
    data["cross_connects"] = []
    data["sites"][0]["media"] = ["10.0.0.1"]
    data["sites"][1]["location"] = None
    data["links"][0]["reason"] = None
    data["circuits"][0]["bgp_sessions"] = []
    data["circuits"].append({**copy.deepcopy(data["circuits"][1]), "name": "er-3", "asn": None})
    data["regions"][1]["hostname"] = None
    data["deployment"]["base_domain"] = None
    data["maps"] = golden("maps")["maps"]
    data["maps"][0]["asn"] = 64512
    return judged(data, ("A", "A", "B", None, "elsewhere"))


FAULTY = drawn(faulty())


def section(report: Report) -> str:
    page = html.render(report)
    return page[page.index('<section id="deployment"') :].split("</section>")[0] + "</section>\n"


def test_the_section_is_exactly_as_the_file_that_was_reviewed() -> None:
    text = section(faulty())
    if os.environ.get("RENEW_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8", newline="\n")
    assert text == SNAPSHOT.read_text(encoding="utf-8"), "RENEW_SNAPSHOTS=1 writes it anew"
    assert text == section(faulty())


@pytest.mark.parametrize("name", GOLDEN)
def test_a_deployment_that_complies_is_drawn_whole_and_without_a_mark(name: str) -> None:
    data = golden(name)
    found = drawn(judged(data))
    for site in data["sites"]:
        assert box(found, f"Site {site['name']}, {site['location']}.").kind == "box"
    for region in data["regions"]:
        assert (
            box(found, f"Service region {region['name']}, {region['azure_region']}, {region['hostname']}.").kind
            == "box"
        )
    words = {"maps": "MAPS Voice", "expressroute": "ExpressRoute", "lab": "Internet"}[name]
    for link in data["links"]:
        assert box(found, f"{words} from {link['site']} to {link['region']}").kind == "box"
    assert len(re.findall("Cross-connect between A and B", found.picture.description)) == (name != "lab")
    assert marks(found) == {}
    assert found.marked == found.elsewhere == ()


def test_circuits_stand_on_the_links_they_carry() -> None:
    found = drawn(judged(golden("expressroute")))
    link = box(found, "ExpressRoute from A to one, circuit er-1.")
    circuit = box(found, "ExpressRoute circuit er-1, Zurich.")
    assert link.x + link.width < circuit.x
    assert circuit.y <= link.y + link.height / 2 <= circuit.y + circuit.height
    assert "Circuits" in texts(found)
    assert "Circuits" not in texts(drawn(judged(golden("maps"))))


def test_links_of_one_circuit_stand_together() -> None:
    data = golden("lab")
    data["regions"] = [{"name": name} for name in ("one", "two", "three")]
    data["links"] = [
        {"site": "lab", "region": "one", "circuit": "er"},
        {"site": "lab", "region": "two"},
        {"site": "lab", "region": "three", "circuit": "er"},
    ]
    found = drawn(judged(data))
    assert [text.removeprefix("\u2715 ") for text in texts(found) if "Undeclared type" in text] == [
        "Undeclared type to one",
        "Undeclared type to three",
        "Undeclared type to two",
    ]
    assert len([one for one in found.picture.boxes if one.hint.startswith("ExpressRoute circuit er, not")]) == 1


def test_faults_are_marked_where_they_are_in_colour_sign_and_words() -> None:
    assert marks(FAULTY) == {
        "Site A, Zurich. Fail: address-not-public.": "box fail",
        "Site B. Inconclusive: site-redundancy-missing.": "box inconclusive",
        "ExpressRoute from A to one, circuit er-1. Warning: connection-type-not-recommended.": "box warn",
        "No link from A to two. Fail: region-site-link-missing.": "box absent fail",
        "ExpressRoute circuit er-1, Zurich. Fail: bgp-session-missing. "
        "Inconclusive: peering-prefix-invalid.": "box fail",
        "ExpressRoute circuit er-2, Geneva. Fail: peering-prefix-invalid.": "box fail",
        "ExpressRoute circuit er-3. Fail: peering-prefix-invalid. Inconclusive: asn-not-allowed.": "box fail",
        "MAPS Voice peering Zurich. Fail: maps-requirement-unmet.": "box fail",
        "No cross-connect between A and B. Fail: cross-connect-missing.": "box fail",
        "Service region one, West Europe, r1.example-7f3a.commsgw.azure.com. "
        "Inconclusive: region-hostname-invalid.": "box inconclusive",
        "Service region two, North Europe. Fail: region-hostname-invalid.": "box fail",
    }
    assert {"\u2715 A", "? B", "! ExpressRoute to one", "\u2715 er-1", "\u2715 two"} <= set(texts(FAULTY))
    for hint in marks(FAULTY):
        assert hint in FAULTY.picture.description


def test_a_missing_link_is_a_dashed_line_to_its_region() -> None:
    absent = [stroke for stroke in FAULTY.picture.strokes if stroke.kind == "wire absent fail"]
    label, region = box(FAULTY, "No link from A to two."), box(FAULTY, "Service region two")
    middle = label.y + label.height / 2
    assert any(stroke.y1 == middle and stroke.x2 == region.x for stroke in absent)
    assert "svg .wire.absent, svg .box.absent { stroke-dasharray: 5 4; }" in html.render(faulty())


def test_endpoints_stand_at_their_site_with_what_came_of_them() -> None:
    site = box(FAULTY, "Site A")
    for target, outcome in ((example.SBC_1, "Pass"), (example.SBC_2, "Fail: ")):
        spot = box(FAULTY, f"{target}. {outcome}")
        assert site.x < spot.x
        assert spot.x + spot.width < site.x + site.width
        assert site.y < spot.y
        assert spot.y + spot.height < site.y + site.height
    assert f"\u2713 {example.SBC_1}" in texts(FAULTY)
    assert "And 3 more." in box(FAULTY, example.SBC_2).hint
    assert box(FAULTY, "At no declared site").y < box(FAULTY, example.SBC_6).y


def test_an_endpoint_without_a_finding_and_its_site_say_that_nobody_looked() -> None:
    report = with_more(judged(golden("lab")), (example.ENDPOINTS[0].model_copy(update={"site": "lab"}),), [])
    found = drawn(report)
    assert f"\u2013 {example.SBC_1}" in texts(found)
    assert box(found, example.SBC_1).hint == f"{example.SBC_1}. Nobody looked at it."
    assert NOT_LOOKED_AT in texts(found)


def test_a_site_whose_endpoint_was_looked_at_does_not_say_that_nobody_did_and_another_does() -> None:
    assert texts(drawn(judged(golden("maps"), ("A",)))).count(NOT_LOOKED_AT) == 1
    assert texts(drawn(judged(golden("maps"), ("A", "B")))).count(NOT_LOOKED_AT) == 0
    assert texts(drawn(judged(golden("maps")))).count(NOT_LOOKED_AT) == 2


def test_the_endpoint_of_the_only_site_need_not_name_it() -> None:
    assert NOT_LOOKED_AT not in texts(drawn(judged(golden("lab"), (None,))))
    assert texts(drawn(judged(golden("maps"), (None,)))).count(NOT_LOOKED_AT) == 2


def test_what_a_site_owes_is_drawn_at_it_and_what_the_deployment_owes_is_not() -> None:
    owed = (
        EndpointSummary(target="site A: SIP client", perspective=OWED, service="sip", site="A"),
        EndpointSummary(target="HTTPS server", perspective=OWED, service="https"),
    )
    findings = [Finding(rule="some-rule", target=one.target, outcome=Outcome.NOT_TESTED) for one in owed]
    found = drawn(with_more(judged(golden("maps"), ("A", "B")), owed, findings))
    assert "\u2013 site A: SIP client" in texts(found)
    assert not [text for text in texts(found) if "HTTPS server" in text]
    assert "site A: SIP client. Nobody looked at it." in found.picture.description


def test_what_has_no_place_in_the_picture_is_named_below_it_with_a_link_to_its_finding() -> None:
    assert [(one.finding.rule, one.subjects) for one in FAULTY.elsewhere] == [
        ("base-domain-invalid", "deployment.base_domain (item 13)"),
        ("provisioning-not-https", "deployment.provisioning.url"),
    ]
    document = Document(section(faulty()))
    ids = set(Document(html.render(faulty())).values("id"))
    links = [one for one in document.all("a") if (one.attributes["href"] or "#")[1:] in ids]
    assert len(links) == len(FAULTY.marked) + len(FAULTY.elsewhere)
    assert links[-2].text == faulty().rules["base-domain-invalid"].title


def test_what_concerns_all_sites_or_regions_is_marked_at_the_heading() -> None:
    found = of_alone(golden("maps"), said(at("sites"), rule="a"), said(at("regions"), at("circuits"), rule="b"))
    assert {"\u2715 Sites", "Links", "\u2715 Service regions"} <= set(texts(found))
    assert box(found, "Service regions. Fail: b.").kind == "spot"
    assert [one.subjects for one in found.elsewhere] == ["circuits"]


def test_the_name_of_a_region_in_dns_is_the_region() -> None:
    found = of_alone(golden("lab"), said(DnsNameSubject(name="r1.lab-91c2.commsgw.azure.com"), outcome=Outcome.WARN))
    assert marks(found) == {
        "Service region one, East US, r1.lab-91c2.commsgw.azure.com. Warning: some-rule.": "box warn"
    }


def test_what_is_inconclusive_is_marked_where_its_doubts_point() -> None:
    doubts = (at("sites", "A", field="retry_on"), at("sites", "C"), at("deployment", field="x"))
    found = of_alone(golden("maps"), said(outcome=Outcome.INCONCLUSIVE, doubts=doubts))
    assert marks(found) == {"Site A, Zurich. Inconclusive: some-rule.": "box inconclusive"}
    assert [one.subjects for one in found.elsewhere] == ["sites[C], deployment.x"]


def test_what_concerns_the_deployment_as_a_whole_is_named_below_the_picture() -> None:
    found = of_alone(golden("maps"), said(rule="a"), said(TARGET, rule="b"))
    assert marks(found) == {}
    assert [(one.finding.rule, one.subjects) for one in found.elsewhere] == [("a", ""), ("b", "")]


def test_a_doubt_beside_a_failure_is_a_doubt() -> None:
    found = of_alone(golden("maps"), said(at("sites", "A", field="media"), doubts=(at("sites", "B", field="media"),)))
    assert set(marks(found).items()) == {
        ("Site A, Zurich. Fail: some-rule.", "box fail"),
        ("Site B, Geneva. Inconclusive: some-rule.", "box inconclusive"),
    }


def test_what_passed_or_is_waived_is_no_mark() -> None:
    waived = said(at("sites", "A"), outcome=Outcome.WAIVED)
    assert marks(of_alone(golden("maps"), waived)) == {}


def test_names_made_of_the_syntax_of_texts_are_found_all_the_same() -> None:
    data = golden("maps")
    data["sites"] = [{"name": name} for name in ("A", "A].media[x", "A to B", "x; y: z, w")]
    data["regions"] = [{"name": name} for name in ("one", "B to one")]
    data["links"] = data["cross_connects"] = []
    found = of_alone(
        data,
        said(at("sites", "A].media[x", field="nat"), rule="a"),
        said(at("links", "A", "B to one"), rule="b"),
        said(at("sites", "Z"), at("links", "A", "Z"), at("links", "Z", "one"), at("other", "A"), at("qos"), rule="c"),
        said(at("cross_connects", "A to B", "A"), at("cross_connects", "A", "Z"), at("links", "A"), rule="d"),
        said(outcome=Outcome.INCONCLUSIVE, doubts=(at("sites", "x; y: z, w", field="nat"),), rule="e"),
    )
    assert sorted(marks(found)) == [
        "No cross-connect between A and A to B. Fail: d.",
        "No link from A to B to one. Fail: b.",
        "Site A].media[x. Fail: a.",
        "Site x; y: z, w. Inconclusive: e.",
    ]
    assert [one.finding.rule for one in found.elsewhere] == ["c", "d"]


def test_an_empty_deployment_is_a_picture_too() -> None:
    found = drawn(judged({"deployment": {}}))
    assert {"No site is declared", "No service region is declared"} <= set(texts(found))
    assert found.picture.description.startswith("0 sites, 0 service regions. ")


def large() -> dict[str, Any]:
    """Twenty sites, fourteen regions, and links between most of them."""
    data = golden("expressroute")
    names = [f"site-{number:02}.{'long' * 20} and more" for number in range(20)]
    regions = [f"region {number}{'W' * number}" for number in range(14)]
    data["sites"] = [{**data["sites"][0], "name": name, "routes": [], "local_region": None} for name in names]
    data["regions"] = [{**data["regions"][0], "name": name} for name in regions]
    data["circuits"] = [{**data["circuits"][0], "name": f"circuit {number}"} for number in range(20)]
    data["links"] = [
        {"site": name, "region": region, "connection_type": "expressroute_microsoft", "circuit": f"circuit {first % 3}"}
        for first, name in enumerate(names)
        for second, region in enumerate(regions)
        if (first + second) % 5
    ]
    data["cross_connects"] = [{"sites": [one, other]} for one in names[:6] for other in names[:6] if one < other]
    return data


def test_a_large_deployment_is_drawn_in_part_the_faulty_first_and_the_others_counted() -> None:
    found = of_alone(large(), said(at("sites", large()["sites"][17]["name"], field="nat"), at("sites", "x")))
    hints = [one.hint for one in found.picture.boxes]
    assert len([hint for hint in hints if hint.startswith("Site ")]) == MOST
    assert len([hint for hint in hints if hint.startswith("Service region ")]) == MOST
    assert hints[0].startswith("Site site-17")
    assert {"and 8 more sites", "and 2 more service regions", "and 5 more circuits"} <= set(texts(found))
    assert "and 3 more cross-connects" in texts(found)
    assert re.search(r"and [12] links? to regions not drawn", found.picture.description)


def test_what_is_not_drawn_is_said_to_be_faulty_and_named_below() -> None:
    every = [at("sites", site["name"]) for site in large()["sites"]]
    found = of_alone(large(), said(*every))
    assert "and 8 more sites, 8 of them marked" in texts(found)
    assert found.marked[0].subjects.endswith(" and 9 more")
    assert found.elsewhere[0].subjects.endswith(" and 5 more")


def test_a_hundred_thousand_endpoints_at_a_site_and_a_thousand_sites_make_a_small_picture() -> None:
    data = golden("maps")
    data["sites"] += [{"name": f"site {number}"} for number in range(998)]
    model = example.ENDPOINTS[0]
    endpoints = tuple(model.model_copy(update={"target": f"sbc-{number}", "site": "B"}) for number in range(100_000))
    report = judged(golden("maps")).model_copy(update={"deployment": Deployment.model_validate(data)})
    found = drawn(with_more(report, endpoints, [said(rule="x").model_copy(update={"target": "sbc-99999"})]))
    assert "\u2715 sbc-99999" in texts(found)
    assert f"and {100_000 - MOST_ENDPOINTS} more endpoints" in texts(found)
    assert len(repr(found.picture)) < 20_000


def _spans(found: DeploymentPicture) -> Iterator[tuple[Text, float, float]]:
    """Every text with where it begins and ends."""
    for text in found.picture.texts:
        size = 14 * 1.14 if text.kind.startswith("name") else 12 * 1.08 if text.kind.startswith("label") else 12
        yield text, text.x, text.x + ems(text.text) * size


@pytest.mark.parametrize(
    "found",
    [FAULTY, drawn(judged(large())), drawn(judged(golden("lab"), ("lab",) * 5))],
    ids=["faulty", "large", "lab"],
)
def test_texts_do_not_meet_and_stay_on_the_picture(found: DeploymentPicture) -> None:
    spans = list(_spans(found))
    for position, (text, begin, end) in enumerate(spans):
        assert 0 <= begin <= end <= found.picture.width
        assert 0 < text.y <= found.picture.height
        for other, first, last in spans[position + 1 :]:
            assert abs(text.y - other.y) >= 14 or last <= begin or end <= first, (text, other)
    for one in found.picture.boxes:
        assert 0 <= one.x <= one.x + one.width <= found.picture.width
        assert 0 <= one.y <= one.y + one.height <= found.picture.height


def test_more_links_than_a_site_has_room_for_are_counted() -> None:
    data = golden("lab")
    data["links"] = [{"site": "lab", "region": "one", "connection_type": "vnet_injection"}] * 30
    found = of_alone(data, said(at("links", "lab", "one")))
    assert texts(found).count("\u2715 VNet injection to one") == MOST
    assert "and 18 more connections, 18 of them marked." in found.picture.description


PLAIN = Document(html.render(faulty()))


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), 10))
def test_names_that_would_harm_the_reader_are_text(first: int) -> None:
    names = PAYLOADS[first : first + 10]
    data = golden("expressroute")
    data["sites"] = [{"name": name, "location": name, "media": ["10.0.0.1"]} for name in names]
    data["regions"] = [{"name": name, "hostname": name} for name in names]
    data["circuits"] = [{"name": name, "peering_location": name} for name in names]
    data["links"] = [{"site": name, "region": names[0], "circuit": name} for name in names]
    data["cross_connects"] = [{"sites": [names[0], names[1]]}]
    data["maps"] = [{"location": name} for name in names]
    source = html.render(judged(data, (*names[:4], names[0])))
    assert [character for character in FORBIDDEN if character in source] == []
    document = Document(source)
    assert {one.tag for one in document.elements} <= {one.tag for one in PLAIN.elements}
    assert {name for one in document.elements for name in one.attributes} <= {
        name for one in PLAIN.elements for name in one.attributes
    }
    assert all(re.fullmatch(r"[a-z0-9-]+", value) for value in document.values("id"))
    assert all(re.fullmatch(r"[a-z -]+", value) for value in document.values("class"))
    assert not [name for name in names if set(name) & set("<>") and name in source]


def test_the_picture_needs_no_script_and_every_link_in_the_page_its_target() -> None:
    assert not re.search(r"<script|\son[a-z]+=", section(faulty()))
    ids = PLAIN.values("id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in PLAIN.values("href") if href.startswith("#")} <= set(ids)


def test_a_report_without_a_deployment_has_no_picture_of_one() -> None:
    assert 'id="deployment"' not in html.render(example.REPORT)


def test_the_deployment_and_a_file_are_not_said_to_be_at_a_port() -> None:
    assert "As declared in the inventory." in html.render(faulty())
    file = example.ENDPOINTS[0].model_copy(update={"perspective": "certificate"})
    assert "A certificate in a file." in html.render(example.COMPLIANT.model_copy(update={"endpoints": (file,)}))
    assert "deployment port" not in html.render(faulty())


def test_a_finding_says_what_it_rests_on() -> None:
    assert "<p><b>Based on</b> as declared in the inventory</p>" in html.render(faulty())
