"""``auditor facts``: show, update and sign the file of dated facts."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import READABLE, epilog

if TYPE_CHECKING:
    from auditor.policy.dated_facts import Facts

PAYLOAD_TYPE = "application/vnd.auditor.facts+yaml"
"""The type of a signed file of facts; a signature covers it."""


@click.group()
def facts() -> None:
    """Show, update and sign the dated facts: dates of CAs and root programs, withdrawn CAs."""


@facts.command(
    epilog=epilog("auditor facts show", "auditor facts show --json", codes="Exit codes: 0 shown, 2 the input is wrong.")
)
@click.argument("file", type=READABLE, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def show(file: Path | None, *, as_json: bool) -> None:
    """Show the facts that policies are read with, their age, and the rows that are due for review.

    FILE is another file of facts (YAML).  An update is kept in $AUDITOR_FACTS, else in
    $XDG_DATA_HOME/auditor/facts.yaml, else in ~/.local/share/auditor/facts.yaml.
    """
    from tabulate import tabulate  # noqa: PLC0415 - --help stays quick

    from auditor.cli.output import terminal_width  # noqa: PLC0415 - as above
    from auditor.pipeline import now  # noqa: PLC0415 - as above
    from auditor.policy.dated_facts import LISTS, facts_in_force, read_facts  # noqa: PLC0415 - as above

    found, today = (read_facts(file) if file else facts_in_force()), now().date()
    head = found.reference
    if as_json:
        rows = {name: [row.model_dump(mode="json", exclude_none=True) for row in found.rows(name)] for name in LISTS}
        click.echo(json.dumps({"file": found.document.file, **head.model_dump(mode="json"), "facts": rows}, indent=2))
        return
    age = max((today - head.date).days, 0)
    origin = "shipped with the auditor" if head.shipped else found.document.file
    click.echo(f"Facts {head.version} of {head.date}, {age} days old ({origin})\nSHA-256 {head.sha256}")
    for name in LISTS:
        click.echo(f"\n{name}")
        table = [
            (row.row_name, row.checked, f"{row.due}{' (overdue)' if row.due < today else ''}", row.source)
            for row in found.rows(name)
        ]
        widths = [None, None, None, max(terminal_width() - 64, 24)]
        heads = ("Row", "Checked", "Review after", "Source")
        click.echo(tabulate(table, heads, disable_numparse=True, maxcolwidths=widths))


@facts.command(
    epilog=epilog(
        "auditor facts update facts.dsse.json --key publisher.pub.pem",
        codes="Exit codes: 0 installed or already there, 2 refused.",
    )
)
@click.argument("file", type=READABLE)
@click.option("--key", required=True, type=READABLE, metavar="PEM", help="The public key of whoever signed the file.")
def update(file: Path, key: Path) -> None:
    """Install signed facts in place of those that the auditor ships.

    FILE is a DSSE envelope, as `auditor facts sign` makes it.  A file is refused that the key did not sign, that is no
    file of facts, that has a day in the future, or that is older than the facts in use.  Each row that it removes or
    changes is named.
    """
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - --help stays quick
    from auditor.inputs.documents.envelope import opened  # noqa: PLC0415 - as above
    from auditor.pipeline import now  # noqa: PLC0415 - as above
    from auditor.policy.dated_facts import alone, from_the_future, parse_facts, update_file  # noqa: PLC0415 - as above

    content = opened(file, PAYLOAD_TYPE, key)
    given, place = parse_facts(content, str(file), shipped=False), update_file()
    if errors := from_the_future(given, now().date()):
        raise InputErrors(errors)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError):
        raise InputErrors([InputError("the folder for the facts cannot be made", str(place.parent))]) from None
    with alone(place.parent):
        _install(given, content.decode("utf-8"), file, place)


def _install(given: "Facts", text: str, file: Path, place: Path) -> None:
    """Put the facts in place, unless they are older than those in use, and say which rows go."""
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - --help stays quick
    from auditor.policy.dated_facts import LISTS, damaged, left_out, missing, newest_facts  # noqa: PLC0415 - as above
    from auditor.writing import write_file  # noqa: PLC0415 - as above

    current = newest_facts()
    old, new = current.reference, given.reference
    if new.sha256 == old.sha256 and not (damaged(place) or missing(place)):
        click.echo(f"Facts {new.version} of {new.date} are in use already.")
        return
    if given.number < current.number or (given.number > current.number and new.date < old.date):
        message = f"these facts, {new.version} of {new.date}, are older than those in use, {old.version} of {old.date}"
        raise InputErrors([InputError(message, str(file))])
    if given.number == current.number and new.sha256 != old.sha256:
        message = f"these facts differ from those in use, but both are {new.version}; a new file needs a new version"
        raise InputErrors([InputError(message, str(file))])
    write_file(place, text)
    click.echo(f"Installed facts {new.version} of {new.date} in {place}; before it was {old.version} of {old.date}.")
    for row in (row for name in LISTS for row in left_out(name, current, given.rows(name))):
        click.echo(f"Removed or changed: {row}")


@facts.command(
    epilog=epilog(
        "auditor facts sign facts.yaml --key private.pem -o facts.dsse.json",
        codes="Exit codes: 0 signed, 2 the input is wrong.",
    )
)
@click.argument("file", type=READABLE)
@click.option("--key", required=True, type=READABLE, metavar="PEM", help="The private key: Ed25519, ECDSA or RSA.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The signed file.")
@click.option("--key-passphrase-fd", type=int, metavar="N", help="Read the key's passphrase from this file descriptor.")
def sign(file: Path, key: Path, output: Path, key_passphrase_fd: int | None) -> None:
    """Sign a file of facts (YAML) that others may install with `auditor facts update`."""
    from auditor.cli.passphrases import given  # noqa: PLC0415 - --help stays quick
    from auditor.errors import InputError, InputErrors  # noqa: PLC0415 - as above
    from auditor.inputs.documents.envelope import sealed  # noqa: PLC0415 - as above
    from auditor.inputs.documents.files import read_bytes  # noqa: PLC0415 - as above
    from auditor.pipeline import now  # noqa: PLC0415 - as above
    from auditor.policy.dated_facts import LIMITS, from_the_future, parse_facts  # noqa: PLC0415 - as above
    from auditor.writing import write_file  # noqa: PLC0415 - as above

    for given_file, what in ((file, "the facts"), (key, "the private key")):
        if output.exists() and output.samefile(given_file):
            message = f"this is the file of {what}, which would be lost; name another file with -o"
            raise InputErrors([InputError(message, str(output))])
    content = read_bytes(file, LIMITS.size)
    found = parse_facts(content, str(file), shipped=False)
    if errors := from_the_future(found, now().date()):
        raise InputErrors(errors)
    write_file(output, sealed(content, PAYLOAD_TYPE, key, given(key_passphrase_fd)))
    click.echo(f"Signed facts {found.reference.version} of {found.reference.date} into {output}.")
