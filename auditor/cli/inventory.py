"""``auditor inventory``: start an inventory, and print one back as it is understood."""

import sys
from pathlib import Path

import click

from auditor.cli.options import READABLE, epilog

_DAY_OF_EXAMPLES = "2026-10-01"
"""The date of a confirmation.  A written example gets the current date, because an old one would not comply."""


@click.group()
def inventory() -> None:
    """Start an inventory, or print one in normalised form."""


@inventory.command(
    epilog=epilog(
        "auditor inventory init -o inventory.yaml",
        "auditor inventory init --sku lab -o lab.yaml",
        codes="Exit codes: 0 written, 2 the file exists already or cannot be written.",
    )
)
@click.option("--sku", type=click.Choice(["standard", "lab"]), default="standard", show_default=True,
              help="The kind of deployment; standard is for production.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the inventory to this file; by default to standard output.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
def init(sku: str, output: Path | None, *, force: bool) -> None:
    """Write an example inventory to edit.

    It is complete and commented, and it passes.
    """
    from auditor import pipeline  # noqa: PLC0415 - --help stays quick
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - as above
    from auditor.policy.shipped import policy_directory  # noqa: PLC0415 - as above
    from auditor.writing import write_file  # noqa: PLC0415 - as above

    text = (policy_directory() / "examples" / f"inventory-{sku}.yaml").read_text(encoding="utf-8")
    text = text.replace(_DAY_OF_EXAMPLES, f"{pipeline.now():%Y-%m-%d}")
    if output is None:
        click.echo(text, nl=False)
        return
    pipeline.check_observation_file(output)
    if output.exists() and not force:
        raise InputErrors([InputError(f"{output} already exists; use --force to overwrite it")])
    write_file(output, text)
    click.echo(f"{output}: written; replace the names and addresses with your own", err=True)


@inventory.command(
    epilog=epilog(
        "auditor inventory show inventory.yaml",
        codes="Exit codes: 0 printed, 2 the input is wrong; every error is named as file:line:column.",
    )
)
@click.argument("file", type=READABLE)
def show(file: Path) -> None:
    """Print an inventory in normalised form.

    Names are in ASCII form, ranges are normalised, and what an evidence file proves replaces what was declared.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - --help stays quick

    from auditor.inputs.inventory.normalised import normalised  # noqa: PLC0415 - as above
    from auditor.pipeline import load_inventory  # noqa: PLC0415 - as above

    writer = YAML()
    writer.default_flow_style = False
    writer.width = 120
    writer.dump(normalised(load_inventory(file)), sys.stdout)
