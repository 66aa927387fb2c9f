"""Roles that are held over one site alone go with it when it is merged, and are not doubled."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask

from core.access import Permission
from core.accounts import actions as accounts
from core.accounts.models import Grant
from core.accounts.places import find_place
from core.accounts.queries import acting, person
from core.accounts.rules import Role
from core.audit import queries as audit
from core.clock import today
from core.db import db, writing
from core.proposals.models import Proposal
from core.proposals.queries import asked
from network.duplicates.proposals import MERGE
from tests.core.accounts.made import ACTOR, make_person
from tests.network.duplicates.conftest import Pairs, Person, id_of
from tests.network.duplicates.test_views import address, versions

SOON = today() + timedelta(days=30)


def grants(account_id: int) -> list[tuple[int | None, date | None, bool]]:
    """The site, the end, and whether it was taken back, of what an account holds."""
    db.session.rollback()
    rows = db.session.scalars(
        sa.select(Grant).where(Grant.account_id == account_id).order_by(Grant.id)
    )
    return [(row.site_id, row.until, row.revoked_at is not None) for row in rows]


def grant(username: str, place: str, until: date | None) -> None:
    with writing():
        held = accounts.Held(Role.STATION_MANAGER, find_place(place), today(), until)
        accounts.grant(ACTOR, person(ACTOR, username), held)


def merge(county: Person, made: Pairs) -> None:
    seen = versions(made.clinic, made.again)
    assert county.post(f"{address(made)}/merge", survivor=made.clinic, **seen)[0] == 303


def test_who_kept_the_other_keeps_the_survivor(county: Person, made: Pairs) -> None:
    keeper = make_person("keeper", Role.STATION_MANAGER, made.again, "赵敏")
    text = county.get(address(made))[1]
    assert "赵敏" in text
    assert "从今天起改管保留的网点" in text
    merge(county, made)
    assert grants(keeper) == [(id_of(made.again), None, True), (id_of(made.clinic), None, False)]
    actor = acting(keeper)
    assert actor is not None
    assert actor.reach(Permission.REGISTER_PROPOSE).sites == {id_of(made.clinic)}
    event = audit.story("account", "keeper", 1)[0]
    assert event.action == "account.followed_site"
    assert event.changes["place"] == (
        f"东关村卫生所 {made.again}",
        f"东关村卫生室 {made.clinic}",
    )
    assert "东关村卫生所" in "".join(event.lines)


def test_nobody_holds_a_role_twice_and_the_longer_one_stays(county: Person, made: Pairs) -> None:
    brief = make_person("brief", Role.STATION_MANAGER, made.again)
    grant("brief", made.clinic, SOON)
    lasting = make_person("lasting", Role.STATION_MANAGER, made.clinic)
    grant("lasting", made.again, SOON)
    merge(county, made)
    survivor = id_of(made.clinic)
    for account in (brief, lasting):
        kept = [one for one in grants(account) if not one[2]]
        assert kept == [(survivor, None, False)]


def test_a_role_that_was_taken_back_does_not_come_again(county: Person, made: Pairs) -> None:
    keeper = make_person("keeper", Role.STATION_MANAGER, made.again)
    with writing():
        whom = person(ACTOR, "keeper")
        accounts.revoke(ACTOR, whom, whom.grants[0].id)
    merge(county, made)
    assert grants(keeper) == [(id_of(made.again), None, True)]


def test_names_of_another_county_are_not_told(county: Person, made: Pairs, app: Flask) -> None:
    make_person("keeper", Role.STATION_MANAGER, made.twin, "赵敏")
    path = f"/duplicates/{made.clinic}/{made.twin}"
    text = county.get(path)[1]
    assert "站点负责人" in text
    assert "赵敏" not in text
    seen = versions(made.clinic, made.twin)
    assert county.post(f"{path}/merge", survivor=made.clinic, **seen)[0] == 303
    db.session.rollback()
    waiting = asked(db.session.scalars(sa.select(Proposal)).one())
    with app.test_request_context():
        assert any("只管这个网点的授权 1" in line for line in MERGE.lines(waiting))
