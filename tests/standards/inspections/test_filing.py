"""Filing: once however often it is sent, whole or not at all; odd clocks are told, not refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from core.accounts import actions, places, queries
from core.accounts.actions import Held
from core.accounts.models import Account
from core.accounts.rules import Role
from core.clock import now, today
from core.db import db, writing
from core.rectification.models import Finding
from standards.inspections.models import (
    Inspection,
    InspectionAnswer,
    InspectionPhoto,
    RejectedCopy,
)
from standards.inspections.rules import MOST_COPIES
from standards.models import Observation
from tests.core.accounts.made import ACTOR, give_authenticator
from tests.standards.inspections.made import (
    COUNTIES,
    Ground,
    answer,
    jpeg,
    named,
    new_uuid,
    sha,
)
from tests.standards.made import changed, publish


def count(model: type[object], *conditions: sa.ColumnElement[bool]) -> int:
    db.session.rollback()
    counted = sa.select(sa.func.count()).select_from(model).where(*conditions)
    return db.session.scalar(counted) or 0


def visit(uuid: str) -> Inspection:
    db.session.rollback()
    return db.session.scalars(sa.select(Inspection).where(Inspection.uuid == uuid)).one()


def test_a_record_is_taken_once_and_the_same_again_changes_nothing(ground: Ground) -> None:
    uuid, phone, record = ground.plan(), ground.phone(), ground.record()
    first, again = phone.send(uuid, record), phone.send(uuid, record)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json is not None
    assert first.json["data"]["state"] == "complete"
    assert first.json["data"]["digest"] == sha(json.dumps(record).encode())
    assert count(Inspection) == 1
    assert count(InspectionAnswer, InspectionAnswer.derived.is_(False)) == 2
    assert count(Observation) == 2


def test_a_visit_that_only_the_telephone_knew_of_is_taken_too(ground: Ground) -> None:
    uuid, phone, record = new_uuid(), ground.phone(), ground.record()
    assert phone.send(uuid, record).status_code == 201
    assert phone.send(uuid, record).status_code == 200
    assert visit(uuid).origin == "own"
    assert visit(uuid).inspector_id == ground.inspector


def test_another_record_of_the_same_visit_is_refused_and_kept(ground: Ground) -> None:
    other = ground.person("wang", Role.INSPECTOR, COUNTIES["own"])
    uuid, record = ground.plan(companion_id=other), ground.record()
    assert ground.phone().send(uuid, record).status_code == 201
    photo = jpeg("blue")
    second = ground.record(words="另一部手机", photos=named([photo]))
    phone = ground.phone(other)
    for _time in range(2):
        told = phone.send(uuid, second)
        assert told.status_code == 409
        assert told.json is not None
        assert told.json["data"]["outcome"] == "other"
        assert told.json["data"]["missing"] == [sha(photo)]
    assert phone.photo(uuid, photo).status_code == 201
    assert phone.send(uuid, second).get_json()["data"]["missing"] == []
    assert count(RejectedCopy) == 1
    kept = db.session.scalars(sa.select(RejectedCopy)).one()
    assert json.loads(kept.body) == second
    assert visit(uuid).digest == sha(json.dumps(record).encode())
    assert count(Finding) == 0


def test_no_more_than_a_few_other_records_are_kept(ground: Ground) -> None:
    uuid, phone = ground.plan(), ground.phone()
    assert phone.send(uuid, ground.record()).status_code == 201
    others = [ground.record(words=f"另一份 {number}") for number in range(MOST_COPIES + 2)]
    told = [phone.send(uuid, one).status_code for one in others]
    assert told == [409] * MOST_COPIES + [422] * 2
    assert phone.send(uuid, others[0]).status_code == 409  # what is kept is known again
    assert count(RejectedCopy) == MOST_COPIES


def test_it_is_complete_when_the_last_photo_is_here_and_not_before(ground: Ground) -> None:
    uuid, phone = ground.plan(), ground.phone()
    shots = [jpeg("red"), jpeg("green"), jpeg("blue")]
    fails = [answer("guide", "fail", note="没有人", due_days=5), answer("hours", reason="贴着")]
    told = phone.send(uuid, ground.record(photos=named(shots), answers=fails)).json
    assert told is not None
    assert told["data"]["state"] == "filed"
    assert told["data"]["missing"] == [sha(shot) for shot in shots]
    for number, shot in enumerate(shots, 1):
        assert (visit(uuid).state, count(Finding), count(Observation)) == ("filed", 0, 0)
        answered = phone.photo(uuid, shot)
        assert answered.status_code == 201
        assert answered.json is not None
        assert answered.json["data"]["missing"] == [sha(left) for left in shots[number:]]
    assert phone.photo(uuid, shots[0]).status_code == 200
    assert (visit(uuid).state, count(Finding), count(Observation)) == ("complete", 1, 2)
    kept = json.loads(visit(uuid).score or "")["sample"]
    assert kept["failed"] == ["guide"]
    assert kept["vetoes"] == ["guide"]
    finding = db.session.scalars(sa.select(Finding)).one()
    assert (finding.reference, finding.criterion) == (uuid, "sample/guide")
    assert finding.severity == "grave"


def test_a_photo_is_kept_without_what_it_told_besides(ground: Ground) -> None:
    uuid, phone, shot = ground.plan(), ground.phone(), jpeg()
    phone.send(uuid, ground.record(photos=named([shot])))
    phone.photo(uuid, shot)
    with phone.client.get(f"/inspections/{uuid}/photos/{sha(shot)}") as shown:
        kept = sha(shown.data)
    assert shown.status_code == 200
    assert kept != sha(shot)
    page = phone.client.get(f"/inspections/{uuid}/report").text
    assert sha(shot) in page
    assert kept in page


def test_a_photo_that_no_record_names_is_not_taken(ground: Ground) -> None:
    uuid, phone = ground.plan(), ground.phone()
    assert phone.photo(uuid, jpeg()).status_code == 404
    phone.send(uuid, ground.record())
    assert phone.photo(uuid, jpeg()).status_code == 404
    assert phone.photo(new_uuid(), jpeg()).status_code == 404


def test_a_photo_that_was_cut_short_is_not_taken_for_whole(ground: Ground) -> None:
    uuid, phone, shot = ground.plan(), ground.phone(), jpeg()
    phone.send(uuid, ground.record(photos=named([shot])))
    assert phone.photo(uuid, shot[:-9], sha(shot)).status_code == 422
    assert phone.send(uuid, ground.record(photos=named([shot]))).status_code == 409
    assert count(InspectionPhoto, InspectionPhoto.file_id.is_not(None)) == 0


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([answer("guide")], "sample/hours"),
        ([answer("guide"), answer("guide"), answer("hours")], "sample/guide"),
        ([answer("guide"), answer("hours"), answer("position")], "sample/position"),
        ([answer("guide"), answer("hours"), answer("desk")], "sample/desk"),
        ([answer("guide"), answer("hours"), answer("made-up")], "sample/made-up"),
    ],
)
def test_answers_are_to_what_the_pinned_version_asks(
    ground: Ground, answers: list[object], told: str
) -> None:
    uuid, phone = ground.plan(), ground.phone()
    refused = phone.send(uuid, ground.record(answers=answers))
    assert refused.status_code == 422
    assert refused.json is not None
    assert told in refused.json["error"]["message"]
    assert visit(uuid).state == "planned"


def test_a_version_published_meanwhile_does_not_disturb_an_open_visit(ground: Ground) -> None:
    uuid, phone, record = ground.plan(), ground.phone(), ground.record()
    publish(
        changed('code = "guide"', 'code = "guides"'),
        today(),
    )
    assert phone.send(uuid, record).status_code == 201
    assert "later_version" in visit(uuid).flags
    assert json.loads(visit(uuid).score or "")["sample"]["number"] == 1


def test_an_unknown_version_is_refused(ground: Ground) -> None:
    phone = ground.phone()
    refused = phone.send(ground.plan(), ground.record(versions={"sample": "0" * 64}))
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("started", "device", "flags"),
    [
        (-timedelta(hours=1), timedelta(), set()),
        (timedelta(days=3), timedelta(days=3), {"clock"}),
        (-timedelta(days=3), -timedelta(days=3), {"clock"}),
        (timedelta(days=2), timedelta(), {"future"}),
        (-timedelta(days=400), timedelta(), {"before_site", "old"}),
        (-timedelta(days=8), timedelta(), {"old"}),
    ],
)
def test_odd_times_are_taken_and_told(
    ground: Ground, started: timedelta, device: timedelta, flags: set[str]
) -> None:
    uuid, phone, moment = ground.plan(), ground.phone(), now()
    record = ground.record(started_at=(moment + started).isoformat())
    told = phone.send(uuid, record, at=(moment + device).isoformat())
    assert told.status_code == 201
    row = visit(uuid)
    assert set(row.flags.split()) == flags
    assert row.device_at is not None
    assert abs((row.device_at - moment - device).total_seconds()) < 5
    assert row.filed_at is not None
    assert abs((row.filed_at - moment).total_seconds()) < 60
    assert row.day <= today()


def test_a_clock_that_stands_in_1970_is_no_reason_to_lose_a_visit(ground: Ground) -> None:
    uuid = ground.plan()
    record = ground.record(started_at="1970-01-01T08:10:00+08:00")
    assert ground.phone().send(uuid, record, at="1970-01-01T09:00:00+08:00").status_code == 201
    assert visit(uuid).flags == "clock"
    assert visit(uuid).started_at == datetime.fromisoformat("1970-01-01T08:10:00+08:00")


def test_how_far_away_the_check_in_was_is_told_not_enforced(ground: Ground) -> None:
    near, far, none = ground.plan(), ground.plan(), ground.plan()
    phone = ground.phone()
    phone.send(near, ground.record())
    phone.send(far, ground.record(arrival={"lat": 37.3, "lon": 122.3}))
    phone.send(none, ground.record(arrival=None))
    assert 50 < (visit(near).distance or 0) < 150
    assert visit(near).flags == ""
    assert visit(far).flags == "far"
    assert visit(none).flags == "no_position"


def test_a_cancelled_visit_that_was_made_all_the_same_is_taken(ground: Ground) -> None:
    uuid = ground.plan()
    admin = ground.phone(ground.person("admin", Role.CITY_ADMIN, "371000000000"))
    assert admin.post(f"/inspections/{uuid}/cancel", words="不查了").status_code == 303
    assert ground.phone().send(uuid, ground.record()).status_code == 201
    assert visit(uuid).flags == "was_cancelled"


def test_somebody_elses_visit_is_not_found(ground: Ground) -> None:
    uuid = ground.plan("other", ground.person("zhao", Role.INSPECTOR, COUNTIES["other"]))
    assert ground.phone().send(uuid, ground.record("other")).status_code == 404
    assert ground.phone().send(new_uuid(), ground.record("other")).status_code == 404


def test_who_was_sent_to_another_county_files_it(ground: Ground) -> None:
    uuid = ground.plan("sibling")
    fails = [answer("guide", "fail", note="无人"), answer("hours", reason="贴着")]
    assert ground.phone().send(uuid, ground.record("sibling", answers=fails)).status_code == 201
    assert count(Finding) == 1


def test_nobody_inspects_his_own_station(ground: Ground) -> None:
    with writing():
        held = Held(Role.WINDOW_CLERK, places.find_place(ground.world.own), today())
        actions.grant(ACTOR, queries.own(ground.inspector), held)
    give_authenticator(ground.inspector)
    refused = ground.phone().send(new_uuid(), ground.record())
    assert refused.status_code == 422


def test_a_record_names_the_site_of_its_visit(ground: Ground) -> None:
    uuid = ground.plan("sibling")
    assert ground.phone().send(uuid, ground.record("own")).status_code == 422


def test_session_and_token_are_asked_for_and_nothing_is_lost_for_it(ground: Ground) -> None:
    uuid, phone, record = ground.plan(), ground.phone(), ground.record()
    token, phone.token = phone.token, "stale"
    refused = phone.send(uuid, record)
    assert (refused.status_code, refused.is_json) == (400, True)
    phone.token = token
    with writing():
        db.session.execute(sa.update(Account).values(disabled_at=now()))
    assert phone.send(uuid, record).status_code in (400, 401)
    assert visit(uuid).state == "planned"
