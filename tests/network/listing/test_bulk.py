"""One change to many sites: asked for, looked at, confirmed, done to all that were seen."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.audit.models import AuditEvent, AuditMember
from core.clock import today
from core.dated import on_day
from core.db import db, writing
from core.facilities.queries import held
from core.facilities.rules import Fit
from core.geo import Datum
from core.sites import actions, changes
from core.sites.changes import Position
from core.sites.models import Closure, Offering, Site, SiteHours, SitePeriod
from core.sites.rules import Kind, Status
from network.listing.bulk import actions as bulk
from tests.core.accounts.made import browser_of, csrf
from tests.network.conftest import ACTOR, Made, catalogue_ids
from tests.network.listing.conftest import COUNTY, AddSite, SignIn
from tests.network.test_views import Page

BULK = "/register/bulk"
RESIDENTS = "002036001003"


def ask(client: FlaskClient, action: str, scope: str = "all", **fields: Any) -> TestResponse:
    """Send the form; what begins with ``do_`` belongs to the action, the rest to the list."""
    sent = {name.replace("do_", "do-", 1): value for name, value in fields.items()}
    data = {"csrf_token": csrf(client), "action": action, "scope": scope, **sent}
    return client.post(BULK, data=data)


def hidden(answer: TestResponse) -> dict[str, Any]:
    """The fields that the page keeps."""
    found: dict[str, Any] = {}
    for tag, attrs in Page(answer.text).elements:
        if tag == "input" and attrs.get("type") == "hidden":
            found.setdefault(str(attrs["name"]), []).append(attrs.get("value") or "")
    return found


def confirm(client: FlaskClient, preview: TestResponse, number: object) -> TestResponse:
    assert preview.status_code in (200, 409), preview.text
    return client.post(BULK, data={**hidden(preview), "do-number": str(number)})


def offering(code: str) -> str | None:
    db.session.rollback()  # what others have committed since is to be seen
    return db.session.scalar(
        sa.select(Offering.mode)
        .join(Site, Site.id == Offering.site_id)
        .where(
            Site.code == code,
            Offering.service_id == catalogue_ids()[RESIDENTS],
            on_day(Offering, today()),
        )
    )


def period(code: str, days: int = 0) -> SitePeriod:
    db.session.rollback()
    return db.session.scalars(
        sa.select(SitePeriod)
        .join(Site, Site.id == SitePeriod.site_id)
        .where(Site.code == code, on_day(SitePeriod, today() + timedelta(days=days)))
    ).one()


def test_a_service_for_all_that_the_list_shows(
    sign_in: SignIn, made: Made, add_site: AddSite
) -> None:
    added = [add_site(f"会口{number}") for number in range(25)]
    client = sign_in()
    form = client.get(f"{BULK}?action=offer&scope=all&q=会口")
    assert "25 个网点" in form.text
    wanted = {"do_service": RESIDENTS, "do_way": "assisted", "do_when": "from"}
    preview = ask(client, "offer", q="会口", **wanted, do_on=today().isoformat())
    assert "将修改 25 个网点" in preview.text
    assert {offering(code) for code in added} == {None}
    done = confirm(client, preview, 25)
    assert (done.status_code, "done=25" in done.location) == (303, True)
    assert "已修改 25 个网点" in client.get(done.location).text
    assert {offering(code) for code in added} == {"assisted"}
    assert offering(made.clinic) is None
    event = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.actor, event.subject_code) == ("site.services.offered", "王芳", "")
    members = sa.select(AuditMember.subject_code).where(AuditMember.event_id == event.id)
    assert sorted(db.session.scalars(members)) == sorted(added)


def test_only_those_that_were_ticked(sign_in: SignIn, made: Made, add_site: AddSite) -> None:
    first, second = add_site("一站"), add_site("二站")
    client = sign_in()
    wanted = {"do_service": RESIDENTS, "do_way": "direct", "do_when": "correction"}
    preview = ask(client, "offer", "some", site=[first, made.clinic], **wanted)
    confirm(client, preview, 2)
    assert (offering(first), offering(made.clinic), offering(second)) == ("direct", "direct", None)


def test_what_is_so_already_is_left_alone(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    wanted = {"do_service": RESIDENTS, "do_way": "assisted", "do_when": "correction"}
    preview = ask(client, "offer", status="active", **wanted)
    assert "将修改 1 个网点" in preview.text
    assert "另有 1 个已经是这样" in preview.text
    version = sa.select(Site.version).where(Site.code == made.hall)
    before = db.session.scalar(version)
    confirm(client, preview, 1)
    db.session.rollback()
    assert db.session.scalar(version) == before


def test_what_cannot_be_is_told_and_left_out(
    sign_in: SignIn, made: Made, add_site: AddSite
) -> None:
    guessed = Position(37.1, 122.4, Datum.GCJ02, verified=False)
    right, nowhere = add_site("有位置", position=guessed), add_site("没位置")
    client = sign_in()
    preview = ask(client, "check", q="位置")
    assert "将修改 1 个网点" in preview.text
    assert "1 个不能修改" in preview.text
    assert "网点没有位置，不能核实" in preview.text
    confirm(client, preview, 1)
    assert period(right).verified
    assert not period(nowhere).verified


@pytest.mark.parametrize("number", ["", "3", "x", "2.0", "-2"])
def test_the_number_has_to_be_repeated(sign_in: SignIn, made: Made, number: str) -> None:
    client = sign_in()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    preview = ask(client, "close", status="active", do_on=tomorrow)
    again = confirm(client, preview, number)
    assert again.status_code == 422
    assert "个数不符：将要修改的是 2 个" in again.text
    assert period(made.hall, 2).status == "active"
    assert confirm(client, preview, 2).status_code == 303
    assert period(made.hall, 2).status == "closed"
    assert period(made.hall).status == "active"


def test_somebody_elses_change_in_between_is_told(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    preview = ask(client, "close", status="active", do_on=tomorrow)
    with writing():
        site_id = db.session.scalars(sa.select(Site.id).where(Site.code == made.hall)).one()
        actions.do(ACTOR, site_id, None, changes.described(phone="0631 1"))
    again = confirm(client, preview, 2)
    assert again.status_code == 409
    assert "刚被别人改过" in again.text
    assert made.hall in again.text
    assert period(made.clinic, 2).status == "active"
    assert confirm(client, again, 2).status_code == 303
    assert period(made.clinic, 2).status == "closed"


def test_a_site_that_came_in_between_is_told(
    sign_in: SignIn, made: Made, add_site: AddSite
) -> None:
    client = sign_in()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    preview = ask(client, "close", status="active", do_on=tomorrow)
    come = add_site("新站")
    again = confirm(client, preview, 2)
    assert again.status_code == 409
    assert "新符合条件" in again.text
    assert come in again.text
    assert "将修改 3 个网点" in again.text


def test_a_change_between_the_look_and_the_write_is_found(
    sign_in: SignIn, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last moment: the versions are looked at again in the transaction that writes."""
    client = sign_in()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    preview = ask(client, "close", status="active", do_on=tomorrow)
    original = bulk.change_all

    def late(actor: Any, seen: Any, change: Any) -> int:
        one = sa.update(Site).where(Site.code == made.hall).values(version=Site.version + 1)
        db.session.execute(one)
        return original(actor, seen, change)

    monkeypatch.setattr(bulk, "change_all", late)
    assert confirm(client, preview, 2).status_code == 409
    assert period(made.clinic, 2).status == "active"


