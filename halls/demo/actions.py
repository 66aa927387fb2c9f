"""Recording in the register what was drawn for the sites of the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from core.access import Actor, command
from core.db import writing
from core.facilities.changes import fitted
from core.facilities.rules import GROUPS
from core.sites import actions as sites
from core.sites.changes import Change
from core.sites.network import Network, Place
from core.sites.queries import network
from core.sites.rules import Status
from core.staff import actions as staff
from core.staff.actions import Described
from core.staff.changes import posted
from core.staff.rules import Duty
from halls.demo import queries
from halls.demo.rules import GONE_FOR, NEW_FOR, Drawn, Person, draw
from halls.windows.changes import windowed


def show(city: str, on: date) -> None:
    """Record what the made sites of a city have, unless anything is recorded of any of them."""
    made = _made(network(on), city)
    if not made or queries.any_recorded([place.id for place in made]):
        return
    actor = command("demo")
    with writing():
        since = queries.since([place.id for place in made])
        for place in made:
            drawn = draw(place.code, place.kind)
            if drawn is not None:
                _record(actor, place, drawn, since[place.id], on)


def _made(net: Network, city: str) -> list[Place]:
    """The made sites of the city that serve, in order."""
    places = net.places(np.array(net.rows.made, bool))
    return [
        place
        for place in places
        if place.status is Status.ACTIVE and place.region.code.startswith(city)
    ]


def _record(actor: Actor, place: Place, drawn: Drawn, since: date, on: date) -> None:
    county = place.region.id
    people = {
        staff.enter(actor, Described(person.name, county), made=True).code: person
        for person in drawn.people
    }
    changes: list[Change] = [
        fitted(drawn.fits, since, GROUPS),
        windowed(drawn.windows, since),
        posted({code: person.duties for code, person in people.items()}, since),
        *_since_then(drawn, people, since, on),
    ]
    sites.do(actor, place.id, None, *changes)


def _since_then(drawn: Drawn, people: dict[str, Person], since: date, on: date) -> Iterator[Change]:
    """What came or went after the site began, where it began before that."""
    came, went = on - timedelta(NEW_FOR), on - timedelta(GONE_FOR)
    if drawn.lately and since < came:
        yield fitted(drawn.lately, came)
    gone = {
        code: tuple(duty for duty in person.duties if duty is not Duty.GUIDE)
        for code, person in people.items()
        if person.guide_gone
    }
    if gone and since < went:
        yield posted(gone, went)
