"""Options that several commands share, and how they become values."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from auditor.model.severity import Severity

F = TypeVar("F", bound=Callable[..., Any])

READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
SEVERITY = click.Choice([severity.value for severity in Severity])


EXIT_CODES = "Exit codes: 0 compliant, 1 not compliant, 2 the input is wrong, 3 could not tell."


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


policy_option = click.option(
    "-p",
    "--policy",
    "policy_name",
    default="acg",
    show_default=True,
    metavar="NAME|FILE",
    help="What is demanded: a shipped policy, or a file.",
)
root_option = click.option(
    "--root",
    "roots",
    multiple=True,
    type=READABLE,
    metavar="PEM",
    help="A root certificate the operator has sent to onboarding; may be repeated.",
)
waivers_option = click.option(
    "--waivers", type=READABLE, metavar="FILE", help="Violations that are accepted until a day, as YAML."
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
limit_options = _all(
    click.option("--deadline", cls=Bounded, type=Number(1, 3600), default=30.0, show_default=True, metavar="SECONDS",
                 help="Time for one target; a peer that answers slowly gets up to four times as much."),
    click.option("--max-connections", cls=Bounded, type=click.IntRange(1, 10_000), default=120, show_default=True,
                 metavar="N", help="The most connections to one target."),
    click.option("--rate", cls=Bounded, type=Number(0.1, 10_000), metavar="N",
                 help="The most new connections a second to one host; always one at a time."),
    click.option("--jobs", cls=Bounded, type=click.IntRange(1, 256), default=64, show_default=True, metavar="N",
                 help="Hosts looked at side by side."),
)  # fmt: skip
report_options = _all(
    click.option("--report", "reports", multiple=True, metavar="PATH", type=click.Path(dir_okay=False, path_type=Path),
                 help="Write a report; the suffix picks the format: .json, .html, .txt, .md, .sarif, .xml (JUnit)"
                      " or .prom (Prometheus).  May be repeated."),
    click.option("--json", "as_json", is_flag=True, help="Print the JSON report and nothing else on standard output."),
    click.option("--fail-on", type=SEVERITY, help="Fail from this severity on, whatever the policy says."),
)  # fmt: skip