def test_hours_in_words(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    wrong = ask(client, "hours", kind="hall", do_hours="随时", do_when="correction")
    assert wrong.status_code == 422
    text = "周一至周五 9:00-16:00"
    preview = ask(client, "hours", kind="hall", do_hours=text, do_when="correction")
    confirm(client, preview, 1)
    db.session.rollback()
    document = db.session.scalar(
        sa.select(SiteHours.document)
        .join(Site, Site.id == SiteHours.site_id)
        .where(Site.code == made.hall)
    )
    assert '"mon":["09:00-16:00"]' in str(document)


def test_reopening(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    preview = ask(client, "reopen", status="closed", do_on=today().isoformat())
    confirm(client, preview, 1)
    assert period(made.gone).status == "active"


def test_an_announcement_with_a_preview_of_its_words(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    first, last = today() + timedelta(days=1), today() + timedelta(days=2)
    days = {"do_since": first.isoformat(), "do_last": last.isoformat()}
    wrong = ask(client, "announce", status="active", **days, do_words=" ")
    assert (wrong.status_code, "请写明给公众看的话" in wrong.text) == (422, True)
    backwards = {"do_since": last.isoformat(), "do_last": first.isoformat()}
    assert ask(client, "announce", status="active", **backwards, do_words="x").status_code == 422
    preview = ask(client, "announce", status="active", **days, do_words="<b>停电</b>")
    assert "&lt;b&gt;停电&lt;/b&gt;" in preview.text
    confirm(client, preview, 2)
    found = db.session.scalars(sa.select(Closure)).all()
    assert {(one.since, one.until, one.words) for one in found} == {
        (first, last + timedelta(days=1), "<b>停电</b>")
    }
    assert len({one.site_id for one in found}) == 2


# -- Who, which, how many -----------------------------------------------------------------------


def test_sites_out_of_reach_are_none(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    assert ask(client, "check", "some", site=[made.unverified]).status_code == 400
    preview = ask(client, "check", "some", site=[made.unverified, made.hall])
    assert made.unverified not in preview.text
    listing = client.get(f"{BULK}?action=close&scope=all")
    assert "3 个网点" in listing.text


def test_what_was_seen_cannot_be_made_up(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    preview = ask(client, "close", "some", site=[made.hall], do_on=tomorrow)
    fields = {**hidden(preview), "do-number": "1"}
    for seen in (f"{made.unverified}.1", "nonsense", "0" * 7 + ".1", f"{made.hall}.x"):
        answer = client.post(BULK, data={**fields, "do-seen": seen})
        assert answer.status_code in (400, 409)
    assert period(made.unverified, 2).status == "active"
    assert period(made.hall, 2).status == "active"


def test_nothing_ticked_nothing_chosen(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    nothing = "action=close&scope=some", "action=close&scope=all&q=没有", "scope=all", "action=x"
    for query in nothing:
        answer = client.get(f"{BULK}?{query}")
        assert answer.status_code == 400
        assert "回到网点登记" in answer.text


def test_no_more_than_so_many(sign_in: SignIn, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("network.listing.bulk.rules.MOST", 2)
    answer = sign_in().get(f"{BULK}?action=close&scope=all")
    assert answer.status_code == 400
    assert "一次最多修改 2 个网点，这里有 3 个" in answer.text


def test_readers_see_no_way_to_change_many(sign_in: SignIn, made: Made) -> None:
    inspector = sign_in(Role.INSPECTOR)
    assert "批量操作" not in inspector.get("/register").text
    assert inspector.get(f"{BULK}?action=close&scope=all").status_code == 403
    assert "批量操作" in sign_in().get("/register").text


def test_who_came_long_ago_shows_once_more_who_it_is(app: Any, sign_in: SignIn) -> None:
    client = sign_in()
    stale = browser_of(app, Role.COUNTY_ADMIN, COUNTY, "tired", fresh=False)
    answer = stale.get(f"{BULK}?action=close&scope=all")
    assert (answer.status_code, "/again" in answer.location) == (303, True)
    assert client.get(f"{BULK}?action=close&scope=all").status_code == 200


@pytest.mark.parametrize("on", ["", "yesterday", "2019-13-01", "1999-01-01"])
def test_a_day_that_is_none(sign_in: SignIn, made: Made, on: str) -> None:
    answer = ask(sign_in(), "close", kind="hall", do_on=on)
    assert answer.status_code == 422
    assert re.search(r'id="do-on-error"', answer.text)


def test_states_that_are_not_there_yet(sign_in: SignIn, add_site: AddSite) -> None:
    later = add_site("将来的站", kind=Kind.COMMUNITY, status=Status.ACTIVE)
    answer = ask(sign_in(), "close", q="将来的站", do_on="2020-01-01")
    assert "网点在这一天还没有登记" in answer.text
    assert "没有需要修改的网点" in answer.text
    assert later in answer.text


def test_an_item_for_all_that_the_list_shows(
    sign_in: SignIn, made: Made, add_site: AddSite
) -> None:
    added = [add_site(f"会口{number}") for number in range(3)]
    client = sign_in()
    form = client.get(f"{BULK}?action=fit&scope=all&q=会口").text
    assert '<optgroup label="便民设施">' in form
    told = {"do_item": "seats", "do_count": "6", "do_when": "from", "do_on": today().isoformat()}
    preview = ask(client, "fit", q="会口", **told)
    assert "项目 休息座椅：6" in preview.text
    assert confirm(client, preview, 3).status_code == 303
    db.session.rollback()
    ids = db.session.scalars(sa.select(Site.id).where(Site.code.in_(added))).all()
    assert [held(one).fits for one in ids] == [{"seats": Fit(6)}] * 3
    told |= {"do_count": "0"}
    assert confirm(client, ask(client, "fit", q="会口", **told), 3).status_code == 303
    db.session.rollback()
    assert [held(one).fits for one in ids] == [{}] * 3


@pytest.mark.parametrize("count", ["", "x", "-1", "1000"])
def test_a_number_that_cannot_be_is_refused(
    sign_in: SignIn, made: Made, add_site: AddSite, count: str
) -> None:
    add_site("会口")
    client = sign_in()
    told = {"do_item": "seats", "do_count": count, "do_when": "correction"}
    answer = ask(client, "fit", q="会口", **told)
    assert answer.status_code == 422
    assert 'id="do-count-error"' in answer.text
    answer = ask(client, "fit", q="会口", do_item="throne", do_count="1", do_when="correction")
    assert answer.status_code == 422
