"""What the probes must test.  Each rule states what it needs; the plan adds these together."""

from pydantic import Field

from auditor.model.observation import LintProfile
from auditor.model.tls import ProtocolVersion
from auditor.model.value import Value


class Asks(Value):
    """Instructions for the probes of one target.  Adding two keeps everything that either requests."""

    kinds: frozenset[str] = Field(default=frozenset(), description="Kinds of observation wanted")
    allowed_suites: dict[ProtocolVersion, tuple[str, ...]] = Field(
        default={}, description="Suites that the policy allows, per version; all others are forbidden and tested first"
    )
    suite_preference: bool = Field(default=False, description="Whether to test whose preference order decides")
    groups: tuple[str, ...] = Field(default=(), description="Key-exchange groups to test")
    weaknesses: frozenset[str] = Field(default=frozenset(), description="Known weaknesses to test")
    exhaustive: bool = Field(
        default=False, description="Whether to cross-check the result with sslyze's exhaustive enumeration"
    )
    lint_profiles: frozenset[LintProfile] = Field(
        default=frozenset(), description="Profiles to lint the certificates against"
    )
    plaintext_ports: frozenset[int] = Field(
        default=frozenset(), description="Ports beside a SIP endpoint that must not answer without TLS"
    )
    plaintext_http_ports: frozenset[int] = Field(
        default=frozenset(), description="Ports beside an HTTPS endpoint that must not answer without TLS"
    )
    forged_roots: tuple[str, ...] = Field(
        default=(), description="Names of the roots whose forgeries issue the presented client certificates"
    )
    trust_roots: tuple[str, ...] = Field(
        default=(),
        description="Names of roots that the endpoint must trust, determined by how it rejects forged issuers",
    )

    def __add__(self, other: "Asks") -> "Asks":
        """Return both combined.

        If two rules list allowed suites for a version, a suite is allowed if either allows it.
        """
        suites = {
            version: tuple(
                dict.fromkeys((*self.allowed_suites.get(version, ()), *other.allowed_suites.get(version, ())))
            )
            for version in self.allowed_suites | other.allowed_suites
        }
        return Asks(
            kinds=self.kinds | other.kinds,
            allowed_suites=suites,
            suite_preference=self.suite_preference or other.suite_preference,
            groups=tuple(dict.fromkeys((*self.groups, *other.groups))),
            weaknesses=self.weaknesses | other.weaknesses,
            exhaustive=self.exhaustive or other.exhaustive,
            lint_profiles=self.lint_profiles | other.lint_profiles,
            plaintext_ports=self.plaintext_ports | other.plaintext_ports,
            plaintext_http_ports=self.plaintext_http_ports | other.plaintext_http_ports,
            forged_roots=tuple(dict.fromkeys((*self.forged_roots, *other.forged_roots))),
            trust_roots=tuple(dict.fromkeys((*self.trust_roots, *other.trust_roots))),
        )
