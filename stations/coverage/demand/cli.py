"""Loading where people live from the server's shell, the same as on the page."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext as _

from core.access import command
from core.clock import today
from core.errors import BadInput, NotFound
from core.geo import Datum
from core.imports.shell import REPORT, tell_problems, tried
from core.regions import queries as regions
from core.shell import told
from stations.coverage import sets
from stations.coverage.cli import commands, sending_options
from stations.coverage.demand import actions, queries
from stations.coverage.demand.jobs import WORKS
from stations.coverage.demand.queries import File
from stations.coverage.population import Terms


@commands.command("load")
@sending_options
@REPORT
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
        file = tried(actor, path, terms, WORKS, actions.send)
        _tell(file)
        tell_problems(WORKS, file, report_path, _("聚落人口"))
        if file.open:
            raise BadInput(f"{file.open} rows are wrong: nothing was loaded")
        if dry_run or _same(file):
            click.echo("nothing was changed")
            return
        actions.apply(actor, file.uuid, file.digest)
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
