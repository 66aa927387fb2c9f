"""From a file to the register: whole or not at all, and the same file twice changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.audit import queries as audit
from core.audit.models import AuditBatchMember, AuditEvent
from core.audit.queries import verify
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict, NotFound
from core.imports.rules import State
from core.sites import actions as sites
from core.sites import changes
from core.sites.models import Offering, Site, SiteHours, SitePeriod
from core.sites.network import Place
from core.sites.queries import network
from core.sites.rules import Kind
from network.imports import applying, keeping, queries
from network.imports.models import ImportRun
from network.imports.rules import Verdict
from tests.core.sheets.made import csv_file
from tests.network.conftest import ACTOR, ENROLMENT, SINCE, Made
from tests.network.imports.made import GOOD, HEADINGS, again, county_admin, problems, rows, tried


def counted() -> tuple[int, ...]:
    models: tuple[Any, ...] = (Site, SitePeriod, SiteHours, Offering)
    counts = (sa.select(sa.func.count()).select_from(model) for model in models)
    return tuple(db.session.scalar(count) or 0 for count in counts)


def found(code: str, on: date | None = None) -> Place:
    place = network(on).by_code(code)
    assert place is not None
    return place


def test_a_new_site_is_entered_with_all_that_the_row_says(made: Made, tmp_path: Path) -> None:
    headings = (*HEADINGS, "位置已核实", "地址", "英文名称", ENROLMENT)
    row = (*GOOD, "是", "海滨路 1 号", "East Station", "帮办")
    file = tried(csv_file(tmp_path / "a.csv", headings, row))
    assert (file.counts, problems(file)) == ({"create": 1}, [])
    applying.apply(ACTOR, file.uuid, file.digest)
    code = db.session.scalar(sa.select(Site.code).where(Site.name == "东村医保站"))
    place = found(code or "")
    assert place.region.code == "371082001201"
    assert (place.kind.value, place.status.value) == ("village_clinic", "active")
    assert (place.address, place.name_en, place.phone) == ("海滨路 1 号", "East Station", GOOD[3])
    assert place.point is not None
    assert place.point.lat == pytest.approx(37.011)
    modes = db.session.scalars(sa.select(Offering.mode).where(Offering.site_id == place.id)).all()
    assert modes == ["assisted"]
    document = db.session.scalar(sa.select(SiteHours.document).where(SiteHours.site_id == place.id))
    assert document is not None
    assert '"sun":["08:00-17:00"]' in document
    since = db.session.scalars(sa.select(SitePeriod.since).where(SitePeriod.site_id == place.id))
    assert since.all() == [today()]


def test_the_same_file_twice_changes_nothing_and_says_so(made: Made, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", HEADINGS, GOOD)
    first = tried(path)
    applying.apply(ACTOR, first.uuid, first.digest)
    before = counted()
    second = tried(path)
    assert second.counts == {"same": 1}
    assert not second.applicable
    applying.apply(ACTOR, second.uuid, second.digest)
    assert counted() == before
    with pytest.raises(Conflict):
        applying.apply(ACTOR, first.uuid, first.digest)
    assert counted() == before


def test_one_event_tells_of_all_the_sites_and_the_chain_holds(made: Made, tmp_path: Path) -> None:
    others = [(f"东村{name}医保站", *GOOD[1:4], "", "", "") for name in "甲乙丙"]
    known = db.session.scalar(sa.select(Site.code).where(Site.name == "环翠社区"))
    path = csv_file(
        tmp_path / "a.csv",
        ("网点编码", *HEADINGS),
        ("", *GOOD),
        *(("", *row) for row in others),
        (known, "", "", "", "0631-5550000", "", "", ""),
    )
    file = tried(path)
    assert file.counts == {"create": 4, "change": 1}
    applying.apply(ACTOR, file.uuid, file.digest)
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "sites.imported")
    ).one()
    listed = sa.select(AuditBatchMember).where(AuditBatchMember.batch_id == event.batch_id)
    members = db.session.scalars(listed.order_by(AuditBatchMember.position)).all()
    assert len(members) == 5
    assert members[-1].subject_code == known
    assert '"phone":["0631 7560000","0631-5550000"]' in members[-1].changes
    assert '"name":[null,"东村医保站"]' in members[0].changes
    db.session.rollback()
    assert verify().breaks == 0


def test_a_change_from_a_day_on_keeps_what_was_before(made: Made, tmp_path: Path) -> None:
    on = today() + timedelta(10)
    path = csv_file(
        tmp_path / "a.csv",
        ("网点编码", "类型", "营业时间", ENROLMENT),
        (made.clinic, "社区", "每天 9:00-10:00", "直办"),
    )
    file = tried(path, on=on)
    assert file.counts == {"change": 1}
    applying.apply(ACTOR, file.uuid, file.digest)
    assert found(made.clinic).kind is Kind.VILLAGE_CLINIC
    assert found(made.clinic, on).kind is Kind.COMMUNITY
    site_id = db.session.scalar(sa.select(Site.id).where(Site.code == made.clinic))
    periods = db.session.execute(
        sa.select(Offering.mode, Offering.since, Offering.until)
        .where(Offering.site_id == site_id)
        .order_by(Offering.since)
    ).all()
    assert [tuple(row) for row in periods] == [("assisted", SINCE, on), ("direct", on, None)]
    assert tried(path, on=on).counts == {"same": 1}


def test_what_was_approved_is_applied_or_nothing(made: Made, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", ("网点编码", "电话"), (made.hall, "0631-1111111"))
    file = tried(path)
    with pytest.raises(Conflict):
        applying.apply(ACTOR, file.uuid, "0" * 64)
    site_id = db.session.scalar(sa.select(Site.id).where(Site.code == made.hall))
    assert site_id is not None
    with writing():
        sites.do(ACTOR, site_id, None, changes.described(phone="0631-2222222"))
    with pytest.raises(Conflict):
        applying.apply(ACTOR, file.uuid, file.digest)
    phone = sa.select(Site.phone).where(Site.code == made.hall)
    assert db.session.scalar(phone) == "0631-2222222"
    file = again(file)
    applying.apply(ACTOR, file.uuid, file.digest)
    assert db.session.scalar(phone) == "0631-1111111"


def test_two_people_who_import_the_same_new_sites_do_not_make_them_twice(
    made: Made, tmp_path: Path
) -> None:
    path = csv_file(tmp_path / "a.csv", HEADINGS, GOOD)
    first, second = tried(path), tried(path)
    applying.apply(ACTOR, first.uuid, first.digest)
    before = counted()
    with pytest.raises(Conflict):
        applying.apply(ACTOR, second.uuid, second.digest)
    assert counted() == before
    assert again(second).counts == {"same": 1}


def test_a_wrong_row_keeps_the_whole_file_out(made: Made, tmp_path: Path) -> None:
    wrong = ("西村医保站", "超市", *GOOD[2:])
    file = tried(csv_file(tmp_path / "a.csv", HEADINGS, GOOD, wrong))
    assert file.counts == {"create": 1, "refuse": 1}
    before = counted()
    with pytest.raises(BadInput):
        applying.apply(ACTOR, file.uuid, file.digest)
    assert counted() == before


def test_nobody_imports_what_is_out_of_reach(made: Made, tmp_path: Path) -> None:
    own = county_admin(made.regions["371082000000"])
    path = csv_file(tmp_path / "a.csv", HEADINGS, GOOD)
    file = tried(path, own)
    assert file.counts == {"create": 1}
    other = county_admin(made.regions["371002000000"])
    with pytest.raises(NotFound):
        queries.find(other, file.uuid)
    with writing():
        db.session.execute(sa.update(ImportRun).values(region_id=made.regions["371002000000"]))
    with pytest.raises(NotFound):
        applying.apply(other, file.uuid, file.digest)
    abroad = tried(csv_file(tmp_path / "b.csv", HEADINGS, GOOD), other)
    assert abroad.counts == {"refuse": 1}
    assert "荣成市宁津街道东村" in problems(abroad)[0][1]
    code = csv_file(tmp_path / "c.csv", ("网点编码", "电话"), (made.hall, "0631-1111111"))
    hidden = tried(code, other)
    assert hidden.counts == {"refuse": 1}
    assert "没有这个编码，或不在您的管辖范围内" in problems(hidden)[0][1]


def test_whoever_enters_a_site_meanwhile_does_not_get_the_code_of_another(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tried(csv_file(tmp_path / "a.csv", HEADINGS, GOOD))
    real = audit.seal_of

    def seal_of(*given: Any) -> str:
        entry = sites.Entry("火炬大厅", Kind.HALL, made.regions["371071000000"], None)
        with writing():
            sites.enter(ACTOR, entry, SINCE)
        return real(*given)

    monkeypatch.setattr(audit, "seal_of", seal_of)
    applying.apply(ACTOR, file.uuid, file.digest)
    names = db.session.scalars(sa.select(Site.name).order_by(Site.serial.desc()).limit(2)).all()
    assert names == ["火炬大厅", "东村医保站"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_exporting_and_importing_again_changes_nothing(
    made: Made, tmp_path: Path, app: Flask, form: str
) -> None:
    out = tmp_path / f"all.{form}"
    arguments = ["sites", "export", "--format", form, "--out", str(out)]
    told = app.test_cli_runner().invoke(args=arguments)
    assert told.exit_code == 0, told.output
    file = tried(out, datum=None)
    assert (file.counts, problems(file)) == ({"same": 5}, [])


def test_a_site_is_found_by_its_region_and_another_writing_of_its_name(
    made: Made, tmp_path: Path
) -> None:
    first = tried(csv_file(tmp_path / "a.csv", HEADINGS, ("东村卫生室", *GOOD[1:])))
    applying.apply(ACTOR, first.uuid, first.digest)
    other = tried(csv_file(tmp_path / "b.csv", HEADINGS, ("东村卫生所", *GOOD[1:])))
    assert other.counts == {"change": 1}
    assert '"name":["东村卫生室","东村卫生所"]' in rows(other)[0].changes


def test_a_day_before_the_register_began_is_refused(made: Made, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", ("网点编码", "电话", "类型"), (made.hall, "0631-1", "社区"))
    file = tried(path, on=date(2001, 1, 1))
    assert file.counts[Verdict.REFUSE] == 1
    assert file.state is State.READY


def test_rows_of_long_ago_are_let_go(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = tried(csv_file(tmp_path / "a.csv", HEADINGS, GOOD))
    applying.apply(ACTOR, applied.uuid, applied.digest)
    left = tried(csv_file(tmp_path / "b.csv", HEADINGS, ("西村医保站", *GOOD[1:])))
    keeping.forget_old()
    assert rows(left)
    assert rows(applied)
    monkeypatch.setattr("core.imports.rules.KEPT", timedelta(0))
    keeping.forget_old()
    assert (rows(left), rows(applied)) == ([], [])
    assert queries.find(ACTOR, applied.uuid).state is State.APPLIED
    gone = queries.find(ACTOR, left.uuid)
    assert gone.state is State.FAILED
    with pytest.raises(Conflict):
        applying.apply(ACTOR, gone.uuid, left.digest)
