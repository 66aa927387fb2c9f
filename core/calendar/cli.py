"""Commands for the working calendar."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from core.access import command
from core.calendar import actions, importer, queries
from core.calendar.rules import Year
from core.db import writing
from core.shell import FILE, Commands, told
from core.textfile import read_text

commands = Commands("calendar", help="Statutory holidays and make-up working days.")


@commands.command("import")
@click.argument("file", type=FILE)
@click.option("--source", required=True, help="The document the days are from.")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
def import_file(file: Path, source: str, dry_run: bool) -> None:
    """Load whole years from a CSV FILE with the columns date,kind,name[,name_en].

    A year that is in the file replaces what was loaded for that year.
    """
    with told():
        years = importer.read(read_text(file), source)
    _load("calendar import", years, dry_run)


@commands.command()
def seed() -> None:
    """Load every year that the package chinesecalendar knows.

    Years loaded from another source are left as they are.
    """
    loaded = queries.loaded()
    years = [
        year
        for year in importer.packaged()
        if year.year not in loaded or loaded[year.year].source.startswith(importer.PACKAGED)
    ]
    _load("calendar seed", years, dry_run=False)


@commands.command()
@click.argument("year", type=int)
def show(year: int) -> None:
    """Print a YEAR as a CSV file that "import" takes; its source goes to standard error."""
    found = queries.loaded().get(year)
    if found is None:
        raise click.ClickException(f"{year} is not loaded: its holidays are unknown")
    click.echo(found.source, err=True)
    click.echo(importer.write(found), nl=False)


def _load(name: str, years: Iterable[Year], dry_run: bool) -> None:
    """Load the years that differ from what is there, in one transaction, and say how."""
    loaded = queries.loaded()
    changed = [year for year in years if year != loaded.get(year.year)]
    for year in changed:
        click.echo(_difference(year, loaded.get(year.year)))
    if not changed:
        click.echo("nothing to change")
    elif dry_run:
        click.echo("dry run: nothing was changed")
    else:
        with writing():
            for year in changed:
                actions.load(command(name), year)


def _difference(new: Year, old: Year | None) -> str:
    before = {} if old is None else old.days
    added = new.days.keys() - before.keys()
    removed = before.keys() - new.days.keys()
    altered = {day for day in new.days.keys() & before.keys() if new.days[day] != before[day]}
    return (
        f"{new.year}: {len(added)} days added, {len(altered)} altered, {len(removed)} removed"
        f" ({new.source})"
    )
