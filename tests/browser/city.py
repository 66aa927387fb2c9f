"""The city that the visitors see: the demonstration, and one site whose words mean harm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from core.access import Actor, command
from core.accounts import demo as accounts
from core.accounts.demo import Made
from core.accounts.models import Grant
from core.accounts.rules import Role
from core.calendar.queries import calendar
from core.clock import today
from core.config import Config, Mode
from core.db import db, writing
from core.geo import Datum
from core.rectification.actions import open_finding
from core.rectification.rules import Opened, Severity
from core.regions import queries as regions
from core.sites import actions, closures
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.models import Closure, Site, SitePeriod
from core.sites.rules import Kind, Status
from network.demo import actions as demo
from network.demo.rules import CITIES
from stations.coverage.demand import demo as people
from tests.databases import migrate
from tests.serving import SECRET_KEY, serving
from wsgi import create_app

CITY, COUNTY = "371000000000", "371082000000"
TOWN, VILLAGE = "371082010000", "371082010220"
HOTLINE = "0631-12393"
#: A service that can be done without coming, one that most sites offer.
ONLINE: Final = "002036004001"
#: Where the visitor with a phone stands.
HERE: Final = (37.1653, 122.4867)

#: Markup, a template and a quote of two languages, and a mark that turns the direction of writing.
HOSTILE: Final = "<img src=x onerror=alert(1)>${alert(1)}`{{7*7}}'\"\u202e诊所"
HOSTILE_VILLAGE: Final = "371083103207"
#: A village in the county of the administrator, with a clinic that is registered twice.
TWICE: Final = "371002109211"


@dataclass(frozen=True)
class City:
    """The address of the server, and the codes of sites by what is special about them.

    ``monday`` is a working Monday that is neither today nor near it; ``people`` may sign in, one
    for each role.
    """

    address: str
    sites: Mapping[str, str]
    monday: date
    people: Mapping[str, Made] = field(default_factory=dict)

    def path(self, text: str) -> str:
        """*text* with the codes and days of this city put in."""
        return text.format(monday=self.monday, **self.sites)


@contextmanager
def city(home: Path, *, staffed: bool = False) -> Iterator[City]:
    """威海, served from a folder of its own; with an account for each role if it is staffed."""
    url = f"sqlite:///{home / 'onekm.sqlite3'}"
    migrate(url, home)
    config = Config(Mode.DEVELOPMENT, home, url, SECRET_KEY, HOTLINE)
    app = create_app(config)
    with app.app_context():
        with writing():
            demo.load(command("tests"), CITIES["3710"], today())
            _enter_hostile(command("tests"))
            if staffed:
                _enter_twice(command("tests"))
        made = accounts.make(command("tests"), "3710", config) if staffed else []
        if staffed:
            people.demonstrate("3710", today())
            _find_faults(command("tests"))
        sites, monday = _special(), _working_monday()
        db.session.remove()
        db.engine.dispose()
    with serving(home, url) as address:
        yield City(address, sites, monday, {one.role: one for one in made})


def _enter_hostile(actor: Actor) -> None:
    since = date(2022, 1, 1)
    village = regions.tree(today()).by_code[HOSTILE_VILLAGE]
    site = actions.enter(
        actor,
        Entry(
            name=HOSTILE,
            kind=Kind.VILLAGE_CLINIC,
            region_id=village.id,
            position=Position(36.8681, 121.7125, Datum.WGS84, verified=True),
            address=HOSTILE,
            phone="0631-5559999",
            made=True,
        ),
        since,
    )
    soon = today() + timedelta(3)
    words = Notice(soon, soon + timedelta(1), HOSTILE, HOSTILE, site_id=site.id)
    closures.announce(actor, words)


def _enter_twice(actor: Actor) -> None:
    """One clinic that two people have entered, and one of which another county has a part."""
    since = date(2024, 1, 1)
    at = Position(37.3301, 122.2601, Datum.WGS84, verified=True)
    for name, region, position, phone in (
        ("西于家村卫生室", TWICE, at, "0631-5551234"),
        ("西于家村卫生所医保工作站", TWICE, None, "0631 5551234"),
        ("桥头西于家卫生室", VILLAGE, at, "06315551234"),
    ):
        entry = Entry(
            name=name,
            kind=Kind.VILLAGE_CLINIC,
            region_id=_region(region),
            position=position,
            address="西于家村" if position else "桥头镇西于家村委会院内",
            phone=phone,
            made=True,
        )
        actions.enter(actor, entry, since)


def _find_faults(actor: Actor) -> None:
    """Two things to be put right at the station that the manager answers for."""
    wanted = sa.select(Grant.site_id).where(Grant.role == Role.STATION_MANAGER)
    site_id = db.session.scalars(wanted).one()
    assert site_id is not None
    for number in range(2):
        found = Opened(
            source="demo",
            reference="a visit",
            site_id=site_id,
            standard="九有标准",
            criterion=f"demo/{number}",
            words=f"门口有统一标识（{number}）",
            basis="第三条；来源：拟定",
            severity=Severity.SERIOUS,
            found_on=today(),
            note="门头标识脱落",
        )
        with writing():
            open_finding(actor, found, made=True)


def _special() -> dict[str, str]:
    """One code for each state of a site that a page has to tell."""
    wanted = {
        "hall": sa.and_(SitePeriod.kind == Kind.HALL, SitePeriod.region_id == _region(COUNTY)),
        "clinic": sa.and_(SitePeriod.kind == Kind.VILLAGE_CLINIC, SitePeriod.verified),
        "suspended": Site.id.in_(sa.select(Closure.site_id).where(Closure.until.is_(None))),
        "closed": SitePeriod.status == Status.CLOSED,
        "planned": SitePeriod.status == Status.PLANNED,
        "unverified": sa.and_(~SitePeriod.verified, SitePeriod.lat.is_not(None)),
        "placeless": SitePeriod.lat.is_(None),
        "hostile": Site.name == HOSTILE,
    }
    found = sa.select(Site.code).join(SitePeriod, SitePeriod.site_id == Site.id).order_by(Site.id)
    return {
        name: str(db.session.scalars(found.where(what)).first()) for name, what in wanted.items()
    }


def _region(code: str) -> int:
    return regions.tree(today()).by_code[code].id


def _working_monday() -> date:
    known = calendar()
    day = today() + timedelta(14 - today().weekday())
    while known.special(day) is not None:
        day += timedelta(7)
    return day
