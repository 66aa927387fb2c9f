"""Loading where people live from the server's shell, the same as on the page."""

from __future__ import annotations

from pathlib import Path

import click

from core.access import command
from core.clock import today
from core.db import writing
from core.errors import BadInput, NotFound
from core.files import store
from core.geo import Datum
from core.regions import queries as regions
from core.sheets.container import MOST_BYTES, check
from core.sheets.problems import Level
from core.shell import Bar, told
from stations.coverage import sets
from stations.coverage.cli import commands, sending_options
from stations.coverage.demand import actions, jobs, queries, views
from stations.coverage.demand.actions import Sent
from stations.coverage.demand.queries import File
from stations.coverage.population import Terms

#: How many problems are told on the shell; the report has them all.
MOST_TOLD = 20


@commands.command("load")
@sending_options
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the file with what is wrong in it, as an xlsx to send back.",
)
def load(
    path: Path,
    region: str,
    year: int,
    datum: str,
    source: str,
    dry_run: bool,
    report_path: Path | None,
) -> None:
    """Load the settlements of an xlsx or CSV file with their people, all of them or none.

    They take the place of those of the same region and year, which are kept.  A GeoTIFF (.tif) is
    a population grid: see load-grid.
    """
    if path.suffix.lower() in (".tif", ".tiff"):
        said = {"path": path, "region": region, "year": year, "datum": datum, "source": source}
        click.get_current_context().invoke(commands.commands["load-grid"], **said, dry_run=dry_run)
        return
    actor = command("coverage load")
    with told():
        terms = Terms(_region(region), year, source, Datum(datum))
        container = check(path, path.name)
        with path.open("rb") as file_in:
            content = store.put(file_in, MOST_BYTES)
        with writing():
            uuid = actions.send(actor, Sent(content, path.name, container, terms))
        with Bar("reading") as reading, Bar("trying") as trying:
            jobs.read_and_try(actor, uuid, reading, trying)
        file = queries.find(actor, uuid)
        _tell(file)
        if report_path is not None:
            with report_path.open("wb") as out:
                views.write_report(out, file)
            click.echo(f"{report_path}: the file with what is wrong in it")
        if file.open:
            raise BadInput(f"{file.open} rows are wrong: nothing was loaded")
        if dry_run or _same(file):
            click.echo("nothing was changed")
            return
        actions.apply(actor, uuid, file.digest)
    click.echo(f"{file.taken} settlements with {file.people:,.0f} people were loaded")


def _region(code: str) -> int:
    node = regions.load(today()).by_code.get(code.ljust(12, "0"))
    if node is None:
        raise NotFound(f"there is no region with the code {code}", field="region")
    return node.id


def _same(file: File) -> bool:
    held = sets.in_use(file.terms.region_id, file.terms.year)
    if held is None or held.digest != file.content:
        return False
    click.echo("the settlements in use are the very same")
    return True


def _tell(file: File) -> None:
    noted = file.judged - file.taken - file.open
    click.echo(
        f"{file.judged} rows: {file.taken} settlements with {file.people:,.0f} people,"
        f" {file.open} wrong, {noted} not of a settlement"
    )
    for notice in file.notices:
        click.echo(notice)
    _tell_sums(file)
    shown = 0
    for row in queries.told(file):
        for problem in row.problems:
            shown += 1
            if shown <= MOST_TOLD:
                where = f"{row.sheet}!" if row.sheet else ""
                level = "" if problem.level is Level.ERROR else "warning: "
                click.echo(f"{where}{problem.at(row.line)} {level}{problem.told}")
    if shown > MOST_TOLD:
        click.echo(f"… {shown} in all")


def _tell_sums(file: File) -> None:
    if file.node is None:
        return
    for each in queries.compared(file.node, file.terms.year, file.sums):
        census = "no census figure"
        if each.census is not None and each.difference is not None:
            share = "" if each.share is None else f", {each.share:+.2%}"
            census = f"census {each.census.people:,} ({each.difference:+,.0f}{share})"
        name = each.node.name_en or each.node.name
        click.echo(f"{each.node.code} {name}: {each.sum.people:,.0f} people, {census}")
