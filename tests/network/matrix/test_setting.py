"""Cells are set as they were shown, all or none, as one event; a sheet is read back strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import Workbook
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.audit.models import AuditEvent, AuditMember
from core.clock import today
from core.db import db, writing
from core.sites import actions, changes
from core.sites.models import Offering, Site
from tests.core.accounts.made import csrf
from tests.databases import on_sqlite
from tests.network.conftest import ACTOR, ENROLMENT, RESIDENTS, SINCE, Made, catalogue_ids
from tests.network.matrix.conftest import SignIn


def from_today() -> dict[str, str]:
    """What says that cells are set from today on; asked when it is sent, for midnight may come."""
    return {"timing": "from", "on": today().isoformat()}


@pytest.fixture
def county(planned: Made, enter: SignIn) -> FlaskClient:
    return enter()


def send(client: FlaskClient, path: str, data: Mapping[str, object]) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf(client), **data})


def hidden(page: str) -> dict[str, object]:
    """What the page that asks to confirm would send on."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name != "csrf_token"}


def offered(code: str) -> dict[str, tuple[str, date, date | None]]:
    rows = db.session.execute(
        sa.select(Offering.service_id, Offering.mode, Offering.since, Offering.until)
        .join(Site, Site.id == Offering.site_id)
        .where(Site.code == code)
        .order_by(Offering.since)
    ).all()
    codes = {number: service for service, number in catalogue_ids().items()}
    db.session.rollback()
    return {codes[row[0]]: (row[1], row[2], row[3]) for row in rows}


def version(code: str) -> int:
    found = db.session.scalars(sa.select(Site.version).where(Site.code == code)).one()
    db.session.rollback()
    return found


def test_all_gaps_of_the_filter_are_filled(county: FlaskClient, planned: Made) -> None:
    asked = {"rows": "all", "cells": "gaps", "mode": "assisted", **from_today()}
    shown = send(county, "/matrix/preview", asked)
    assert shown.status_code == 200
    assert "将改动 1 个网点的 1 格" in shown.text
    assert offered(planned.clinic).keys() == {ENROLMENT}
    hall = version(planned.hall)
    done = send(county, "/matrix/apply", hidden(shown.text))
    assert done.status_code == 303
    assert "改动了 1 个网点" in county.get(done.location).text
    assert offered(planned.clinic)[RESIDENTS] == ("assisted", today(), None)
    assert version(planned.hall) == hall  # nobody touched it


def test_it_is_one_event_with_a_member_for_each_site(county: FlaskClient, planned: Made) -> None:
    before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
    db.session.rollback()
    asked: dict[str, object] = {
        "site": [planned.hall, planned.clinic],
        "column": [RESIDENTS],
        "rows": "ticked",
        "cells": "all",
        "mode": "direct",
        "timing": "correction",
    }
    shown = send(county, "/matrix/preview", asked)
    assert "将改动 2 个网点的 2 格" in shown.text
    assert send(county, "/matrix/apply", hidden(shown.text)).status_code == 303
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    new = [event for event in events[before or 0 :] if event.action.startswith("site.")]
    assert [event.action for event in new] == ["site.services.offered"]
    members = db.session.scalars(
        sa.select(AuditMember.subject_code).where(AuditMember.event_id == new[0].id)
    )
    assert sorted(members) == sorted([planned.hall, planned.clinic])
    assert new[0].region_id == planned.regions["371082000000"]
    # A correction: as if it had been so since the site was entered.
    assert offered(planned.clinic)[RESIDENTS] == ("direct", SINCE, None)
    assert offered(planned.hall)[RESIDENTS] == ("direct", SINCE, None)


def test_cells_end_on_a_day(county: FlaskClient, planned: Made) -> None:
    later = today() + timedelta(9)
    asked: dict[str, object] = {
        "site": planned.clinic,
        "column": ENROLMENT,
        "rows": "ticked",
        "cells": "all",
        "mode": "none",
        "timing": "from",
        "on": later.isoformat(),
    }
    shown = send(county, "/matrix/preview", asked)
    assert send(county, "/matrix/apply", hidden(shown.text)).status_code == 303
    assert offered(planned.clinic)[ENROLMENT] == ("assisted", SINCE, later)


def test_who_changed_a_site_in_between_is_not_overwritten(
    county: FlaskClient, planned: Made
) -> None:
    asked = {"rows": "all", "cells": "gaps", "mode": "direct", **from_today()}
    shown = hidden(send(county, "/matrix/preview", asked).text)
    with writing():
        site_id = db.session.scalars(sa.select(Site.id).where(Site.code == planned.clinic)).one()
        actions.do(ACTOR, site_id, None, changes.described(phone="0631 1"))
    refused = send(county, "/matrix/apply", shown)
    assert refused.status_code == 409
    assert "刚刚被别人改过" in refused.text
    assert RESIDENTS not in offered(planned.clinic)
    # The page that says so shows how things stand now; confirmed, it is done.
    assert send(county, "/matrix/apply", hidden(refused.text)).status_code == 303
    assert RESIDENTS in offered(planned.clinic)


