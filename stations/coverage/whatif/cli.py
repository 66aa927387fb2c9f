"""``flask coverage what-if``: who would drop out of reach. Changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from core.access import EVERYWHERE
from core.catalogue.queries import catalogue
from core.errors import BadInput
from core.jsontext import read_json
from core.shell import FILE, told
from core.sites.network import Network
from core.sites.queries import network
from core.textfile import read_text
from stations.coverage import asked as asked_of
from stations.coverage.cli import commands, heading, in_words, people, question_options
from stations.coverage.positions import NONE
from stations.coverage.queries import cover
from stations.coverage.whatif import asked, queries
from stations.coverage.whatif.on_grid import OnGrid, on_grid
from stations.coverage.whatif.reckoning import Outcome, Touched


@commands.command("what-if")
@question_options
@click.option("--close", "closed", metavar="SITE", multiple=True, help="The site closes.")
@click.option(
    "--lose", metavar="SITE:SERVICE", multiple=True, help="The site no longer offers the service."
)
@click.option("--move", metavar="SITE:LAT,LON", multiple=True, help="The site stands elsewhere.")
@click.option(
    "--changes", type=FILE, help="A JSON list of changes as POST /api/v1/coverage/what-if takes."
)
def what_if(
    closed: tuple[str, ...],
    lose: tuple[str, ...],
    move: tuple[str, ...],
    changes: Path | None,
    **given: str,
) -> None:
    """Say who would drop out of reach, or be won, and where they would have to go."""
    with told():
        question = asked_of.read(given, EVERYWHERE)
        net = network(question.on)
        listed = [{"site": code, "do": "close"} for code in closed]
        listed += [_lost(text) for text in lose] + [_moved(text) for text in move]
        listed += [] if changes is None else _read(changes)
        what = asked.read(listed, net, EVERYWHERE)
        outcome = queries.ask(question, what)
        for line in heading(question, cover(question)):
            click.echo(line)
        for line in _lines(outcome, net):
            click.echo(line)
        for line in _of_grid(on_grid(question, what)):
            click.echo(line)


def _of_grid(found: OnGrid | None) -> list[str]:
    if found is None:
        return []
    return [
        f"by the population grid of {found.grid.year}: {found.people_lost:,.0f} people in"
        f" {found.cells_lost} cells drop out, {found.people_won:,.0f} in {found.cells_won} are won"
    ]


def _lost(text: str) -> dict[str, Any]:
    site, _, service = text.partition(":")
    return {"site": site, "do": "lose", "service": service}


def _moved(text: str) -> dict[str, Any]:
    site, _, where = text.partition(":")
    try:
        lat, lon = map(float, where.split(","))
    except ValueError:
        raise click.UsageError("--move takes SITE:LAT,LON") from None
    return {"site": site, "do": "move", "lat": lat, "lon": lon}


def _read(path: Path) -> list[Any]:
    try:
        text = read_text(path)
    except BadInput as error:
        raise click.UsageError(str(error)) from None
    try:
        found = read_json(text)
    except BadInput:
        raise click.UsageError(f"{path} is not JSON") from None
    return found if isinstance(found, list) else [found]


def _lines(outcome: Outcome, net: Network) -> list[str]:
    demand = cover(outcome.question).demand

    def place(one: Touched) -> str:
        left = "no site left"
        if one.nearest != NONE:
            left = f"nearest {net.rows.codes[one.nearest]} at {one.distance:.1f} m"
        who = f"{demand.codes[one.settlement]} {demand.names[one.settlement]}"
        return f"  {people(one.people)}  {who}, {left}"

    services = catalogue(outcome.question.on).by_id
    return [
        f"before: {in_words(outcome.before)}",
        f"after:  {in_words(outcome.after)}",
        f"drop out: {len(outcome.dropped)} settlements",
        *map(place, outcome.dropped),
        f"are won: {len(outcome.won)} settlements",
        *map(place, outcome.won),
        f"keep a site for fewer services: {len(outcome.poorer)} settlements",
        *(
            f"  {services[one].code} {services[one].name}: {people(told_of.people_lost)} people"
            f" lose it, {people(told_of.people_won)} gain it"
            for one, told_of in outcome.services.items()
            if one in services
        ),
        *(
            [f"outside the region: {people(outcome.beyond.people_lost)} people drop out"]
            if outcome.beyond.settlements_lost
            else []
        ),
        *([f"without effect: {len(outcome.idle)} sites"] if outcome.idle else []),
    ]
