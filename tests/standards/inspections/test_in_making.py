"""Large photos: a visit is complete when they are here; they are shown, and signed, once made."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.db import db
from core.files import held, making
from core.rectification import queries as findings
from core.rectification.models import Finding
from standards.inspections import queries
from tests.standards.inspections.made import COUNTIES, Ground, Phone, answer, jpeg, named, sha
from tests.standards.inspections.test_filing import count, visit

SIDE = (1000, 800)
FAILS = [answer("guide", "fail", note="没有人", due_days=5), answer("hours", reason="贴着")]


def boss(ground: Ground) -> Phone:
    return ground.phone(ground.person("admin", Role.CITY_ADMIN, "371000000000"))


def filed(ground: Ground, *colours: str) -> tuple[str, list[bytes]]:
    uuid, phone, shots = ground.plan(), ground.phone(), [jpeg(one, SIDE) for one in colours]
    record = ground.record(photos=named(shots), answers=FAILS)
    assert phone.send(uuid, record).status_code == 201
    for shot in shots:
        assert phone.photo(uuid, shot).status_code == 201
    return uuid, shots


def events(code: str) -> int:
    return count(AuditEvent, AuditEvent.action == code)


def test_it_is_complete_at_once_and_shown_and_signed_off_once_made(ground: Ground) -> None:
    uuid, (shot, _other) = filed(ground, "red", "blue")
    phone, path = ground.phone(), f"/inspections/{uuid}/photos/{sha(shot)}"
    assert visit(uuid).state == "complete"
    for shown in (path, f"{path}/small"):
        assert phone.client.get(shown).status_code == 404
    page = phone.client.get(f"/inspections/{uuid}").text
    assert page.count("照片处理中") == 2
    assert "2 张照片已收到，等待处理" in page
    assert "前面还有 0 张" in page
    assert "<img" not in page
    assert phone.client.get(f"/inspections/{uuid}/report").text.count("照片处理中") >= 2
    assert phone.client.get(f"/inspections/{uuid}/report.pdf").status_code == 200
    finding_id, finding = db.session.execute(sa.select(Finding.id, Finding.uuid)).one()
    assert "照片处理中" in phone.client.get(f"/findings/{finding}").text
    refused = boss(ground).post(f"/inspections/{uuid}/sign-off")
    assert refused.status_code == 409
    assert making.make() == 2
    with phone.client.get(path) as seen:
        assert seen.status_code == 200
        assert sha(seen.data) != sha(shot)
    assert "照片处理中" not in phone.client.get(f"/inspections/{uuid}").text
    kept = queries.photos(visit(uuid).id)[0].kept
    assert kept is not None
    assert kept in phone.client.get(f"/inspections/{uuid}/report").text
    assert all(one.width == SIDE[0] for one in findings.photos(finding_id))
    assert events("inspection.photo_made") == 2
    assert boss(ground).post(f"/inspections/{uuid}/sign-off").status_code == 303


def test_the_same_photo_again_leaves_no_second_original(ground: Ground) -> None:
    uuid, (shot,) = filed(ground, "red")
    for _time in range(2):
        assert ground.phone().photo(uuid, shot).status_code == 200
        making.make()
    copies = [ground.phone() for _ in range(4)]
    other, shots = ground.plan(), [jpeg("green", SIDE)]
    ground.phone().send(other, ground.record(photos=named(shots)))
    threads = [threading.Thread(target=one.photo, args=(other, shots[0])) for one in copies]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert visit(other).state == "complete"
    assert len(list(held.names())) == 1


def test_a_photo_that_proves_bad_is_told_on_the_visit_and_holds_nothing_up(ground: Ground) -> None:
    uuid, (shot,) = filed(ground, "red")
    (name,) = held.names()
    held.path(name).chmod(0o600)
    held.path(name).write_bytes(shot[:-100])
    making.make()
    assert "photo_bad" in visit(uuid).flags
    phone = ground.phone()
    page = phone.client.get(f"/inspections/{uuid}").text
    assert "照片无法处理" in page
    assert sha(shot) in page
    assert "有照片收到后无法处理" in phone.client.get("/inspections/").text
    assert "照片无法处理" in phone.client.get(f"/inspections/{uuid}/report").text
    assert events("inspection.photo_bad") == 1
    assert boss(ground).post(f"/inspections/{uuid}/sign-off").status_code == 303


def test_a_photo_of_another_record_is_made_too(ground: Ground) -> None:
    other = ground.person("wang", Role.INSPECTOR, COUNTIES["own"])
    uuid, shot = ground.plan(companion_id=other), jpeg("red", SIDE)
    ground.phone().send(uuid, ground.record(photos=named([shot])))
    second = ground.record(words="另一部", photos=named([shot]))
    assert ground.phone(other).send(uuid, second).status_code == 409
    assert ground.phone(other).photo(uuid, shot).status_code == 201
    assert making.make() == 1
    db.session.rollback()
    file = queries.photo_file(visit(uuid).id, sha(shot))
    assert file.sha256 is not None


def test_the_page_says_how_many_are_made_before_and_promises_no_time(ground: Ground) -> None:
    first, _shots = filed(ground, "red", "blue")
    second, _more = filed(ground, "green")
    phone = ground.phone()

    def told(uuid: str) -> str:
        page = phone.client.get(f"/inspections/{uuid}").text
        return page.partition('id="in-making">')[2].partition("</p>")[0]

    assert "前面还有 0 张" in told(first)
    assert "1 张照片已收到" in told(second)
    assert "前面还有 2 张" in told(second)
    assert "分钟" not in told(second)
    making.make()
    assert told(first) == told(second) == ""
