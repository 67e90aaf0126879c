"""A starting policy, made from the observations of one known-good endpoint, to be reviewed line by line.

It requires the versions, cipher suites, groups, keys, signatures and roots that were observed.  It takes over every
other rule of the policy it is compared with that the endpoint passes.  Comments mark what that policy forbids and what
was inconclusive, so nothing is allowed silently.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, get_args

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from auditor.certificates.chains import PeerChain, ends_at_browser_root, under_public_root
from auditor.certificates.facts import public_key, signature_hash
from auditor.certificates.root_programs import RootProgram
from auditor.evaluate import evaluate
from auditor.model.finding import Finding, Outcome, reason_text
from auditor.model.observation import CertificateChainSeen, CipherSuitesSeen, GroupsSeen, Observation
from auditor.model.policy import Policy, RuleSetting
from auditor.model.rule import Evidence
from auditor.model.severity import Severity
from auditor.model.subject import subject_text
from auditor.model.target import ServerTarget
from auditor.model.tls import GROUPS
from auditor.plan import make_plan
from auditor.policy.effective import requirements_line, scalar, setting_lines
from auditor.rules import all_rules
from auditor.rules.certificate._shared import AcceptedRoots, judge_chains
from auditor.rules.certificate.certificate_signature_weak import Hash
from auditor.sanitise import clean

_ROOTS: Final = "certificate-root-not-allowed"
_MOST_COMMENTS = 40
"""The most comments for one rule."""


@dataclass(frozen=True)
class StartingPolicy:
    """A policy file, and the rules left out of it because their observations were inconclusive."""

    text: str
    undecided: tuple[str, ...]


def looked_at(against: Policy) -> Policy:
    """Return the policy that makes the probes test everything a starting policy needs."""
    rules = all_rules()
    wanted: dict[str, dict[str, Any]] = {"group-not-allowed": {"allowed": tuple(GROUPS)}, "signature-scheme-weak": {}}
    known = {setting.rule.id for setting in against.settings}
    extra = (
        RuleSetting(rules[name], rules[name].params(**params), rules[name].severity)
        for name, params in wanted.items()
        if name not in known
    )
    return replace(against, settings=(*against.settings, *extra))


def speaks_tls(seen: Iterable[Observation]) -> bool:
    """Whether there is anything to make a policy from."""
    return any(isinstance(found, CipherSuitesSeen) and found.accepted for found in seen)


def starting_policy(target: ServerTarget, seen: Sequence[Observation], against: Policy, at: datetime) -> StartingPolicy:
    """Write a policy file that ``target`` passes as it was seen at ``at``, compared with ``against``.

    ``against.anchors`` are the roots known by name; one among them that is declared is demanded as a declared root.
    Raises ``ValueError`` when no TLS was seen.
    """
    if not speaks_tls(seen):
        raise ValueError("no TLS was observed, so there is nothing to make a policy from")
    forbidden = _findings(against, target, seen, at)
    observed = _as_seen(target, seen, against, at)
    candidates = {**{setting.rule.id: setting for setting in against.settings}, **observed}
    judged = _findings(replace(against, settings=tuple(candidates.values())), target, seen, at)
    taken = [
        candidates[name] for name in sorted(judged) if _passes(judged[name], candidates[name].severity, against.fail_on)
    ]
    lines = list(_head(target, against, at.date().isoformat()))
    for setting in taken:
        lines += [f"  # {text}" for text in _complaints(forbidden.get(setting.rule.id), setting.severity, against)]
        lines += [f"  # {text}" for text in _advice(setting)]
        lines += setting_lines(setting, facts=True)
    lines += _left_out(candidates, judged, {setting.rule.id for setting in taken}, against)
    undecided = [name for name in observed if name in judged and judged[name].outcome is Outcome.INCONCLUSIVE]
    return StartingPolicy("\n".join(lines) + "\n", tuple(sorted(undecided)))


def _head(target: ServerTarget, against: Policy, day: str) -> Iterator[str]:
    name, compared = clean(target.name), f"{against.id} {clean(against.version)}"
    yield f"# A starting policy: the behaviour of {name} on {day}.  Review it line by line before you use it."
    yield f"# Made by auditor policy init and compared with the policy {compared}."
    yield f"id: {_identifier(target)}"
    yield f'version: "{day}"'
    yield f"title: {scalar(f'As {name[:150]} was on {day}')}"
    yield f"source: {scalar(f'{name} as observed on {day}; {compared} for the rest')}"
    yield from requirements_line(against)
    yield f"fail_on: {against.fail_on}"
    yield "rules:"


def _findings(policy: Policy, target: ServerTarget, seen: Sequence[Observation], at: datetime) -> dict[str, Finding]:
    report = evaluate(make_plan(policy, (target,)), seen, at, at)
    return {finding.rule: finding for finding in report.findings}


def _passes(finding: Finding, severity: Severity, fail_on: Severity) -> bool:
    """A rule that could fail and only warns saw what looks right but is not proven, so the rule is kept."""
    unproven = finding.outcome is Outcome.WARN and severity.rank >= fail_on.rank
    return finding.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE} or unproven


def _as_seen(
    target: ServerTarget, seen: Sequence[Observation], against: Policy, at: datetime
) -> Mapping[str, RuleSetting]:
    """The rules that are set by what was seen; a severity is that of the policy compared with, else the rule's own."""
    rules = all_rules()
    given = {setting.rule.id: setting for setting in against.settings}
    suites = {
        str(found.version): tuple(sorted(suite.name for suite in found.accepted))
        for found in seen
        if isinstance(found, CipherSuitesSeen) and found.accepted
    }
    groups = {name for found in seen if isinstance(found, GroupsSeen) for name in found.accepted}
    params: dict[str, dict[str, Any]] = {
        "protocol-not-allowed": {"allowed": tuple(suites)},
        "protocol-required-missing": {"any_of": tuple(suites)},
        "cipher-suite-not-allowed": suites,
        "cipher-suite-none-usable": suites,
        "signature-scheme-weak": {},
    }
    if groups:
        params["group-not-allowed"] = {"allowed": tuple(name for name in GROUPS if name in groups)}
    if preferred := given.get("protocol-preferred-missing"):
        params[preferred.rule.id] = {"preferred": max(suites)}
    params.update(_certificates(_chains(target, seen, against, at), given))
    return {
        name: RuleSetting(
            rules[name],
            rules[name].params.model_validate(inner),
            given[name].severity if name in given else rules[name].severity,
        )
        for name, inner in params.items()
    }


