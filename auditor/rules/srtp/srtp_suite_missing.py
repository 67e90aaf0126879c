"""A call is set up with a crypto suite that both sides support, or not at all.

Names of crypto suites are compared case-sensitively, and the key must have the length that the suite requires.  An
offer with a near miss is an offer without the suite.

A document that names AES_CM_128_HMAC_SHA1_80 names a suite of SDES (RFC 4568 section 6.2).  That keys are exchanged
with SDES, and not with DTLS-SRTP, is derived from that name, and the finding says so.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, NotApplicable, NotTested, Remark, Violation
from auditor.model.observation import MediaSeen, SdpSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import KEY_LENGTHS, CryptoSuite
from auditor.model.subject import TARGET, MediaSubject
from auditor.model.target import SessionDescriptionTarget
from auditor.rules._shared import any_of
from auditor.rules.srtp._shared import DERIVED, OF_A_CALL, carries_rtp, judged, nothing_accepted, sections

_MOST_KEYED = 4


class RequiredSuites(Params):
    """Suites of which one must be named."""

    suites: tuple[CryptoSuite, ...] = Field(
        default=("AES_CM_128_HMAC_SHA1_80",),
        min_length=1,
        description="Crypto suites (IANA names), any of which is enough",
    )


def check(evidence: Evidence[SdpSeen], params: RequiredSuites) -> Iterator[Remark]:
    """Every RTP section that is not rejected must name a suite of the list, with a key of the right length."""
    applies = False
    for seen in judged(evidence.seen):
        for subject, media in sections(seen):
            if not carries_rtp(media):
                continue
            applies = True
            if not _usable(media, params):
                expected = f"{any_of(params.suites)} ({DERIVED})"
                yield Violation(subject=subject, expected=expected, observed=_instead(media, params))
        if why := nothing_accepted(seen):
            applies = True
            yield Doubt(subject=MediaSubject(source=seen.source), reason=why, closes=OF_A_CALL)
    if not applies:
        yield NotApplicable(reason="no media section carries RTP")
    elif isinstance(evidence.target, SessionDescriptionTarget) and not any(
        seen.role == "offer" for seen in judged(evidence.seen)
    ):
        reason = "what is offered was not seen: provide an offer, or say with --role offer that this is one"
        yield NotTested(subject=TARGET, reason=reason, closes="audit an offer of the SBC with auditor sdp FILE")


def _usable(media: MediaSeen, params: RequiredSuites) -> bool:
    return not _by_dtls(media) and any(
        crypto.suite in params.suites and all(_right_length(crypto.suite, key.octets) for key in crypto.keys)
        for crypto in media.cryptos
    )


def _by_dtls(media: MediaSeen) -> bool:
    """Whether the profile takes its keys from DTLS (RFC 5764 section 8), so that crypto lines do not count."""
    return "TLS/" in media.profile.upper()


def _right_length(suite: str, length: int | None) -> bool:
    return length is not None and length == KEY_LENGTHS.get(suite, length)


def _instead(media: MediaSeen, params: RequiredSuites) -> str:
    if media.cryptos and _by_dtls(media):
        return f"{media.profile}, which takes its keys from DTLS whatever crypto attributes there are"
    wanted = {name.casefold(): name for name in params.suites}
    for crypto in media.cryptos:
        name = wanted.get(crypto.suite.casefold())
        if name == crypto.suite:
            lengths = ", ".join("not base64" if key.octets is None else f"{key.octets} bytes" for key in crypto.keys)
            return f"{name} with a key of the wrong length: {lengths} instead of {KEY_LENGTHS.get(name, 'base64')}"
        if name is not None:
            return f"{crypto.suite}, which does not match: names of crypto suites are case-sensitive"
    return _protection(media)


def _protection(media: MediaSeen) -> str:
    """How the media are protected: the profile, the suites and other ways of keying."""
    keyed = list(dict.fromkeys(crypto.suite for crypto in media.cryptos))
    keyed += ["DTLS-SRTP"] if media.fingerprint else []
    keyed += ["MIKEY"] if media.key_management else []
    keyed += [media.malformed[0]] if media.malformed else []
    more = len(keyed) - _MOST_KEYED
    few = [*keyed[:_MOST_KEYED], f"{more} more"] if more > 0 else keyed
    return f"{media.profile} with {', '.join(few)}" if few else f"{media.profile} without a key"


RULE = Rule(
    id="srtp-suite-missing",
    title="SDP lacks the required SRTP crypto suite",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(Citation(document="RFC 4568", section="6.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-6.2"),),
    remedy=lambda params: (
        f"Add {any_of(params.suites)} to the SRTP profile of this trunk, with SDES (SDP security descriptions) as the "
        "key exchange."
    ),
    observes=SdpSeen,
    params=RequiredSuites,
    check=check,
)
