"""What the probes are asked to look at.  Each rule says what it needs; the plan adds them together."""

from pydantic import Field

from auditor.model.observation import LintProfile
from auditor.model.tls import ProtocolVersion
from auditor.model.value import Value


class Asks(Value):
    """Directions for the probes of one target.  Adding two keeps everything either of them wants."""

    kinds: frozenset[str] = Field(default=frozenset(), description="Kinds of observation wanted")
    allowed_suites: dict[ProtocolVersion, tuple[str, ...]] = Field(
        default={}, description="Suites the policy allows, per version; all others are forbidden and asked for first"
    )
    suite_preference: bool = Field(default=False, description="Whether it matters whose order decides")
    groups: tuple[str, ...] = Field(default=(), description="Key-exchange groups in question")
    weaknesses: frozenset[str] = Field(default=frozenset(), description="Known weaknesses in question")
    exhaustive: bool = Field(
        default=False, description="Whether sslyze's exhaustive enumeration is to be set beside ours"
    )
    lint_profiles: frozenset[LintProfile] = Field(
        default=frozenset(), description="Profiles by which the certificates are linted"
    )
    plaintext_ports: frozenset[int] = Field(default=frozenset(), description="Ports that must not answer without TLS")
    forged_roots: tuple[str, ...] = Field(
        default=(), description="Names of roots whose forgeries are shown as issuers of client certificates"
    )
    trust_roots: tuple[str, ...] = Field(
        default=(),
        description="Names of roots that the endpoint must trust, determined by how it rejects forged issuers",
    )

    def __add__(self, other: "Asks") -> "Asks":
        """Both together.  Where two rules list allowed suites for a version, a suite is allowed if either allows it."""
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
            forged_roots=tuple(dict.fromkeys((*self.forged_roots, *other.forged_roots))),
            trust_roots=tuple(dict.fromkeys((*self.trust_roots, *other.trust_roots))),
        )