def _chains(target: ServerTarget, seen: Sequence[Observation], against: Policy, at: datetime) -> list[PeerChain]:
    """Every chain that can be read; the others make the rules about them inconclusive, which leaves those out."""
    chains: list[PeerChain] = []

    def note(chain: PeerChain) -> tuple[()]:
        chains.append(chain)
        return ()

    sent = tuple(found for found in seen if isinstance(found, CertificateChainSeen))
    list(judge_chains(Evidence(target, at, sent, against.anchors), note))
    return chains


def _certificates(chains: list[PeerChain], given: Mapping[str, RuleSetting]) -> Iterator[tuple[str, dict[str, Any]]]:
    keys = [public_key(certificate) for chain in chains for certificate in chain.linked]
    if not keys:
        return
    bits = [key.key_size for key in keys if isinstance(key, rsa.RSAPublicKey)]
    curves = {key.curve.name for key in keys if isinstance(key, ec.EllipticCurvePublicKey)} & set(GROUPS)
    edwards = any(isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) for key in keys)
    # 1024 is the least that the rule can be set to; a smaller key then fails it, which leaves it out with a comment.
    least = {"minimum_rsa_bits": max(1024, min(bits))} if bits else {}
    yield "certificate-key-weak", {**least, "curves": tuple(sorted(curves)), "edwards": edwards}
    found = {signature_hash(certificate) for chain in chains for certificate in chain.trust.below}
    if hashes := {digest.name for digest in found if digest is not None} & set(get_args(Hash)):
        yield "certificate-signature-weak", {"hashes": tuple(sorted(hashes))}
    if accepted := _accepted(chains):
        about_roots = {name for name, setting in given.items() if isinstance(setting.params, AcceptedRoots)}
        yield from ((name, accepted) for name in sorted({_ROOTS, *about_roots}))


def _accepted(chains: list[PeerChain]) -> dict[str, Any]:
    """The roots that the chains end at, as parameters; nothing where one ends at no root that is known."""
    anchors = [chain.trust.anchor for chain in chains if chain.trust.anchor is not None]
    others = [chain.trust for chain in chains if chain.trust.anchor is None]
    if not all(map(under_public_root, others)):
        return {}
    return {
        "roots": tuple(sorted({anchor.name for anchor in anchors if not anchor.declared})),
        "declared_roots": any(anchor.declared for anchor in anchors),
        "public_roots": any(map(ends_at_browser_root, others)),
        **({} if all(map(ends_at_browser_root, others)) else {"root_programs": (RootProgram.MICROSOFT,)}),
    }


def _complaints(finding: Finding | None, severity: Severity, against: Policy) -> Iterator[str]:
    """What the policy compared with says of it, one line each."""
    if finding is None or finding.outcome not in {Outcome.FAIL, Outcome.WARN}:
        return
    verb = "forbids" if finding.outcome is Outcome.FAIL else "warns of"
    for remark in finding.evidence[:_MOST_COMMENTS]:
        subject = clean(subject_text(remark.subject) or finding.target)
        expected, observed = clean(remark.expected), clean(remark.observed)
        yield f"{against.id} {verb} this ({severity}): {subject}: {observed}; expected {expected}"
    if (more := len(finding.evidence) - _MOST_COMMENTS) > 0:
        yield f"and {more} more"


def _advice(setting: RuleSetting) -> Iterator[str]:
    if setting.rule.id == _ROOTS and isinstance(setting.params, AcceptedRoots):
        if setting.params.declared_roots:
            yield "The root was declared: audit with the same --root, or declare it in the inventory."
        if setting.params.public_roots:
            yield "The root is public, but no shipped policy pins it, so every public root is accepted."


def _left_out(
    candidates: Mapping[str, RuleSetting], judged: Mapping[str, Finding], taken: set[str], against: Policy
) -> Iterator[str]:
    """Every rule that is not in the policy, and why."""
    left = [name for name in judged if name not in taken]
    if left:
        yield f"# Left out, because they fail at the endpoint or are inconclusive (requirements of {against.id}):"
    for name in left:
        finding = judged[name]
        if reason := reason_text(finding):
            yield f"# - {name}: {finding.outcome}: {clean(reason, 400)}"
        yield from (
            f"# - {name}: {complaint}" for complaint in _complaints(finding, candidates[name].severity, against)
        )
    if _ROOTS not in taken:
        yield "# The chain ends at no known root; to require its root, give it with --root."
    if unseen := sorted(set(candidates) - set(judged)):
        yield "# Left out, because they cannot be observed by connecting to an endpoint:"
        yield from (f"# - {name}" for name in unseen)


def _identifier(target: ServerTarget) -> str:
    """As ``like-sbc-example-net-5061``, within the 64 characters of an id."""
    words = re.sub("[^a-z0-9]+", "-", target.host.lower()).strip("-")
    return f"like-{words[:48].strip('-') or 'endpoint'}-{target.port}"
