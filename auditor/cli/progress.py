"""Progress on standard error while endpoints are observed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from auditor.cli.client_role import announced
from auditor.cli.revocation import FETCHES

if TYPE_CHECKING:
    from auditor.model.policy import Policy
    from auditor.pipeline import CollectSettings, Progress


@contextmanager
def shown(settings: "CollectSettings", policy: "Policy") -> Iterator["_Shown"]:
    """Shows the opt-ins in use, then a progress bar on a terminal, or one line per target elsewhere."""
    progress = _Shown(settings, policy)
    try:
        yield progress
    finally:
        progress.close()


class _Shown:
    """Called with every step."""

    def __init__(self, settings: "CollectSettings", policy: "Policy") -> None:
        self.settings, self.policy = settings, policy
        self.bar: object | None = None

    def __call__(self, step: "Progress") -> None:
        if step.finished == 0:
            self._begin(step.total)
        elif self.bar is not None:
            self.bar.update()  # type: ignore[attr-defined]  # tqdm's bar
        else:
            click.echo(f"{step.finished}/{step.total} {step.target}", err=True)

    def _begin(self, total: int) -> None:
        if total:
            where = "1 target" if total == 1 else f"{total} targets"
            for line in announced(self.settings.client, self.policy, where):
                click.echo(line, err=True)
        if self.settings.revocation.fetch:
            click.echo(FETCHES, err=True)
        if total and sys.stderr.isatty():
            from tqdm import tqdm  # noqa: PLC0415 - only for a terminal

            self.bar = tqdm(total=total, unit="target", file=sys.stderr, leave=False)

    def close(self) -> None:
        """Remove the bar."""
        if self.bar is not None:
            self.bar.close()  # type: ignore[attr-defined]  # tqdm's bar
