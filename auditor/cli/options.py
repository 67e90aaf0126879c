"""Options that several commands share, and how they become values."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor.model.severity import Severity

if TYPE_CHECKING:
    from auditor.pipeline import CollectSettings, Dns
    from auditor.probes.server.client_role import ClientRole

F = TypeVar("F", bound=Callable[..., Any])

READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
SEVERITY = click.Choice([severity.value for severity in Severity])


EXIT_CODES = "Exit codes: 0 compliant, 1 not compliant, 2 the input is wrong, 3 inconclusive."


def epilog(*examples: str, codes: str = EXIT_CODES) -> str:
    """What stands below the options in a command's help: lines to type, and the exit codes."""
    lines = "".join(f"\n  {example}" for example in examples)
    return f"\b\nExamples:{lines}\n\n{codes}"


def _all(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def gathered(name: str, value: type[Any], *options: Callable[[F], F]) -> Callable[[Callable[..., Any]], Any]:
    """Add the options; the command gets them as one value of that dataclass, in the parameter ``name``."""

    def decorate(command: Callable[..., Any]) -> Any:  # noqa: ANN401 - a command's own type
        @functools.wraps(command)
        def gather(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a command's own parameters
            kwargs[name] = value(**{field.name: kwargs.pop(field.name) for field in fields(value)})
            return command(*args, **kwargs)

        return _all(*options)(gather)  # type: ignore[arg-type]  # a function with the command's own parameters

    return decorate


policy_option = click.option(
    "-p",
    "--policy",
    "policy_name",
    default="acg",
    show_default=True,
    metavar="NAME|FILE",
    help="The policy to judge by: the name of a shipped policy, or a file.",
)
root_option = click.option(
    "--root",
    "roots",
    multiple=True,
    type=READABLE,
    metavar="PEM",
    help="A root certificate that the operator has sent to onboarding; may be repeated.",
)
waivers_option = click.option(
    "--waivers",
    type=READABLE,
    metavar="FILE",
    help="Accepted violations, each with the day on which its waiver expires, as YAML.",
)


class Bounded(click.Option):
    """An option whose help says its bounds in words."""

    def get_help_extra(self, ctx: click.Context) -> click.types.OptionHelpExtra:
        """What stands in brackets behind the help."""
        extra = super().get_help_extra(ctx)
        if isinstance(self.type, click.IntRange | click.FloatRange):
            extra["range"] = f"{self.type.min} to {self.type.max}"
        return extra


class Number(click.FloatRange):
    """A number in a range; click's own lets "nan" through, which is in no range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's signature
        """The number, if it is one."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


target_arguments = _all(
    click.argument("targets", nargs=-1, metavar="[TARGET]..."),
    click.option(
        "-i",
        "--inventory",
        type=READABLE,
        metavar="FILE",
        help="The operator's endpoints, roots, waivers and deployment, as YAML.",
    ),
)


@dataclass(frozen=True)
class LimitOptions:
    """Limits on the connections to an endpoint, and on their time."""

    deadline: float
    max_connections: int
    rate: float | None
    jobs: int

    def settings(self, client: "ClientRole", **others: Any) -> "CollectSettings":  # noqa: ANN401 - fields of the class
        """As settings for collecting; ``others`` are further fields of these."""
        from auditor.pipeline import CollectSettings  # noqa: PLC0415 - --help stays quick
        from auditor.probes.budget import Limits  # noqa: PLC0415 - as above

        limits = Limits(
            target_seconds=self.deadline, connections=self.max_connections, connections_per_second=self.rate
        )
        return CollectSettings(limits=limits, jobs=self.jobs, client=client, **others)


limit_options = gathered(
    "limits",
    LimitOptions,
    click.option("--deadline", cls=Bounded, type=Number(1, 3600), default=30.0, show_default=True, metavar="SECONDS",
                 help="Time limit for one target; a peer that answers slowly gets up to four times as long."),
    click.option("--max-connections", cls=Bounded, type=click.IntRange(1, 10_000), default=120, show_default=True,
                 metavar="N", help="The maximum number of connections to one target."),
    click.option("--rate", cls=Bounded, type=Number(0.1, 10_000), metavar="N",
                 help="The maximum number of new connections per second to one host; always one at a time."),
    click.option("--jobs", cls=Bounded, type=click.IntRange(1, 256), default=64, show_default=True, metavar="N",
                 help="The number of hosts observed in parallel."),
)  # fmt: skip
thorough_option = click.option(
    "--thorough",
    is_flag=True,
    help="Retry every rejected ClientHello five times, and cross-check the result with sslyze (some 540 connections).",
)
dns_options = _all(
    click.option("--dns", is_flag=True, help="Look up the deployment's names: SRV, A and AAAA of the regions, CAA of "
                 "the endpoints' own names."),
    click.option("--resolver", metavar="ADDRESS[:PORT]", help="The resolver for --dns, such as the SBC's; by default "
                 "this machine's."),
)  # fmt: skip
report_options = _all(
    click.option("--report", "reports", multiple=True, metavar="PATH", type=click.Path(dir_okay=False, path_type=Path),
                 help="Write a report; the suffix picks the format: .json, .html, .txt, .md, .sarif, .xml (JUnit)"
                      " or .prom (Prometheus).  May be repeated."),
    click.option("--json", "as_json", is_flag=True, help="Print the JSON report and nothing else on standard output."),
    click.option("--fail-on", type=SEVERITY,
                 help="Fail on violations of this severity or above, overriding the policy."),
)  # fmt: skip
complete_option = click.option(
    "--complete",
    is_flag=True,
    help="Require an answer to every requirement: an open one as severe as the policy's fail_on makes the result "
    "inconclusive.",
)


def lookups(resolver: str | None, *, asked: bool) -> "Dns | None":
    """What --dns and --resolver ask for.  Raises ``InputErrors``."""
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - --help stays quick
    from auditor.pipeline import Dns  # noqa: PLC0415 - as above

    if resolver is not None and not asked:
        raise InputErrors([InputError("--resolver requires --dns")])
    return Dns(resolver) if asked else None
