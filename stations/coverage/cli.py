"""Commands for coverage: whom the network reaches, who depends on one site, and the rows behind.

The rooms below add theirs to the same group: see stations.coverage.feature.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import numpy as np

from core.access import EVERYWHERE
from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import NotFound
from core.geo import Datum
from core.regions.queries import tree
from core.regions.ranks import ranks
from core.regions.rules import Level
from core.shell import FILE, Commands, told
from core.sites.network import Network
from core.sites.queries import network
from core.tables import harmless
from stations.coverage import asked
from stations.coverage.by_service import by_service
from stations.coverage.comparing import Compared
from stations.coverage.positions import NONE, Places
from stations.coverage.queries import cover
from stations.coverage.rules import Cover, Question, Tally, shares, tally

F = TypeVar("F", bound=Callable[..., Any])

commands = Commands("coverage", help="Whom the network reaches within one kilometre.")

_OPTIONS: Final = (
    click.option("--region", metavar="CODE", default="", help="Of this region; else of the city."),
    click.option("--service", metavar="CODE", default="", help="For this service; else for any."),
    click.option("--on", metavar="DAY", default="", help="As of a day, 2026-11-21; else today."),
    click.option("--at", metavar="TIME", default="", help="Open at this time of day, 09:30."),
    click.option("--radius", metavar="METRES", default="", help="Else 1000."),
    click.option(
        "--factor", metavar="NUMBER", default="", help="A walk is so much longer; else 1."
    ),
)


_SENDING: Final = (
    click.argument("path", metavar="FILE", type=FILE),
    click.option("--region", required=True, metavar="CODE", help="The city or county: all of it."),
    click.option("--year", type=int, required=True, help="The year for which people were counted."),
    click.option(
        "--datum",
        type=click.Choice([datum.value for datum in Datum]),
        required=True,
        help="The datum of the coordinates; of a grid wgs84 or cgcs2000.",
    ),
    click.option("--source", required=True, help="Who counted; every page of coverage says so."),
    click.option("--dry-run", is_flag=True, help="Tell what would be loaded, and change nothing."),
)


def question_options(function: F) -> F:
    """The options by which a question about coverage is asked."""
    return _with(function, _OPTIONS)


def sending_options(function: F) -> F:
    """A file of where people live, and what is said about it."""
    return _with(function, _SENDING)


def region_id(code: str) -> int:
    """The region of today with a code, which may be short. Raises NotFound."""
    node = tree(today()).by_code.get(code.ljust(12, "0"))
    if node is None:
        raise NotFound(f"there is no region with the code {code}", field="region")
    return node.id


def tell_compared(found: Iterable[Compared]) -> None:
    """Tell sums beside the census, a line a region."""
    for each in found:
        census = "no census figure"
        if each.census is not None and each.difference is not None:
            share = "" if each.share is None else f", {each.share:+.2%}"
            census = f"census {each.census.people:,} ({each.difference:+,.0f}{share})"
        name = each.node.name_en or each.node.name
        click.echo(f"{each.node.code} {name}: {each.sum.people:,.0f} people, {census}")


def _with(function: F, options: Sequence[Callable[[F], F]]) -> F:
    for option in reversed(options):
        function = option(function)
    return function


@commands.command()
@question_options
@click.option(
    "--by",
    type=click.Choice(["county", "town", "village", "service"]),
    help="Each region of a level, or each service, too.",
)
def run(by: str | None, **given: str) -> None:
    """Say how many people and settlements of a region are covered, and by which rule."""
    with told():
        question = asked.read(given, EVERYWHERE)
        found = cover(question)
        for line in heading(question, found):
            click.echo(line)
        for name, numbers in _lines(question, found, by):
            click.echo(f"{in_words(numbers)}  {name}")


def _lines(question: Question, found: Cover, by: str | None) -> Iterator[tuple[str, Tally]]:
    """What is told of what: the region itself, then what it is divided by."""
    among, region = ranks(question.on), question.region
    yield (
        ("all" if region is None else f"{region.code} {region.name}"),
        tally(found, found.demand.inside(among, region)),
    )
    if by == "service":
        known = catalogue(question.on).services
        everybody = cover(replace(question, service=None))
        every = by_service(everybody, network(question.on), among, [one.id for one in known])
        place = 0 if region is None else among.place[region.id]
        yield from ((f"{one.code} {one.name}", every.at(one.id, place)) for one in known)
    elif by is not None and region is not None:
        told_of = shares(found, among)
        for node in tree(question.on).descendants(region.id):
            if node.level is Level(by):
                yield f"{node.code} {node.name}", told_of.at(among.place[node.id])


@commands.command()
@click.argument("code")
@question_options
def site(code: str, **given: str) -> None:
    """Say whom the site with this CODE reaches, and who depends on it alone."""
    with told():
        question = asked.read(given, EVERYWHERE)
        found, net = cover(question), network(question.on)
        place = net.by_code(code)
        number = NONE if place is None else _number(found, place.index)
        if place is None or number == NONE:
            raise click.ClickException(f"no site {code} counts: see the rule of 'run'")
        click.echo(question.rule.words())
        click.echo(f"{place.code} {place.name}")
        alone = found.dependants(number)
        click.echo(f"reaches {people(found.reached[number])} people")
        click.echo(f"{people(found.dependent[number])} of them have no other site")
        for one in alone[np.argsort(-found.demand.people[alone], kind="stable")].tolist():
            demand = found.demand
            click.echo(f"  {people(demand.people[one])}  {demand.codes[one]} {demand.names[one]}")


def _number(found: Cover, index: int) -> int:
    """The number of a site among those that count, by its index in the network."""
    here = np.flatnonzero(found.sites.indexes == index)
    return int(here[0]) if len(here) else NONE


COLUMNS: Final = (
    *("code", "name", "lat", "lon", "population", "covered"),
    *("nearest_site", "distance_m"),
)


@commands.command()
@question_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    required=True,
    help="The CSV file to write.",
)
def export(out: Path, **given: str) -> None:
    """Write the settlements behind a result, so that anybody can count again.

    distance_m is the straight line to the nearest site along the WGS-84 geodesic; a settlement is
    covered where it is at most radius / factor, inclusive.
    """
    with told():
        question = asked.read(given, EVERYWHERE)
        found = cover(question)
        inside = found.demand.inside(ranks(question.on), question.region)
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(rows(found, network(question.on), np.flatnonzero(inside)))
        for line in heading(question, found):
            click.echo(line)
        click.echo(f"{in_words(tally(found, inside))}  written to {out}")


def rows(found: Cover, net: Network, settlements: Places) -> Iterator[tuple[object, ...]]:
    """The lines of the file, by code; of what has none by where it is."""
    demand = found.demand
    numbers = sorted(
        settlements.tolist(), key=lambda one: (demand.codes[one], demand.lat[one], demand.lon[one])
    )
    for one in numbers:
        index, metres = int(found.nearest[one]), float(found.distance[one])
        yield (
            harmless(demand.codes[one]),
            harmless(demand.names[one]),
            repr(float(demand.lat[one])),
            repr(float(demand.lon[one])),
            people(demand.people[one]),
            int(found.covered[one]),
            "" if index == NONE else net.rows.codes[index],
            "" if index == NONE else f"{metres:.6f}",
        )


# -- In words -----------------------------------------------------------------------------------


def heading(question: Question, found: Cover) -> list[str]:
    """The rule, what was asked, and where the numbers of people are from."""
    service = "any service" if question.service is None else f"service {question.service.code}"
    hour = "any hour" if question.at is None else f"{question.at:%H:%M}"
    lines = [
        str(question.rule.words()),
        str(question.sites_words()),
        f"on {question.on.isoformat()}, {hour}, {service}: {len(found.sites)} sites count",
    ]
    for one in found.demand.sets:
        lines.append(f"population of {one.year}: {one.source}{' (made up)' if one.made else ''}")
    return lines if found.demand.sets else [*lines, "nobody has said yet who lives where"]


def in_words(told_of: Tally) -> str:
    return (
        f"{people(told_of.people_covered)} of {people(told_of.people)} people"
        f" ({_share(told_of.people_share)}), {told_of.settlements_covered} of"
        f" {told_of.settlements} settlements ({_share(told_of.settlement_share)})"
    )


def _share(share: float | None) -> str:
    return "none" if share is None else f"{share:.2%}"


def people(count: float) -> str:
    """A number of people: whole where it is, else with what digits it needs."""
    return f"{count:.0f}" if float(count).is_integer() else repr(float(count))
