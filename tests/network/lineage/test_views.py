"""The pages on which a later list is reviewed, and a second person lets it hold."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.regions import importer
from core.regions.importer import text_of
from core.regions.queries import load
from core.regions.rules import Row
from tests.core.accounts.made import ACTOR, browser_of, csrf, post
from tests.databases import on_sqlite
from tests.network.lineage.made import (
    EAST,
    FIRST,
    LIST,
    SECOND,
    THIRD,
    WEST,
    later,
    make_site,
    stands,
)
from tests.network.lineage.made import region as region_id

CITY = "371000000000"
OTHER = """\
code,name,level,parent
370300000000,淄博市,city,
370302000000,淄川区,county,370300000000
370302001000,般阳路街道,town,370302000000
370302001001,东关社区,village,370302001000
"""

pytestmark = pytest.mark.usefixtures("town")


def browser(app: Flask, name: str, *, fresh: bool = True) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY, name, fresh=fresh)


@pytest.fixture
def admin(app: Flask, town: None) -> FlaskClient:
    return browser(app, "first")


@pytest.fixture
def second(app: Flask, town: None) -> FlaskClient:
    return browser(app, "second")


def upload(
    client: FlaskClient, data: bytes | None = None, *, source: str = "民政〔2026〕1号", on: str = ""
) -> TestResponse:
    sent = text_of(later()).encode() if data is None else data
    form = {
        "csrf_token": csrf(client),
        "file": (BytesIO(sent), "list"),
        "on": on or today().isoformat(),
        "source": source,
    }
    return client.post("/regions/changes/new", data=form, content_type="multipart/form-data")


def begun(client: FlaskClient) -> str:
    """The address of a list that is being reviewed."""
    answer = upload(client)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def propose(client: FlaskClient, page: str, seen: str = "1") -> TestResponse:
    return post(client, f"{page}/propose", seen=seen, words="请核")


def approve(client: FlaskClient, address: str) -> TestResponse:
    seen = client.get(address).text.partition('name="seen" value="')[2].partition('"')[0]
    return post(client, f"{address}/approve", seen=seen)


def test_a_list_is_reviewed_sent_approved_and_holds(
    admin: FlaskClient, second: FlaskClient
) -> None:
    site = make_site(FIRST)
    page = begun(admin)
    text = admin.get(page).text
    assert "乙丑村委会" in text
    assert "东丙寅村委会" in text
    # 甲子 has no likely heir by its name; the site there needs one.
    assert "这里还有网点，请选择承接的区划" in text
    assert propose(admin, page).status_code == 422
    answer = post(admin, f"{page}/heirs", **{"seen": "1", "ended": FIRST, f"heir:{FIRST}": SECOND})
    assert answer.status_code == 303
    assert "这里还有网点" not in admin.get(page).text
    sent = propose(admin, page, "2")
    assert sent.status_code == 303, sent.text
    address = str(sent.location)
    told = second.get(address).text
    assert f"甲子村委会（{FIRST}）→ 乙丑村委会（{SECOND}）" in told
    assert "合并 1 个" in told
    assert post(admin, f"{address}/approve").status_code == 403
    assert approve(second, address).status_code == 303
    assert stands(site, today()) == region_id(SECOND)
    assert stands(site, today() - timedelta(days=1)) != region_id(SECOND)
    assert "已经生效" in admin.get(page).text
    assert post(admin, f"{page}/drop").status_code == 409
    assert "已同意" in admin.get("/regions/changes").text


def test_a_split_asks_for_each_site(admin: FlaskClient) -> None:
    site = make_site(THIRD)
    page = begun(admin)
    assert "请为下面的每个网点选择归属" in admin.get(page).text
    chosen = {"seen": "1", "ended": THIRD, f"other:{THIRD}": f"{EAST}，{WEST}"}
    chosen[f"site:{THIRD}:{site}"] = WEST
    assert post(admin, f"{page}/heirs", **chosen).status_code == 303
    text = admin.get(page).text
    assert "请为下面的每个网点选择归属" not in text
    assert f'<option value="{WEST}" lang="zh-CN" selected>' in text


def test_two_who_decide_at_once_do_not_overwrite_one_another(
    admin: FlaskClient, second: FlaskClient
) -> None:
    page = begun(admin)
    said = {"seen": "1", "ended": FIRST, f"heir:{FIRST}": SECOND}
    assert post(admin, f"{page}/heirs", **said).status_code == 303
    answer = post(second, f"{page}/heirs", seen="1", ended=FIRST)
    assert answer.status_code == 409
    assert "刚刚被别人改过" in answer.text


@pytest.mark.parametrize("heir", ["371082001000", "371082009999", FIRST, "x", "1" * 13])
def test_what_can_be_no_heir_is_refused(admin: FlaskClient, heir: str) -> None:
    page = begun(admin)
    answer = post(admin, f"{page}/heirs", **{"seen": "1", "ended": FIRST, f"other:{FIRST}": heir})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_what_is_refused_can_be_changed_and_sent_again(
    admin: FlaskClient, second: FlaskClient
) -> None:
    page = begun(admin)
    address = str(propose(admin, page).location)
    assert post(admin, f"{page}/heirs", seen="2", ended=FIRST).status_code == 409
    assert post(second, f"{address}/refuse", words="再核").status_code == 303
    assert "上次的申请没有通过" in admin.get(page).text
    assert propose(admin, page, "2").status_code == 303


def test_what_changed_meanwhile_is_not_applied_as_it_was_reviewed(
    admin: FlaskClient, second: FlaskClient
) -> None:
    page = begun(admin)
    address = str(propose(admin, page).location)
    site = make_site(FIRST)  # nothing stood there when it was reviewed
    answer = approve(second, address)
    assert answer.status_code == 409
    assert "又有变动" in answer.text
    assert FIRST in load(today()).by_code
    assert site


def test_a_list_that_comes_too_late_is_told(admin: FlaskClient) -> None:
    page = begun(admin)
    with writing():
        rows = [row for row in importer.read(LIST) if row.code != FIRST]
        importer.apply(ACTOR, importer.plan_rows(rows, today(), "another document"))
    answer = admin.get(page)
    assert answer.status_code == 200
    assert "已经不能生效" in answer.text
    assert post(admin, f"{page}/drop").status_code == 303
    assert admin.get(page).status_code == 404


def test_a_workbook_is_read_as_well(admin: FlaskClient) -> None:
    assert "乙丑村委会" in admin.get(str(upload(admin, workbook(later())).location)).text


def workbook(rows: list[Row]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "name", "level", "parent", "statutory"])
    for row in rows:
        sheet.append([row.code, row.name, row.level.value, row.parent, 1])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


@on_sqlite
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "请选择文件"),
        (b"PK\x03\x04 not a workbook", "文件不完整"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"a,b\n1,2\n", "列名"),
        (LIST.encode(), "完全相同"),
        (OTHER.encode(), "只能更新您所管城市"),
        (LIST.replace("371082001203", "3.7E+11").encode(), "第 7 行"),
        ((LIST + "1,2,3,4,5,6,7\n").encode(), "却有 7 列"),
    ],
    ids=["none", "broken", "utf-16", "columns", "same", "another city", "number", "wide"],
)
def test_a_file_that_will_not_do_is_told_beside_it(
    admin: FlaskClient, data: bytes, told: str
) -> None:
    with writing():
        importer.apply(ACTOR, importer.plan(OTHER, today(), "a document"))
    answer = upload(admin, data)
    assert answer.status_code == 422
    assert told in answer.text
    db.session.rollback()


@pytest.mark.parametrize("on", ["1999-01-01", "2099-01-01", "x", "2021-01-01"])
def test_a_day_that_will_not_do_is_told(admin: FlaskClient, on: str) -> None:
    assert upload(admin, on=on).status_code == 422


def test_loading_and_sending_ask_once_more_who_it_is(app: Flask, admin: FlaskClient) -> None:
    page = begun(admin)
    stale = browser(app, "stale", fresh=False)
    assert str(stale.get("/regions/changes/new").location).startswith("/signin/again?next=")
    assert str(propose(stale, page).location).startswith("/signin/again?next=")


def test_the_changes_are_filtered_and_searched(admin: FlaskClient) -> None:
    page = begun(admin)
    assert "共 2 项" in admin.get(f"{page}?kind=created").text
    assert "共 1 项" in admin.get(f"{page}?q=甲子").text
    assert "没有符合条件的变动" in admin.get(f"{page}?q=zzz").text
    assert admin.get(f"{page}?kind=x").status_code == 400
    assert admin.get(f"{page}?page=0").status_code == 400


def test_a_region_tells_staff_what_it_was(
    admin: FlaskClient, second: FlaskClient, client: FlaskClient
) -> None:
    page = begun(admin)
    said = {"seen": "1", "ended": FIRST, f"heir:{FIRST}": SECOND}
    post(admin, f"{page}/heirs", **said)
    approve(second, str(propose(admin, page, "2").location))
    told = admin.get(f"/network/{SECOND}").text
    assert "沿革" in told
    assert "甲子村委会" in told
    assert "沿革" not in client.get(f"/network/{SECOND}").text
    yesterday = (today() - timedelta(days=1)).isoformat()
    assert "乙丑村委会" in admin.get(f"/network/{FIRST}?on={yesterday}").text
