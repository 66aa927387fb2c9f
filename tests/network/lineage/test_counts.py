"""Every count as of an earlier day stays what it was when the regions change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from core.access import command
from core.clock import today
from core.db import db, writing
from core.figures import queries as figures
from core.figures.rules import Value
from core.figures.rules import figures as all_figures
from core.regions import importer
from core.regions.heirs import Heirs
from core.regions.queries import find_code, tree
from core.sites import actions
from core.sites.queries import network
from network import rules
from network.demo import actions as demo
from network.demo.rules import CITIES
from tests.core.regions.later import COUNTY, MERGED, SPLIT, later
from tests.core.sites.made import entry

ACTOR = command("test")
YESTERDAY = today() - timedelta(days=1)


def counts(on: date) -> tuple[dict[int, rules.Tally], dict[str, list[Value]]]:
    """How many sites of each kind there are in each region on a day, and all figures of each."""
    db.session.rollback()
    net, found = network(on), figures.day(on)
    places = [found.ask.ranks.place[region] for region in net.tree.by_id]
    told = {}
    for figure in all_figures():
        rolled = found.rolled(figure)
        told[figure.code] = [rolled.at(place) for place in places]
    return rules.tally(net, rules.chosen(net, rules.Choice())), told


def places(on: date) -> dict[str, str]:
    """Where each site stands on a day, by codes."""
    db.session.rollback()
    net = network(on)
    return {net.place(index).code: net.place(index).region.code for index in range(len(net))}


@pytest.mark.long
def test_yesterday_stays_and_today_each_site_is_with_its_heir(app: Flask) -> None:
    with writing():
        demo.load(ACTOR, CITIES["3710"], today())
    with writing():
        living = tree(YESTERDAY)
        joined, parted = (
            actions.enter(ACTOR, entry(living.by_code[code].id), date(2022, 1, 1)).code
            for code in (MERGED[0], SPLIT[0])
        )
    before, stood = counts(YESTERDAY), places(YESTERDAY)
    assert sum(before[0][tree(YESTERDAY).top()[0].id]) > 300
    heirs = {
        MERGED[0]: Heirs((MERGED[1],)),
        SPLIT[0]: Heirs(SPLIT[1], {parted: SPLIT[1][1]}),
    }
    with writing():
        plan = importer.plan(later(), today(), "a document")
        importer.apply(ACTOR, plan, heirs)
    assert counts(YESTERDAY) == before
    assert places(YESTERDAY) == stood
    now = places(today())
    assert (now[joined], now[parted]) == (MERGED[1], SPLIT[1][1])
    assert now.keys() == stood.keys()
    for code, region in stood.items():
        if code not in (joined, parted):
            assert now[code] == find_code(region, today()).node.code
    recoded = [region for region in stood.values() if region.startswith(COUNTY[0])]
    assert recoded
    assert sum(region.startswith(COUNTY[1]) for region in now.values()) == len(recoded)
