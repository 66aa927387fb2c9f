"""The lists, the page as an ordinary form, what a telephone takes along, plans and draws."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import Markup

from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.rectification.models import Finding
from standards import seeding
from standards.inspections.models import Inspection
from standards.inspections.packing import PARTS
from standards.inspections.planning.models import Draw
from tests.core.accounts.made import ACTOR, SINCE
from tests.databases import on_sqlite
from tests.standards.inspections.made import COUNTIES, Ground, Phone, answer, jpeg, sha
from tests.standards.inspections.test_filing import count, visit

#: All that a telephone takes along in the morning of a day with twenty visits, in bytes.
MOST_PACKED = 400 * 1024


def admin(ground: Ground) -> Phone:
    return ground.phone(ground.person("chief", Role.CITY_ADMIN, "371000000000"))


def started(page: str) -> str:
    found = re.search(r'name="started" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def versions(page: str) -> str:
    found = re.search(r'name="versions" value="([^"]+)"', page)
    assert found is not None
    return str(Markup(found[1]).unescape())


def form(page: str, **more: Any) -> dict[str, Any]:
    return {
        "started": started(page),
        "versions": versions(page),
        "result:sample/guide": "fail",
        "note:sample/guide": "没有人在岗",
        "due:sample/guide": "5",
        "result:sample/hours": "pass",
        "reason:sample/hours": "门上贴着",
        "signed:inspector": "李强",
        "signed:site": "王站长",
        **more,
    }


def test_without_any_script_the_page_is_a_form(ground: Ground) -> None:
    uuid, phone, shot = ground.plan(), ground.phone(), jpeg()
    path = f"/inspections/{uuid}"
    sent = form(phone.client.get(path).text)
    photo = {"photo:sample/guide": (BytesIO(shot), "a.jpg")}
    assert phone.post(path, **sent, **photo).status_code == 303
    assert visit(uuid).state == "complete"
    assert sha(shot) in phone.client.get(path + "/report").text
    assert count(Finding) == 1
    again = {"photo:sample/guide": (BytesIO(shot), "a.jpg")}
    assert phone.post(path, **sent, **again).status_code == 303
    assert count(Inspection) == count(Finding) == 1


def test_what_is_wrong_with_the_form_is_told_and_what_was_typed_is_there(ground: Ground) -> None:
    uuid, phone = ground.plan(), ground.phone()
    path = f"/inspections/{uuid}"
    sent = form(phone.client.get(path).text)
    del sent["result:sample/hours"]
    told = phone.post(path, **sent)
    assert told.status_code == 422
    assert "sample/hours" in told.text
    assert "没有人在岗" in told.text
    sent = form(phone.client.get(path).text, **{"photo:": (BytesIO(b"%PDF-1.4"), "a.pdf")})
    assert phone.post(path, **sent).status_code == 415
    assert visit(uuid).state == "planned"


@pytest.mark.parametrize(
    "more",
    [
        {"due:sample/guide": "9" * 5000},
        {"due:sample/guide": "soon"},
        {"versions": '{"sample": "\\ud800"}'},
        {"versions": '{"\\ud800": "x"}'},
        {"versions": '{"sample": 1' + "0" * 5000 + "}"},
        {"versions": "[" * 50_000},
    ],
)
def test_a_form_that_no_page_makes_is_refused(ground: Ground, more: dict[str, str]) -> None:
    uuid, phone = ground.plan(), ground.phone()
    path = f"/inspections/{uuid}"
    sent = form(phone.client.get(path).text)
    assert phone.post(path, **{**sent, **more}).status_code == 422
    assert visit(uuid).state == "planned"


def test_a_day_with_twenty_visits_fits_into_the_pack(ground: Ground, app: Flask) -> None:
    with writing():
        seeding.seed(ACTOR, SINCE)
    uuids = [ground.plan() for _ in range(20)]
    phone = ground.phone()
    answered = phone.client.get("/inspections/pack", headers={"Accept-Encoding": "gzip"})
    assert answered.headers["Content-Encoding"] == "gzip"
    told = json.loads(gzip.decompress(answered.data))["data"]
    assert set(told["pages"]) == {"/inspections/", *(f"/inspections/{uuid}" for uuid in uuids)}
    for uuid in uuids:
        assert f'data-uuid="{uuid}"' in told["pages"][f"/inspections/{uuid}"]
        assert told["pages"][f"/inspections/{uuid}"].count("data-key") > 10
    static = Path(app.static_folder or "")
    files = sum((static / name).stat().st_size for name in (*PARTS, "inspections-worker.js"))
    assert len(answered.data) + files <= MOST_PACKED


def test_the_list_of_the_day_is_a_round(ground: Ground) -> None:
    ground.plan("own"), ground.plan("sibling"), ground.plan("own", made=True)
    page = ground.phone().client.get("/inspections/").text
    assert page.count('class="visit-link"') == 3
    assert "距上一家" in page


def test_the_list_is_narrowed_sorted_and_exported_as_shown(ground: Ground) -> None:
    done, waiting = ground.plan(), ground.plan("sibling")
    ground.phone().send(done, ground.record(arrival=None))
    boss = admin(ground)

    def shown(query: str) -> set[str]:
        page = boss.client.get(f"/inspections/all?{query}")
        assert page.status_code == 200
        exported = boss.client.get(f"/inspections/all.csv?{query}").text
        found = set(re.findall(r'href="/inspections/([0-9a-f-]{36})"', page.text))
        assert found == {uuid for uuid in (done, waiting) if uuid in exported}
        return found

    assert shown("") == {done, waiting}
    assert shown("state=complete") == shown("flagged=1") == {done}
    assert shown("state=planned") == shown(f"region={COUNTIES['sibling']}") == {waiting}
    assert shown("q=li") == {done, waiting}
    assert shown("q=nobody") == shown("copies=1") == set()
    assert shown(f"since={today() + timedelta(1)}") == set()
    for sort in ("day", "-day", "site", "-inspector", "state"):
        assert shown(f"sort={sort}") == {done, waiting}
    for wrong in ("state=x", "sort=password", "since=soon", "q=" + "x" * 101):
        assert boss.client.get(f"/inspections/all?{wrong}").status_code == 422


def test_an_unplanned_visit_begins_at_a_site_within_reach(ground: Ground) -> None:
    phone = ground.phone()
    begun = phone.post("/inspections/new", site=ground.world.own)
    assert begun.status_code == 303
    assert visit(begun.location.rpartition("/")[2]).origin == "own"
    for code in (ground.world.other, "0000000", "", "x"):
        assert phone.post("/inspections/new", site=code).status_code == 422


def test_assigning_and_cancelling_come_before_filing_only(ground: Ground) -> None:
    uuid, boss = ground.plan(), admin(ground)
    other = ground.person("wang", Role.INSPECTOR, COUNTIES["sibling"])
    assert boss.post(f"/inspections/{uuid}/assign", inspector=str(other)).status_code == 303
    assert visit(uuid).inspector == "wang"
    told = boss.post(f"/inspections/{uuid}/assign", inspector=str(other), companion=str(other))
    assert told.status_code == 422
    for day, status in ((today() - timedelta(1), 422), (today() + timedelta(3), 303)):
        moved = {"inspector": str(other), "day": day.isoformat()}
        assert boss.post(f"/inspections/{uuid}/assign", **moved).status_code == status
    assert visit(uuid).day == today() + timedelta(3)
    ground.phone(other).send(uuid, ground.record())
    assert boss.post(f"/inspections/{uuid}/cancel", words="x").status_code == 409
    assert boss.post(f"/inspections/{uuid}/assign", inspector=str(other)).status_code == 409


# -- Plans and draws ------------------------------------------------------------------------------


def drawn(ground: Ground, boss: Phone, **more: str) -> Any:
    sent = {
        "region": "371000000000",
        "kind": "",
        "title": "抽查",
        "seed": "37 08 15",
        "visits": "2",
        "together": "1",
        "first_day": today().isoformat(),
        "last_day": (today() + timedelta(6)).isoformat(),
        **more,
    }
    return boss.post("/inspections/draws/new", **sent)


def test_a_draw_is_made_repeated_and_voided(ground: Ground, app: Flask) -> None:
    ground.person("li", Role.INSPECTOR, COUNTIES["own"])
    ground.person("wang", Role.INSPECTOR, COUNTIES["sibling"])
    boss = admin(ground)
    made = drawn(ground, boss)
    assert made.status_code == 303
    uuid = made.location.rpartition("/")[2]
    rows = db.session.scalars(sa.select(Inspection).order_by(Inspection.id)).all()
    sent = {(row.inspector, row.site_id) for row in rows}
    assert sent == {("wang", ground.site_id("own")), ("li", ground.site_id("sibling"))}
    page = boss.client.get(f"/inspections/draws/{uuid}").text
    assert "结果与留存的完全相同" in page
    again = app.test_cli_runner().invoke(args=["inspections", "redraw", uuid])
    assert again.exit_code == 0, again.output
    assert "the same again" in again.output
    pools = boss.client.get(f"/inspections/draws/{uuid}/pools.json").json
    assert pools is not None
    assert [one["username"] for one in pools["inspectors"]] == ["li", "wang"]
    assert boss.post(f"/inspections/draws/{uuid}/void", words="").status_code == 422
    assert boss.post(f"/inspections/draws/{uuid}/void", words="名单有误").status_code == 303
    assert boss.post(f"/inspections/draws/{uuid}/void", words="再来").status_code == 409
    assert count(Inspection, Inspection.state == "cancelled") == 2


def test_what_was_tampered_with_is_found(ground: Ground, app: Flask) -> None:
    from core.db import writing

    ground.person("wang", Role.INSPECTOR, COUNTIES["sibling"])
    boss = admin(ground)
    uuid = drawn(ground, boss, region=COUNTIES["own"], visits="1").location.rpartition("/")[2]
    with writing():
        db.session.execute(sa.update(Draw).values(pools=Draw.pools + " "))
    same = app.test_cli_runner().invoke(args=["inspections", "redraw", uuid])
    assert same.exit_code == 0
    with writing():
        row = db.session.scalars(sa.select(Draw)).one()
        row.pools = row.pools.replace(ground.world.own, "9999999")
    found = app.test_cli_runner().invoke(args=["inspections", "redraw", uuid])
    assert found.exit_code == 1
    assert "不一致" in boss.client.get(f"/inspections/draws/{uuid}").text


@on_sqlite
@pytest.mark.parametrize(
    "more",
    [
        {"visits": "3"},
        {"visits": "0"},
        {"seed": " "},
        {"together": "2"},
        {"region": "370300000000"},
        {"first_day": "2020-01-01"},
        {"last_day": "2020-01-01"},
        {"region": COUNTIES["own"], "visits": "1"},
    ],
)
def test_what_cannot_be_drawn_is_told(ground: Ground, more: dict[str, str]) -> None:
    ground.person("li", Role.INSPECTOR, COUNTIES["own"])
    assert drawn(ground, admin(ground), **more).status_code == 422
    assert count(Draw) == 0


def test_a_plan_tells_how_far_it_has_come(ground: Ground) -> None:
    boss = admin(ground)
    sent = {"title": "年度检查", "year": str(today().year), "visits": "2"}
    sent |= {"region": "371000000000", "kind": ""}
    made = boss.post("/inspections/plans/new", **sent)
    assert made.status_code == 303
    done = ground.plan()
    ground.plan("sibling")
    ground.phone().send(done, ground.record())
    page = boss.client.get(made.location).text
    assert "应查 2 个网点，已查 1 个，另有 1 个已安排" in page
    assert "年度检查" in boss.client.get("/inspections/plans").text
    assert boss.post(made.location + "/end").status_code == 303
    assert boss.post(made.location + "/end").status_code == 409
    assert boss.post("/inspections/plans/new", **{**sent, "visits": "0"}).status_code == 422


def test_the_calendar_shows_the_visits_of_a_month(ground: Ground) -> None:
    uuid, boss = ground.plan(), admin(ground)
    assert uuid in boss.client.get("/inspections/calendar").text
    other = (today() + timedelta(70)).strftime("%Y-%m")
    assert uuid not in boss.client.get(f"/inspections/calendar?month={other}").text
    assert boss.client.get("/inspections/calendar?month=soon").status_code == 422


def test_the_menu_tells_of_every_page_of_visits_where_one_is(ground: Ground) -> None:
    boss = admin(ground)
    for page in ("plans", "plans/new", "calendar", "import"):
        said = boss.client.get(f"/inspections/{page}").text
        assert 'href="/inspections/all" aria-current="true"' in said, page
        assert said.count('aria-current="true"') == 1, page
    assert 'href="/inspections/all" aria-current="page"' in boss.client.get("/inspections/all").text


def test_names_are_text_and_nothing_else(ground: Ground) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    uuid, phone = ground.plan(), ground.phone()
    fails = [answer("guide", "fail", note=hostile), answer("hours", reason=hostile)]
    phone.send(uuid, ground.record(answers=fails, words=hostile))
    for page in ("", "/report"):
        told = phone.client.get(f"/inspections/{uuid}{page}").text
        assert hostile not in told
        assert str(Markup.escape(hostile)) in told
