"""The hostile and broken peers, each with the truth about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from auditor.minting.keys import rsa_key
from auditor.model.target import Service
from testbed import peers
from testbed.certificates import Authority, Identity, issue, pem
from testbed.configuration import SERVER_NAME, TLS12_AEAD, TLS13_ALLOWED, Key

NO_TLS13 = frozenset({"protocol-preferred-missing"})
OLD_VERSIONS = frozenset({"protocol-not-allowed"})
FORBIDDEN_SUITES = frozenset({"cipher-suite-not-allowed"})
UNPROTECTED = frozenset({"client-certificate-not-requested", "client-certificate-not-required"})
WEAK = OLD_VERSIONS | FORBIDDEN_SUITES | UNPROTECTED
PLAINTEXT = frozenset({"plaintext-accepted"})
EVERY_RULE = ("",)

CONTROL_NAME = "evil\x1b[31m\r\n## PASS <script>alert(1)</script> \u202egnp"
CONTROL_SAN = '"><img src=x onerror=alert(1)>.example'


@dataclass(frozen=True)
class Case:
    """A peer, and the truth about it."""

    name: str
    behave: peers.Behaviour
    guilty: frozenset[str] = frozenset()
    """Rules it violates: they may fail, warn or stay open, and never pass.  No other rule may fail or warn."""
    found: frozenset[str] = frozenset()
    """Rules of ``guilty`` whose violation is seen in every run."""
    unseen: tuple[str, ...] = ()
    """What the ids of the rules begin with that it shows nothing for, so that they must stay open."""
    service: Service = Service.HTTPS
    accepts: int | None = None
    """After so many connections its port is closed."""


def cases(authority: Authority, directory: Path) -> tuple[Case, ...]:
    """Every case; the certificates of the TLS servers among them are written to ``directory``."""
    strict = peers.speaking_tls(server_context(authority.leaves[Key.RSA], authority, directory, strict=True))
    weak = peers.speaking_tls(server_context(authority.leaves[Key.RSA], authority, directory, strict=False))
    return (
        *_mute(),
        *_broken_off(authority, directory),
        *_limited(strict, weak),
        *_unsteady(strict, weak),
        *_intolerant(strict, weak),
        *_balanced(strict, weak),
    )


def server_context(identity: Identity, authority: Authority, directory: Path, *, strict: bool) -> SSL.Context:
    """A server the policy is content with, or one that takes everything from TLS 1.0 on and asks for nothing."""
    number = len(list(directory.iterdir()))
    chain, key = directory / f"{number}.pem", directory / f"{number}.key"
    chain.write_bytes(pem(identity.certificate, authority.intermediates[Key.RSA].certificate))
    key.write_bytes(identity.key_pem)
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(str(chain))
    context.use_privatekey_file(str(key))
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_CIPHER_SERVER_PREFERENCE)
    if strict:
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(":".join(TLS12_AEAD).encode())
        context.set_tls13_ciphersuites(":".join(TLS13_ALLOWED).encode())
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
    else:
        context.set_min_proto_version(SSL.TLS1_VERSION)
        context.set_cipher_list(b"ALL:@SECLEVEL=0")
    return context


def _mute() -> Iterator[Case]:
    """Peers that complete no handshake."""
    unfinished_record = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + bytes(1000)
    behaviours = {
        "silent": peers.stay_silent,
        "drips garbage": peers.dripping(b"\x00" * 1000, 0.1),
        "drips a record": peers.dripping(unfinished_record, 0.1),
        "resets on accept": peers.reset,
        "resets after the ClientHello": peers.reset_after_client_hello,
        "closes on accept": peers.close_at_once,
        "closes after the ClientHello": peers.close_after_client_hello,
        "SSH banner": peers.saying(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", first=True),
        "random octets": peers.random_bytes(1),
        "handshake_failure to everything": peers.saying(peers.alert(peers.HANDSHAKE_FAILURE)),
        "access_denied to everything": peers.saying(peers.alert(peers.ACCESS_DENIED)),
        "decode_error to everything": peers.saying(peers.alert(peers.DECODE_ERROR)),
        "unrecognized_name to everything": peers.saying(peers.alert(peers.UNRECOGNIZED_NAME)),
    }
    for name, behave in behaviours.items():
        yield Case(name, behave, unseen=EVERY_RULE)
    for name in ("silent", "closes after the ClientHello", "handshake_failure to everything"):
        yield Case(f"{name}, SIP", behaviours[name], unseen=EVERY_RULE, service=Service.SIP)
    sip, http = Service.SIP, Service.HTTPS
    yield Case("plaintext SIP", peers.plaintext_sip, unseen=EVERY_RULE, guilty=PLAINTEXT, found=PLAINTEXT, service=sip)
    yield Case(
        "plaintext HTTP", peers.plaintext_http, unseen=EVERY_RULE, guilty=PLAINTEXT, found=PLAINTEXT, service=http
    )


def _broken_off(authority: Authority, directory: Path) -> Iterator[Case]:
    """Peers whose certificate or whose end is out of the ordinary."""
    issuer = authority.intermediates[Key.RSA]
    odd = issue(rsa_key(), CONTROL_NAME, issuer, names=(SERVER_NAME, CONTROL_SAN))
    context = server_context(odd, authority, directory, strict=True)
    yield Case("control characters and markup in names", peers.speaking_tls(context))
    leaf = authority.leaves[Key.RSA].certificate.public_bytes(Encoding.DER)
    endless = peers.saying(peers.certificates_without_end(leaf, 1_000_000))
    hidden = ("certificate-", "client-certificate-")
    yield Case("a megabyte of certificates", endless, guilty=NO_TLS13, unseen=hidden)
    asking = server_context(authority.leaves[Key.RSA], authority, directory, strict=True)
    asking.set_verify(SSL.VERIFY_PEER)
    hanging_up = peers.hanging_up_after_the_handshake(asking)
    yield Case("closes without an alert for want of a certificate", hanging_up)
    yield Case("closes without an alert for want of a certificate, SIP", hanging_up, service=Service.SIP)


def _limited(strict: peers.Behaviour, weak: peers.Behaviour) -> Iterator[Case]:
    """Rate limiters, which let a few connections through."""
    refusal = peers.saying(peers.alert(peers.HANDSHAKE_FAILURE))
    for most in (5, 20):
        for how, afterwards in (
            ("closes", peers.close_after_client_hello),
            ("resets", peers.reset),
            ("is silent", peers.stay_silent),
            ("answers handshake_failure", refusal),
        ):
            yield Case(f"weak, {how} after {most}", peers.limited(weak, most, afterwards), guilty=WEAK)
        yield Case(f"weak, refuses after {most}", weak, guilty=WEAK, accepts=most)
    yield Case("strict, closes after 5", peers.limited(strict, 5, peers.close_after_client_hello))
    yield Case("strict, answers handshake_failure after 5", peers.limited(strict, 5, refusal))


def _unsteady(strict: peers.Behaviour, weak: peers.Behaviour) -> Iterator[Case]:
    """Peers that fail every other connection, by chance or by turns."""
    refusal = peers.saying(peers.alert(peers.HANDSHAKE_FAILURE))
    ends = {
        "resets": peers.reset_after_client_hello,
        "closes": peers.close_after_client_hello,
        "handshake_failure": refusal,
    }
    for how, otherwise in ends.items():
        for seed in (1, 2):
            flapping = peers.at_random(weak, otherwise, seed)
            yield Case(f"weak, flaps with {how}, seed {seed}", flapping, guilty=WEAK)
        yield Case(f"strict, flaps with {how}", peers.at_random(strict, otherwise, 3))
        yield Case(f"weak, every second {how}", peers.balanced(weak, otherwise), guilty=WEAK)
        yield Case(f"weak, every first {how}", peers.balanced(otherwise, weak), guilty=WEAK)


def _intolerant(strict: peers.Behaviour, weak: peers.Behaviour) -> Iterator[Case]:
    """Peers that take some ClientHellos amiss."""
    refusal = peers.saying(peers.alert(peers.HANDSHAKE_FAILURE))
    long = peers.longer_than(255)
    for how, then in (("drops", peers.stay_silent), ("resets", peers.reset_after_client_hello), ("refuses", refusal)):
        yield Case(f"weak, {how} ClientHellos over 255 octets", peers.intolerant(weak, long, then), guilty=WEAK)
        yield Case(f"strict, {how} ClientHellos over 255 octets", peers.intolerant(strict, long, then))
    for how, then in (("closes on", peers.close_after_client_hello), ("refuses", refusal)):
        behave = peers.intolerant(strict, peers.offers_tls13, then)
        yield Case(f"strict, {how} TLS 1.3", behave, guilty=NO_TLS13)


def _balanced(strict: peers.Behaviour, weak: peers.Behaviour) -> Iterator[Case]:
    """Load balancers over servers that differ."""
    yield Case("strict and weak by turns", peers.balanced(strict, weak), guilty=WEAK)
    yield Case("weak and strict by turns", peers.balanced(weak, strict), guilty=WEAK)
    for seed in range(4):
        yield Case(f"strict or weak at random, seed {seed}", peers.at_random(strict, weak, seed), guilty=WEAK)
