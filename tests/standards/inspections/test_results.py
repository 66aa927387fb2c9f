"""After filing: signed by both sides, reviewed by somebody else, compared, imported, printed."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from core.accounts import actions, places, queries
from core.accounts.actions import Held
from core.accounts.models import Account
from core.accounts.rules import Role
from core.clock import now, today
from core.db import db, writing
from standards.inspections.models import Inspection, InspectionSignature
from tests.core.accounts.made import ACTOR, give_authenticator
from tests.standards.inspections.made import (
    COUNTIES,
    Ground,
    Phone,
    answer,
    jpeg,
    named,
    new_uuid,
    sha,
)
from tests.standards.inspections.test_filing import visit
from tests.standards.made import changed, publish

FAILS = [answer("guide", "fail", note="没有人"), answer("hours", reason="贴着")]


def admin(ground: Ground) -> Phone:
    return ground.phone(ground.person("admin", Role.COUNTY_ADMIN, COUNTIES["own"]))


def filed(ground: Ground, **changes: Any) -> str:
    uuid = ground.plan()
    assert ground.phone().send(uuid, ground.record(**changes)).status_code == 201
    return uuid


def test_both_sides_sign_once(ground: Ground) -> None:
    uuid = filed(ground)
    manager = ground.phone(ground.person("manager", Role.STATION_MANAGER, ground.world.own))
    phone, path = ground.phone(), f"/inspections/{uuid}/sign"
    assert phone.post(path, side="inspector", name="李强").status_code == 303
    assert manager.post(path, side="site", name="王站长").status_code == 303
    assert phone.post(path, side="inspector", name="别人").status_code == 409
    assert phone.post(path, side="site", name="李强").status_code == 404
    assert manager.post(path, side="site", name="").status_code == 422
    rows = db.session.scalars(sa.select(InspectionSignature).order_by(InspectionSignature.id))
    assert [(row.side, row.name) for row in rows] == [("inspector", "李强"), ("site", "王站长")]


def test_signatures_of_the_telephone_are_photos_that_have_to_come(ground: Ground) -> None:
    drawn = jpeg("black")
    uuid, phone = ground.plan(), ground.phone()
    photo = {"sha256": sha(drawn), "size": len(drawn), "kind": "signature"}
    signed = {"side": "site", "name": "王站长", "at": now().isoformat(), "sha256": sha(drawn)}
    phone.send(uuid, ground.record(photos=[photo], signatures=[signed]))
    assert visit(uuid).state == "filed"
    phone.photo(uuid, drawn)
    assert visit(uuid).state == "complete"
    assert sha(drawn) in phone.client.get(f"/inspections/{uuid}/report").text


def test_somebody_else_reviews_and_the_first_review_counts(ground: Ground) -> None:
    uuid, boss = filed(ground), admin(ground)
    assert ground.phone().post(f"/inspections/{uuid}/sign-off").status_code == 403
    assert boss.post(f"/inspections/{uuid}/send-back", words="").status_code == 422
    assert boss.post(f"/inspections/{uuid}/sign-off", words="好").status_code == 303
    assert boss.post(f"/inspections/{uuid}/send-back", words="不好").status_code == 409
    assert visit(uuid).state == "signed_off"


def test_who_is_both_does_not_review_his_own(ground: Ground) -> None:
    with writing():
        held = Held(Role.COUNTY_ADMIN, places.find_place(COUNTIES["own"]), today())
        actions.grant(ACTOR, queries.own(ground.inspector), held)
    give_authenticator(ground.inspector)
    uuid = filed(ground)
    assert ground.phone().post(f"/inspections/{uuid}/sign-off").status_code == 403
    assert visit(uuid).state == "complete"


def test_a_photo_that_cannot_be_had_is_given_up_with_a_reason(ground: Ground) -> None:
    shot = jpeg()
    uuid = filed(ground, photos=named([shot]), answers=FAILS)
    boss, path = admin(ground), f"/inspections/{uuid}/photos/{sha(shot)}/lost"
    assert boss.post(path, words="").status_code == 422
    assert boss.post(path, words="手机丢失").status_code == 303
    assert visit(uuid).state == "complete"
    assert "photo_lost" in visit(uuid).flags
    assert ground.phone().photo(uuid, shot).status_code == 201  # it turned up after all


def test_what_differs_from_the_last_visit_is_told(ground: Ground) -> None:
    filed(ground, started_at=(now() - timedelta(days=3)).isoformat())
    uuid = filed(ground, answers=FAILS)
    page = ground.phone().client.get(f"/inspections/{uuid}").text
    assert "与上次相比" in page
    assert page.count("→") == 1


def test_another_version_is_a_comparison_and_changes_nothing(ground: Ground) -> None:
    uuid = filed(ground, answers=FAILS)
    kept = visit(uuid).score
    publish(changed("weight = 4\nveto = true", "weight = 4"), today())
    page = ground.phone().client.get(f"/inspections/{uuid}").text
    assert "换一个标准版本" in page
    assert "第 2 版" in page
    assert visit(uuid).score == kept


def test_a_follow_up_goes_back_to_the_site(ground: Ground) -> None:
    uuid, boss = filed(ground, answers=FAILS), admin(ground)
    day = today() + timedelta(7)
    path = f"/inspections/{uuid}/follow-up"
    told = boss.post(path, day=day.isoformat(), inspector=str(ground.inspector))
    assert told.status_code == 303
    row = visit(told.location.rpartition("/")[2])
    assert (row.origin, row.day, row.follows_id) == ("follow_up", day, visit(uuid).id)
    past = (today() - timedelta(1)).isoformat()
    assert boss.post(path, day=past, inspector=str(ground.inspector)).status_code == 422


def test_the_report_is_printed_in_both_languages(ground: Ground) -> None:
    uuid, phone = filed(ground), ground.phone()
    for language, title in (("zh", "检查报告"), ("en", "Inspection report")):
        phone.client.set_cookie("lang", language)
        page = phone.client.get(f"/inspections/{uuid}/report").text
        assert title in page
        assert "data:image/svg+xml" in page
        made = phone.client.get(f"/inspections/{uuid}/report.pdf")
        assert made.data.startswith(b"%PDF-")


# -- From a file --------------------------------------------------------------------------------


def exported(uuid: str, record: dict[str, Any], photos: list[bytes], owner: str = "li") -> bytes:
    return json.dumps(
        {
            "format": "onekm-inspection-1",
            "uuid": uuid,
            "owner": owner,
            "body": json.dumps(record),
            "photos": [
                {"sha256": sha(data), "data": base64.b64encode(data).decode()} for data in photos
            ],
        }
    ).encode()


def bring(boss: Phone, *files: bytes, words: str = "账号已停用") -> Any:
    sent = [(BytesIO(data), f"{number}.json") for number, data in enumerate(files)]
    return boss.post("/inspections/import", files=sent, words=words)


def test_what_a_removed_inspector_could_not_send_is_imported_in_his_name(ground: Ground) -> None:
    shot, uuids = jpeg(), [ground.plan() for _ in range(3)]
    record = ground.record(photos=named([shot]))
    files = [exported(uuid, record, [shot]) for uuid in uuids]
    with writing():
        gone = sa.update(Account).where(Account.id == ground.inspector)
        db.session.execute(gone.values(disabled_at=now()))
    boss = admin(ground)
    for _time in range(2):
        assert bring(boss, *files).status_code == 200
    for uuid in uuids:
        row = visit(uuid)
        assert (row.state, row.imported, row.inspector) == ("complete", True, "li")
        assert row.flags == "imported"
        assert (row.filed_by, row.owner, row.owner_id) == ("admin", "li", ground.inspector)
    second = ground.phone(ground.person("second", Role.COUNTY_ADMIN, COUNTIES["own"]))
    told = [who.post(f"/inspections/{uuids[0]}/sign-off").status_code for who in (boss, second)]
    assert told == [403, 303]  # whoever brought a record does not let it stand as well


def test_the_database_itself_refuses_who_brought_a_record_or_whose_it_is(ground: Ground) -> None:
    uuid = ground.plan()
    boss = admin(ground)
    bring(boss, exported(uuid, ground.record(), []))
    row = visit(uuid)
    for account_id in (row.filed_by_id, row.owner_id):
        with pytest.raises(sa.exc.IntegrityError, match="second_person"), writing():
            db.session.execute(sa.update(Inspection).values(reviewed_by_id=account_id))


def test_a_file_that_was_changed_or_is_none_is_refused(ground: Ground) -> None:
    boss, shot, uuid = admin(ground), jpeg(), new_uuid()
    good = exported(uuid, ground.record(photos=named([shot])), [shot])
    wrong = good.replace(base64.b64encode(shot)[:8], b"AAAAAAAA")
    for bad in (b"{}", b"no file", wrong, exported(uuid, ground.record(), [], "nobody")):
        assert bring(boss, bad).status_code == 422
    assert bring(boss, good, words="").status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Inspection)) == 0


def test_a_county_imports_no_other_countys_visits(ground: Ground) -> None:
    ground.person("zhao", Role.INSPECTOR, COUNTIES["other"])
    brought = bring(admin(ground), exported(new_uuid(), ground.record("other"), [], "zhao"))
    assert brought.status_code == 422
