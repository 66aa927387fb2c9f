"""Loading where people live from the server's shell, the same as on the page."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext as _

from core.access import command
from core.errors import BadInput
from core.geo import Datum
from core.imports.shell import REPORT, tell_problems, tried
from core.shell import told
from stations.coverage import sets
from stations.coverage.cli import commands, region_id, sending_options, tell_compared
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
        terms = Terms(region_id(region), year, source, Datum(datum))
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
    if file.node is not None:
        tell_compared(queries.compared(file.node, file.terms.year, file.sums))
