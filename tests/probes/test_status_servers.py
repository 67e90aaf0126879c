"""CRLs and OCSP responses fetched from the URLs in certificates, from a responder on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from auditor.minting.authority import Authority
from auditor.model.finding import Doubt, Remark, Violation
from auditor.model.observation import CertificateChainSeen, RevocationSeen
from auditor.model.rule import Evidence
from auditor.model.target import ServerTarget, Service
from auditor.model.trust_anchor import TrustAnchor
from auditor.probes import status_servers as revocation
from auditor.probes.fetch import Address
from auditor.probes.status_servers import fetched
from auditor.rules import all_rules
from testbed.responder import Responder, responding
from tests.certificates.keys import private_key
from tests.certificates.mint import AT, AnchorSpec, Spec, mint, mint_chain

TARGET = ServerTarget(name="t", host="h", port=5061, service=Service.SIP)
RULE = all_rules()["certificate-revoked"]


def anywhere(_address: Address) -> bool:
    return True


@dataclass(frozen=True)
class Scene:
    """A responder that has revoked the serial number 7."""

    url: str

    def chain(self, *paths: str, serial: int = 5) -> tuple[CertificateChainSeen, tuple[TrustAnchor, ...]]:
        crls = tuple(self.url + path for path in paths if path.endswith(".crl"))
        ocsp = tuple(self.url + path for path in paths if not path.endswith(".crl"))
        ders, anchors = mint_chain([Spec(serial=serial, crl_points=crls, responders=ocsp)])
        return CertificateChainSeen(target="t", at=AT, certificates=ders), anchors


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    key = private_key("p256", "Test Root")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    root: x509.Certificate = mint(AnchorSpec(), AnchorSpec())
    with responding(Responder(Authority(root, key), AT, revoked=(7,))) as url:
        yield Scene(url)


def judged(seen: RevocationSeen, anchors: tuple[TrustAnchor, ...]) -> list[Remark]:
    return list(RULE.check(Evidence(TARGET, AT, (seen,), anchors), RULE.params()))


@pytest.mark.parametrize("path", ["/ocsp", "/ca.crl"])
def test_what_is_fetched_tells_good_from_revoked(scene: Scene, path: str) -> None:
    chain, anchors = scene.chain(path)
    (seen,) = fetched([chain], anchors, anywhere)
    assert (seen.found[0].source, seen.found[0].origin) == ("fetched", scene.url + path)
    assert judged(seen, anchors) == []
    chain, anchors = scene.chain(path, serial=7)
    (seen,) = fetched([chain], anchors, anywhere)
    (remark,) = judged(seen, anchors)
    assert isinstance(remark, Violation)
    assert "keyCompromise" in remark.observed


def test_what_cannot_be_fetched_is_inconclusive_and_never_good(scene: Scene) -> None:
    chain, anchors = scene.chain("/gone.crl")
    (seen,) = fetched([chain], anchors, anywhere)
    (remark,) = judged(seen, anchors)
    assert isinstance(remark, Doubt)
    assert "HTTP status 404" in remark.reason


def test_one_source_that_answers_is_enough(scene: Scene) -> None:
    chain, anchors = scene.chain("/gone.crl", "/ocsp")
    (seen,) = fetched([chain], anchors, anywhere)
    assert judged(seen, anchors) == []


def test_by_default_nothing_inside_is_asked(scene: Scene) -> None:
    chain, anchors = scene.chain("/ocsp")
    (seen,) = fetched([chain], anchors)
    assert seen.found == ()
    assert "not public" in seen.missing[0].reason


def test_a_certificate_without_urls_and_one_without_issuer_say_so(scene: Scene) -> None:
    chain, anchors = scene.chain()
    (seen,) = fetched([chain], anchors, anywhere)
    assert "names neither a CRL nor an OCSP responder" in seen.missing[0].reason
    (seen,) = fetched([chain], (), anywhere)
    assert "issuer's certificate is missing" in seen.missing[0].reason


def test_each_url_is_asked_once_for_all_chains(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fetch(url: str, _body: bytes | None, **_more: object) -> str:
        asked.append(url)
        return "gone"

    monkeypatch.setattr(revocation, "fetch", fetch)
    chains = [scene.chain("/ca.crl", serial=serial) for serial in (1, 2, 3)]
    list(fetched([chain for chain, _ in chains], chains[0][1]))
    assert asked == [f"{scene.url}/ca.crl"]
    monkeypatch.setattr(revocation, "MOST_FETCHES", 0)
    (seen, *_) = fetched([chains[0][0]], chains[0][1])
    assert "used up" in seen.missing[0].reason
