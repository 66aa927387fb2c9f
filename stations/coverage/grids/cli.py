"""Population grids from the server's shell: loading one, and whom the network reaches of it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from core.access import EVERYWHERE, command
from core.db import writing
from core.errors import NotFound
from core.files import store
from core.geo import Datum
from core.shell import told
from stations.coverage import asked
from stations.coverage.cli import (
    commands,
    question_options,
    region_id,
    sending_options,
    tell_compared,
)
from stations.coverage.grids import actions, jobs, queries, reading
from stations.coverage.grids.actions import Sent
from stations.coverage.population import Terms


@commands.command("load-grid")
@sending_options
def load(path: Path, region: str, year: int, datum: str, source: str, dry_run: bool) -> None:
    """Load a population grid: GeoTIFF in degrees, or CSV of lat, lon, people of the cells' centres.

    It takes the place of the grid of the same region and year, which is kept; settlements are not
    touched.
    """
    actor = command("coverage load-grid")
    with told():
        container = reading.check(path, path.name)
        with path.open("rb") as file:
            content = store.put(file, reading.MOST_BYTES)
        terms = Terms(region_id(region), year, source, Datum(datum))
        with writing():
            uuid = actions.send(actor, Sent(content, path.name, container, terms)).uuid
        jobs.read(actor, uuid)
        _tell(uuid)
        with writing():
            if dry_run:
                actions.drop(uuid)
            else:
                actions.apply(actor, uuid)
        click.echo("nothing was changed" if dry_run else f"loaded: {uuid}")


def _tell(uuid: str) -> None:
    grid = queries.find(uuid)
    node = queries.node_of(grid)
    odd = json.loads(grid.odd)
    click.echo(
        f"{grid.rows} × {grid.cols} cells, {grid.populated} populated, {grid.people:,.0f} people;"
        f" {odd['holes']} without data, {odd['broken']} no number, {odd['negative']} below nothing"
    )
    if grid.outside is not None:
        click.echo(f"{grid.outside:,.0f} people outside the outlines: they do not count")
    if node is not None:
        tell_compared(queries.compared(grid, node))


@commands.command("grid")
@question_options
def grid(**given: str) -> None:
    """Say how many people of a region's population grid are covered, and by which rule."""
    with told():
        question = asked.read(given, EVERYWHERE)
        node = question.region
        held = None if node is None else queries.latest(node.id)
        if node is None or held is None:
            raise NotFound("no population grid is loaded for this region", field="region")
        found = queries.coverage(held, node, question)
        click.echo(question.rule.words())
        click.echo(question.sites_words())
        click.echo(f"{question.on.isoformat()}: {found.sites} sites count")
        click.echo(f"grid of {held.year}: {held.source}; a cell counts by its centre")
        for line in (found.total, *found.lines):
            share = f"{line.people_covered / line.people:.2%}" if line.people else "none"
            click.echo(
                f"{line.people_covered:,.0f} of {line.people:,.0f} people ({share}),"
                f" {line.cells_covered} of {line.cells} populated cells"
                f"  {line.node.code} {line.node.name}"
            )
