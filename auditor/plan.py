"""Policy and targets together: the complete list of checks that are promised, and what must be looked at for them."""

from dataclasses import dataclass
from functools import reduce

from auditor.model.asks import Asks
from auditor.model.policy import Policy, RuleSetting
from auditor.model.target import ServerTarget, Target


@dataclass(frozen=True)
class Check:
    """One rule on one target: exactly one finding comes of it."""

    setting: RuleSetting
    target: Target


@dataclass(frozen=True)
class Plan:
    """What is promised (``checks``) and what the probes are asked for (``asks``, the same for every target)."""

    policy: Policy
    targets: tuple[Target, ...]
    checks: tuple[Check, ...]
    asks: Asks
    offline: bool = False

    @property
    def endpoints(self) -> tuple[ServerTarget, ...]:
        """The targets that the probes connect to."""
        return tuple(target for target in self.targets if isinstance(target, ServerTarget))

    @property
    def unconnected(self) -> tuple[Target, ...]:
        """Endpoints of which nothing is promised, because nothing is connected to."""
        return self.endpoints if self.offline else ()

    @property
    def unasked(self) -> tuple[Target, ...]:
        """All others of which nothing is promised, because no rule of the policy is about such a thing."""
        known = {check.target.name for check in self.checks} | {target.name for target in self.unconnected}
        return tuple(target for target in self.targets if target.name not in known)


def make_plan(policy: Policy, targets: tuple[Target, ...], *, thorough: bool = False, offline: bool = False) -> Plan:
    """Every rule of the policy on every target it can be asked about, in the order of the targets and the rule ids.

    ``thorough`` sets sslyze's exhaustive enumeration beside the elimination; ``offline`` promises nothing of what has
    to be connected to.
    """
    settings = sorted(policy.settings, key=lambda setting: setting.rule.id)
    return Plan(
        policy=policy,
        targets=targets,
        checks=tuple(
            Check(setting, target)
            for target in targets
            if not (offline and isinstance(target, ServerTarget))
            for setting in settings
            if target.perspective in setting.rule.observes.seen_of
        ),
        asks=reduce(Asks.__add__, (_asks(setting) for setting in settings), Asks(exhaustive=thorough)),
        offline=offline,
    )


def _asks(setting: RuleSetting) -> Asks:
    asks: Asks = setting.rule.asks(setting.params)
    return asks + Asks(kinds=frozenset({setting.rule.observation_kind}))
