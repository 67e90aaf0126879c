"""A call is set up with the one crypto suite that both sides know, or not at all.

Azure Communications Gateway supports AES_CM_128_HMAC_SHA1_80 and nothing else.  The name is compared letter by letter,
and the key must be as long as the suite needs it: an offer with a near miss is an offer without the suite.
"""

from collections.abc import Iterator

from pydantic import Field

from auditor.model.finding import Doubt, NotApplicable, Remark, Violation
from auditor.model.observation import MediaSeen, SdpSeen
from auditor.model.rule import Citation, Evidence, Group, Params, Rule
from auditor.model.severity import Severity
from auditor.model.srtp import KEY_OCTETS, CryptoSuite, active_audio, judged, protection, voiceless


class RequiredSuites(Params):
    """Suites of which one has to be there."""

    suites: tuple[CryptoSuite, ...] = Field(
        default=("AES_CM_128_HMAC_SHA1_80",),
        min_length=1,
        description="Crypto suites (IANA names), any of which will do",
    )


def check(evidence: Evidence[SdpSeen], params: RequiredSuites) -> Iterator[Remark]:
    """At least one audio section that is in use names a suite of the list, with a key of the right length."""
    spoken = False
    for seen in judged(evidence.seen):
        audio = active_audio(seen)
        spoken = spoken or bool(audio)
        if audio and not any(_usable(media, params) for _, media in audio):
            name, media = audio[0]
            yield Violation(subject=name, expected=" or ".join(params.suites), observed=_instead(media, params))
        elif voiceless(seen):
            spoken = True
            yield Doubt(subject=seen.source, reason="every audio section is rejected or inactive")
    if not spoken:
        yield NotApplicable(reason="there is no audio section in use")


def _usable(media: MediaSeen, params: RequiredSuites) -> bool:
    return any(
        crypto.suite in params.suites and all(_right_length(crypto.suite, key.octets) for key in crypto.keys)
        for crypto in media.cryptos
    )


def _right_length(suite: str, octets: int | None) -> bool:
    return octets is not None and octets == KEY_OCTETS.get(suite, octets)


def _instead(media: MediaSeen, params: RequiredSuites) -> str:
    wanted = {name.casefold(): name for name in params.suites}
    for crypto in media.cryptos:
        name = wanted.get(crypto.suite.casefold())
        if name == crypto.suite:
            lengths = ", ".join("no base64" if key.octets is None else f"{key.octets} octets" for key in crypto.keys)
            return f"{name} with a key of the wrong length: {lengths} instead of {KEY_OCTETS.get(name, 'base64')}"
        if name is not None:
            return f"{crypto.suite}, which is not the same: names of crypto suites are case-sensitive"
    return protection(media)


RULE = Rule(
    id="srtp-suite-missing",
    title="An offer or answer lacks the SRTP crypto suite the policy requires",
    group=Group.SRTP,
    severity=Severity.CRITICAL,
    citations=(Citation(document="RFC 4568", section="6.2", url="https://www.rfc-editor.org/rfc/rfc4568#section-6.2"),),
    remedy=(
        "Add AES_CM_128_HMAC_SHA1_80 to the SRTP profile of this trunk, with SDES (SDP security descriptions) as the "
        "key exchange."
    ),
    observes=SdpSeen,
    params=RequiredSuites,
    check=check,
)
