"""Commands for the regions: lists, successors, outlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import click

from core.access import command
from core.db import writing
from core.geo import Datum
from core.regions import boundaries, census, importer, succession
from core.regions.heirs import NO_HEIRS, Heirs, read_heirs, told_apart
from core.regions.rules import ASSUMED_SINCE, ChangeKind, Difference, Row
from core.shell import DAY, FILE, Commands, told
from core.textfile import read_text

commands = Commands("regions", help="The regions of a city: lists of codes, outlines.")
outlines = Commands("boundaries", help="The outlines of regions.")
commands.add_command(outlines)


class _TriedError(Exception):
    """Ends a dry run: it was done, so that whatever forbids it is told, and is undone."""


@commands.command("import")
@click.argument("file", type=FILE, required=False)
@click.option("--shipped", metavar="CITY", help="Take a shipped list: 3710 or 3703.")
@click.option("--on", type=DAY, help="The first day on which the list holds.")
@click.option("--source", help="Where the list is from.")
@click.option(
    "--heirs", type=FILE, help="A CSV file of lines old,new: what comes after a region that ends."
)
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
def import_list(
    file: Path | None,
    shipped: str | None,
    on: datetime | None,
    source: str | None,
    heirs: Path | None,
    dry_run: bool,
) -> None:
    """Take the regions of a city from a CSV FILE with the columns code,name,level,parent.

    The list is the whole city: what is not in it is abolished from the day on.  Columns
    statutory (1 or 0) and name_en may follow.  A shipped list needs neither --on nor --source.

    Sites, plans, closures and roles of a region that ends go over to what comes after it, by
    --heirs: a line old,new for each; several lines with one old code split it, and a third column
    then says which site goes where.  A line old,new,site of a region that lives on moves this site
    into a new region.
    """
    if (file is None) == (shipped is None):
        raise click.UsageError("name either a FILE or --shipped CITY")
    if file is not None and (on is None or source is None):
        raise click.UsageError("a FILE needs --on and --source")
    day = ASSUMED_SINCE if on is None else on.date()
    with told():
        text = importer.shipped_text(shipped or "") if file is None else read_text(file)
        after = NO_HEIRS if heirs is None else read_heirs(read_text(heirs))
        _import(text, day, source or importer.SHIPPED_SOURCE, after, dry_run, shipped)


def _import(
    text: str,
    on: date,
    source: str,
    heirs: Mapping[str, Heirs],
    dry_run: bool,
    shipped: str | None,
) -> None:
    with suppress(_TriedError), writing():
        plan = importer.plan(text, on, source)
        ended = {one.before.code for one in plan.changed if one.before and not one.after}
        after, shares = told_apart(heirs, ended)
        importer.apply(command("regions import"), plan, after, shares)
        if shipped:
            census.load_shipped(command("regions import"), shipped)
        if dry_run:
            raise _TriedError
    for change in plan.changed:
        click.echo(_told_change(change))
    counts = Counter(kind for change in plan.changed for kind in change.kinds)
    if counts:
        click.echo(", ".join(f"{counts[kind]} {kind}" for kind in ChangeKind if counts[kind]))
    else:
        click.echo("nothing to change")
    if dry_run:
        click.echo("dry run: nothing was changed")


def _told_change(change: Difference) -> str:
    """One line: what happened, then the region as it was and as it is."""
    known = [_told_row(row) for row in (change.before, change.after) if row is not None]
    return f"{'+'.join(change.kinds)}: {' -> '.join(known)}"


def _told_row(row: Row) -> str:
    return f"{row.code} {row.name} ({row.level}, under {row.parent or 'none'})"


@commands.command("succeeded")
@click.argument("code")
@click.argument("by")
@click.option("--kind", type=click.Choice(["merged", "split"]), required=True)
@click.option("--source", required=True, help="The document that says so.")
def succeeded(code: str, by: str, kind: str, source: str) -> None:
    """Note that the abolished region CODE went into the region BY, so that CODE leads there."""
    with told(), writing():
        actor = command("regions succeeded")
        succession.record_successor(actor, code, by, ChangeKind(kind), source)


@commands.command("census")
@click.argument("file", type=FILE)
@click.option("--year", type=int, required=True, help="The year that was counted for.")
@click.option("--source", required=True, help="The census or the yearbook that says so.")
def load_census(file: Path, year: int, source: str) -> None:
    """Take what a census counted from a CSV FILE with the columns code,name,people.

    Codes are those of today's regions; what was known of the year is corrected.
    """
    with told(), writing():
        figures = census.read(read_text(file))
        outcome = census.load(command("regions census"), figures, year, source)
    click.echo(f"{outcome.changed} figures loaded, {outcome.same} known already")


@outlines.command("import")
@click.argument("file", type=FILE)
@click.option("--datum", type=click.Choice([datum.value for datum in Datum]), required=True)
@click.option("--source", default="", help="Where the outlines are from.")
@click.option("--attribution", default="", help="What a map that shows them must say.")
def import_outlines(file: Path, datum: str, source: str, attribution: str) -> None:
    """Take outlines from a GeoJSON FILE: polygons with a property adcode, code or name.

    Coordinates are longitude, latitude in the datum named; nothing is guessed about it.
    """
    with told(), writing():
        origin = boundaries.Origin(Datum(datum), source, attribution)
        outcome = boundaries.load(command("regions boundaries import"), read_text(file), origin)
    for name in outcome.unmatched:
        click.echo(f"no such region: {name}")
    click.echo(f"{len(outcome.matched)} outlines loaded, {len(outcome.unmatched)} unmatched")