def test_what_was_packed_by_hand_stays_within_reach(
    county: FlaskClient, enter: SignIn, planned: Made
) -> None:
    city = enter(Role.CITY_ADMIN, "371000000000")
    asked: dict[str, object] = {
        "site": planned.unverified,
        "column": ENROLMENT,
        "rows": "ticked",
        "cells": "all",
        "mode": "direct",
        **from_today(),
    }
    packed = hidden(send(city, "/matrix/preview", asked).text)
    assert planned.unverified in str(packed["cells"])
    assert send(county, "/matrix/apply", packed).status_code == 404
    assert offered(planned.unverified) == {}
    # Ticked by hand, a site of another county is simply not among the rows.
    assert "没有要改的格子" in send(county, "/matrix/preview", asked).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": "ticked"},
        {"mode": "often"},
        {"column": "002036999999"},
        {"timing": "never"},
        {"on": "tomorrow"},
    ],
)
def test_what_cannot_be_set_is_said_on_the_page(
    county: FlaskClient, wrong: dict[str, object]
) -> None:
    asked: dict[str, object] = {"rows": "all", "cells": "all", "mode": "direct", **from_today()}
    answer = send(county, "/matrix/preview", asked | wrong)
    assert answer.status_code in (400, 422)
    assert 'role="alert"' in answer.text


@on_sqlite
@pytest.mark.parametrize("cells", ["", "x", "0000017:1", "0000017:002036001002:z", "1:2:d"])
def test_what_was_not_packed_here_is_refused(county: FlaskClient, cells: str) -> None:
    sent: dict[str, object] = {"cells": cells, "seen": "", **from_today()}
    assert send(county, "/matrix/apply", sent).status_code == 400


# -- A sheet comes back -------------------------------------------------------------------------


def upload(client: FlaskClient, name: str, content: bytes) -> TestResponse:
    return send(client, "/matrix/import", {"file": (BytesIO(content), name), **from_today()})


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_taken_away_comes_back_as_no_difference(
    county: FlaskClient, form: str, language: str
) -> None:
    county.set_cookie("lang", language)
    taken = county.get(f"/matrix/sheet.{form}").data
    answer = upload(county, f"m.{form}", taken)
    assert answer.status_code == 200
    told = "没有要改的格子" if language == "zh" else "There is nothing to change"
    assert told in answer.text


def test_what_was_filled_in_is_shown_and_done(county: FlaskClient, planned: Made) -> None:
    taken = county.get("/matrix/sheet.csv").data.decode("utf-8-sig")
    shown = upload(county, "m.csv", taken.replace("缺", "直办").encode("gb18030"))
    assert "将改动 1 个网点的 1 格" in shown.text
    assert send(county, "/matrix/apply", hidden(shown.text)).status_code == 303
    assert offered(planned.clinic)[RESIDENTS][0] == "direct"


def test_each_fault_of_a_sheet_says_where_and_how_to_mend_it(
    county: FlaskClient, planned: Made
) -> None:
    taken = county.get("/matrix/sheet.csv").data.decode("utf-8-sig").splitlines()
    rows = [
        taken[0],
        taken[1].replace("缺", "大概能办"),
        taken[2],
        taken[2],
        "123," + ",".join([""] * 24),
        f"{planned.unverified},{','.join([''] * 24)}",
    ]
    answer = upload(county, "m.csv", "\n".join(rows).encode())
    assert answer.status_code == 400
    for told in (
        "大概能办",
        "第 2 行",
        "第 4 行",
        "在第 3 行已经有了",
        "不是网点编号",
        "没有这一个",
    ):
        assert told in answer.text
    assert "一格也没有改动" in answer.text
    assert RESIDENTS not in offered(planned.clinic)


@on_sqlite
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.csv", b""),
        ("m.csv", b"a,b\n1,2\n"),
        ("m.csv", b"\xff\xfe\x00"),
        ("m.xlsx", b"not a workbook"),
        ("m.xls", b"x"),
        ("m.csv", "网点编号\n0000017\n".encode()),
        ("m.csv", "网点编号,网点编号,职工参保登记\n".encode()),
    ],
)
def test_what_is_no_sheet_of_ours(county: FlaskClient, name: str, content: bytes) -> None:
    answer = upload(county, name, content)
    assert answer.status_code in (400, 422)
    assert 'role="alert"' in answer.text


def test_numbers_of_a_workbook_are_read_as_codes(county: FlaskClient, planned: Made) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    names = county.get("/matrix/sheet.csv").data.decode("utf-8-sig").splitlines()[0].split(",")
    sheet.append(["网点编号", names[4]])
    sheet.append([planned.hall, ""])
    written = BytesIO()
    book.save(written)
    answer = upload(county, "m.xlsx", written.getvalue())
    assert answer.status_code == 200
    assert "1 格" in answer.text or "没有要改的格子" in answer.text


def test_a_cell_that_a_spreadsheet_hides_empties_nothing(
    county: FlaskClient, planned: Made
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    names = county.get("/matrix/sheet.csv").data.decode("utf-8-sig").splitlines()[0].split(",")
    sheet.append(["网点编号", names[4], names[5]])
    sheet.append([planned.hall, "直办", "=1"])
    sheet.append([planned.clinic, "", "直办"])
    sheet.merge_cells("B2:B3")
    written = BytesIO()
    book.save(written)
    answer = upload(county, "m.xlsx", written.getvalue())
    assert answer.status_code == 400
    assert "这个单元格与别的单元格合并了" in answer.text
    assert "这里是公式" in answer.text
    assert "一格也没有改动" in answer.text
