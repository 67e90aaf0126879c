"""Plans: the complete list of checks for a policy and its targets, and what must be observed for them."""

from dataclasses import dataclass
from functools import reduce

from auditor.model.asks import Asks
from auditor.model.deployment import Deployment
from auditor.model.policy import Policy, RuleSetting
from auditor.model.target import OwedTarget, ServerTarget, Target
from auditor.requirements import owed_targets


@dataclass(frozen=True)
class Check:
    """One rule at one target; it yields exactly one finding."""

    setting: RuleSetting
    target: Target | OwedTarget


@dataclass(frozen=True)
class Plan:
    """The planned ``checks``, and what the probes must observe (``asks``, the same for every target)."""

    policy: Policy
    targets: tuple[Target, ...]
    checks: tuple[Check, ...]
    asks: Asks
    offline: bool = False
    owed: tuple[OwedTarget, ...] = ()
    """What the deployment must have and no target stands for; its checks are planned, and not tested."""

    @property
    def endpoints(self) -> tuple[ServerTarget, ...]:
        """The targets that the probes connect to."""
        return tuple(target for target in self.targets if isinstance(target, ServerTarget))

    @property
    def unconnected(self) -> tuple[Target, ...]:
        """Endpoints without planned checks, because nothing is connected to."""
        return self.endpoints if self.offline else ()

    @property
    def unasked(self) -> tuple[Target, ...]:
        """Other targets without planned checks, because the policy has no rule for their kind."""
        known = {check.target.name for check in self.checks} | {target.name for target in self.unconnected}
        return tuple(target for target in self.targets if target.name not in known)


def make_plan(
    policy: Policy,
    targets: tuple[Target, ...],
    *,
    thorough: bool = False,
    offline: bool = False,
    declared: Deployment | None = None,
) -> Plan:
    """Plan every rule of the policy at every target it applies to, in the order of the targets and the rule ids.

    ``thorough`` adds sslyze's exhaustive enumeration to the elimination; ``offline`` plans nothing that
    needs a connection.  What the ``declared`` deployment must have and no target stands for comes last.
    """
    settings = sorted(policy.settings, key=lambda setting: setting.rule.id)
    owed = owed_targets(policy, targets, declared)
    return Plan(
        policy=policy,
        targets=targets,
        checks=tuple(
            Check(setting, target)
            for target in targets
            if not (offline and isinstance(target, ServerTarget))
            for setting in settings
            if target.perspective in setting.rule.observes.seen_of
        )
        + tuple(
            Check(setting, target)
            for target in owed
            for setting in settings
            if target.stands_for in setting.rule.observes.seen_of
        ),
        asks=reduce(Asks.__add__, (_asks(setting) for setting in settings), Asks(exhaustive=thorough)),
        offline=offline,
        owed=owed,
    )


def _asks(setting: RuleSetting) -> Asks:
    asks: Asks = setting.rule.asks(setting.params)
    return asks + Asks(kinds=frozenset({setting.rule.observation_kind}))
