"""Walking from the server's shell: loading a graph of roads, and whom the network reaches by it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from core.access import EVERYWHERE, command
from core.db import writing
from core.errors import BadInput, NotFound
from core.geo import Datum
from core.shell import FILE, Commands, told
from stations.coverage import asked
from stations.coverage.cli import commands, in_words, question_options, region_id
from stations.coverage.roads import actions, queries, reading, rules
from stations.coverage.roads.actions import Terms
from stations.coverage.roads.graph import SNAP
from stations.coverage.scene import scene

group = Commands("roads", help="Walking along a graph of roads, instead of the straight line.")
commands.add_command(group)


@group.command()
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--region", required=True, metavar="CODE", help="The region whose roads these are.")
@click.option(
    "--datum",
    type=click.Choice([datum.value for datum in Datum]),
    required=True,
    help="The datum of the coordinates.",
)
@click.option("--source", required=True, help="Who made it; the page says so.")
@click.option(
    "--snap",
    type=float,
    default=SNAP,
    show_default=True,
    help="The farthest that people and sites are led to a road, in metres.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be loaded, and change nothing.")
def load(path: Path, region: str, datum: str, source: str, snap: float, dry_run: bool) -> None:
    """Load a graph of roads: CSV (from_lat, from_lon, to_lat, to_lon, length_m) or GraphML.

    A road may be walked both ways. It takes the place of the graph of the same region.
    """
    actor = command("coverage roads load")
    with told():
        terms = Terms(region_id(region), source, Datum(datum), snap)
        actions.check(terms)
        if path.stat().st_size > reading.MOST_BYTES:
            raise BadInput(f"the file is larger than {reading.MOST_BYTES >> 20} MB", field="file")
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        read = reading.read(path, terms.datum)
        graph = read.graph
        parts = len(set(graph.parts[graph.start].tolist()))
        click.echo(
            f"{len(graph)} roads between {graph.crossings} crossings,"
            f" {graph.length.sum() / 1000:,.1f} km, in {parts} parts that do not hang together"
        )
        click.echo(f"{read.guessed} without a length: the straight line between their ends")
        if read.short:
            click.echo(f"{read.short} shorter than the straight line: the straight line counts")
        if dry_run:
            click.echo("nothing was changed")
            return
        kept = actions.put(graph)
        with writing():
            actions.load(actor, terms, read, kept, (path.name, sha256))
        click.echo("loaded")


@group.command()
@question_options
def run(**given: str) -> None:
    """Say how many people of a region have a site within the radius along the roads."""
    with told():
        question = asked.read({**given, "factor": ""}, EVERYWHERE)
        region = question.region
        row = None if region is None else queries.in_use(region.id, question.on)
        if row is None or region is None:
            raise NotFound("no graph of roads is loaded for this region", field="region")
        there = scene(question)
        found = queries.on_foot(row, there.cover, there.inside)
        click.echo(found.rule.words())
        click.echo(rules.LEFT_OUT)
        click.echo(f"roads: {row.source}, {row.metres / 1000:,.1f} km")
        click.echo(f"{in_words(found.tally())}  {region.code} {region.name}")
        click.echo(
            f"{len(found.unled)} settlements have no road within {row.snap:g} m,"
            f" {len(found.unjoined)} stand on roads that lead to no site;"
            f" {int((~found.walked.sites_led).sum())} sites have no road near"
        )
        for node, numbers in queries.by_region(found, there.ranks, region):
            click.echo(f"{in_words(numbers)}  {node.code} {node.name}")
