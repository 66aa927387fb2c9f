"""``flask coverage siting``: where new stations go. Changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from werkzeug.datastructures import MultiDict

from core.access import EVERYWHERE
from core.shell import told
from stations.coverage import asked
from stations.coverage.cli import commands, in_words, people
from stations.coverage.siting import forms, queries, reckoning, sheet
from stations.coverage.siting.answer import Answer
from stations.coverage.siting.rules import Aim, Ask, Candidates, CannotBe
from stations.coverage.siting.setting import Setting


@commands.command("siting")
@click.option("--region", metavar="CODE", required=True, help="Of this region.")
@click.option("--p", "most", metavar="NUMBER", default="", help="So many new stations at most.")
@click.option("--everybody", is_flag=True, help="The fewest stations that cover everybody.")
@click.option(
    "--service", metavar="CODE", multiple=True, help="For this service; may be repeated. Else any."
)
@click.option("--on", metavar="DAY", default="", help="As of a day, 2026-11-21; else today.")
@click.option("--at", metavar="TIME", default="", help="Open at this time of day, 09:30.")
@click.option("--radius", metavar="METRES", default="", help="Else 1000.")
@click.option("--factor", metavar="NUMBER", default="", help="A walk is so much longer; else 1.")
@click.option(
    "--candidates",
    type=click.Choice([one.value for one in Candidates]),
    default=Candidates.VILLAGES.value,
    show_default=True,
)
@click.option("--grid", metavar="METRES", default="", help="Between the points of a grid.")
@click.option("--capacity", metavar="PEOPLE", default="", help="A station takes in so many.")
@click.option("--must", metavar="CODE", multiple=True, help="This settlement must be covered.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 86_400),
    default=600.0,
    show_default=True,
    help="For the proof; with 0 a good choice at once.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="A .geojson file of stations and settlements won.",
)
def siting(everybody: bool, seconds: float, out: Path | None, **given: Any) -> None:
    """Say where new stations would cover the most people, and how far from the best that may be.

    Everything is counted again another way before it is told.
    """
    with told():
        ask = _read(everybody, given)
        setting = queries.setting(ask)
        try:
            answer = reckoning.answer(setting, _Patience(seconds), seconds or None)
        except CannotBe as fault:
            for line in _out_of_reach(setting, fault):
                click.echo(line)
            raise
        for line in _lines(ask, setting, answer):
            click.echo(line)
        if out is not None:
            features = sheet.features(answer, setting.net.tree)
            collection = {"type": "FeatureCollection", "features": features}
            out.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
            click.echo(f"written to {out}")


class _Patience:
    """Ends the search when the time is over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def tell(self, value: float, bound: float) -> None: ...

    def over(self) -> bool:
        return time.monotonic() > self._end


def _read(everybody: bool, given: dict[str, Any]) -> Ask:
    typed: MultiDict[str, str] = MultiDict()
    for name, value in given.items():
        if name in ("service", "must"):
            continue
        typed[name] = value
    typed.setlist("service", list(given["service"]))
    typed["must"] = "\n".join(given["must"])
    typed["aim"] = (Aim.EVERYBODY if everybody else Aim.MOST).value
    if not everybody and not typed["most"]:
        raise click.UsageError("say --p NUMBER or --everybody")
    region = asked.region(given["region"], forms.day(typed), EVERYWHERE)
    return forms.read(typed, region)


def _out_of_reach(setting: Setting, fault: CannotBe) -> Iterator[str]:
    for one in fault.settlements:
        found = setting.demand
        yield f"  {people(found.people[one])}  {found.codes[one]} {found.names[one]}: out of reach"


def _lines(ask: Ask, setting: Setting, answer: Answer) -> Iterator[str]:
    yield from map(str, ask.words())
    for source in setting.demand.sets:
        yield f"population of {source.year}: {source.source}{' (made up)' if source.made else ''}"
    yield f"before: {in_words(answer.before)}"
    yield f"after:  {in_words(answer.after)}"
    proof = "proved" if answer.proved else f"not proved, at most {answer.gap:.4%} from the best"
    yield f"value {people(answer.value)} {_unit(ask)}, bound {people(answer.bound)}: {proof}"
    for number, one in enumerate(answer.chosen, 1):
        place = f"{one.lat:.7f},{one.lon:.7f} {one.near_code} {one.near}"
        where = sheet.where(setting.net.tree, one.region_id)
        room = "" if one.served is None else f", serves {people(one.served)}"
        yield f"{number}. {place} ({where}): {people(one.people)} people newly covered{room}"


def _unit(ask: Ask) -> str:
    if ask.aim is Aim.EVERYBODY:
        return "stations"
    return "people x services" if ask.bundle else "people"
