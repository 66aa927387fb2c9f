"""What a second pair of eyes found of results: other versions, what does not apply, who was it."""

from __future__ import annotations

import json
from io import BytesIO

import sqlalchemy as sa

from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.rectification.models import Finding
from core.sites import merging
from core.sites.actions import Entry, enter
from core.sites.queries import network
from core.sites.rules import Kind, Taken
from standards.inspections import queries
from standards.inspections.models import Inspection, InspectionAnswer, InspectionVersion
from standards.inspections.outcome import outcome
from standards.judging import NOT_APPLICABLE
from standards.verdicts import verdicts
from tests.core.accounts.made import ACTOR
from tests.standards.inspections.made import (
    COUNTIES,
    Ground,
    Phone,
    answer,
    jpeg,
    named,
    sha,
)
from tests.standards.made import SINCE, changed, publish

FAILS = [answer("guide", "fail", note="无人"), answer("hours", reason="门上贴着")]
REWORDED = changed('text = "有引导员"', 'text = "有两名引导员"')
NOWHERE = changed(
    'check = { figure = "positions.verified", comparison = "at_least", value = 1 }',
    'check = { figure = "positions.verified", comparison = "less_than", value = 1 }\n'
    'applies_if = { figure = "positions.verified", comparison = "less_than", value = 1 }',
)


def visit(uuid: str) -> Inspection:
    db.session.rollback()
    return db.session.scalars(sa.select(Inspection).where(Inspection.uuid == uuid)).one()


def boss(ground: Ground) -> Phone:
    return ground.phone(ground.person("boss", Role.COUNTY_ADMIN, COUNTIES["own"]))


def finding() -> Finding:
    db.session.rollback()
    return db.session.scalars(sa.select(Finding)).one()


def test_an_answer_counts_for_nothing_where_another_version_asks_something_else(
    ground: Ground,
) -> None:
    uuid = ground.plan()
    assert ground.phone().send(uuid, ground.record()).status_code == 201
    publish(REWORDED, today())
    (line,) = queries.read(queries.visits().where(Inspection.uuid == uuid))
    (other,) = outcome(line).others["sample"]
    assert other.published.number == 2
    assert other.score.unanswered == ("guide",)
    assert (other.score.points.least, other.score.points.most) == (5, 9)


def test_what_does_not_apply_is_not_failed_by_a_visit(ground: Ground) -> None:
    published = publish(NOWHERE, today())
    digests = {"sample": published.digest}
    uuid = ground.plan()
    assert ground.phone().send(uuid, ground.record(versions=digests)).status_code == 201
    made = db.session.scalars(sa.select(InspectionAnswer).filter_by(criterion="position")).one()
    assert made.result == "not_applicable"
    assert json.loads(visit(uuid).score or "")["sample"]["points"]["of"] == 7
    found = verdicts().of("sample")
    assert found is not None
    assert found[1].criteria[2, 0] == NOT_APPLICABLE


def test_a_page_without_scripts_is_judged_by_the_versions_that_it_showed(ground: Ground) -> None:
    uuid, phone, first = ground.plan(), ground.phone(), ground.published.digest
    page = phone.client.get(f"/inspections/{uuid}").text
    assert f'name="versions" value="{{&#34;sample&#34;: &#34;{first}&#34;}}"' in page
    text = changed('kinds = ["hall"]\nmethod', 'kinds = ["hall", "community"]\nmethod')
    publish(text, today())
    given = {
        "started": f"{today().isoformat()}T00:00:00+08:00",
        "versions": json.dumps({"sample": first}),
        "result:sample/guide": "pass",
        "result:sample/hours": "pass",
        "reason:sample/hours": "门上贴着",
    }
    assert phone.post(f"/inspections/{uuid}", **given).status_code == 303
    db.session.rollback()
    pinned = sa.select(InspectionVersion.digest)
    assert db.session.scalars(pinned).all() == [first]
    for wrong in ("", "[]", '{"sample": 1}', "[" * 9999):
        again = phone.post(f"/inspections/{ground.plan()}", **{**given, "versions": wrong})
        assert again.status_code == 422


def test_a_finding_names_who_was_there_and_not_who_gave_a_photo_up(ground: Ground) -> None:
    shot = jpeg()
    uuid, phone = ground.plan(), ground.phone()
    record = ground.record(answers=FAILS, photos=named([shot]))
    assert phone.send(uuid, record).get_json()["data"]["missing"] == [sha(shot)]
    path = f"/inspections/{uuid}/photos/{sha(shot)}/lost"
    assert boss(ground).post(path, words="手机坏了").status_code == 303
    assert (finding().found_by, finding().found_by_id) == ("li", ground.inspector)


def test_a_file_of_somebody_who_was_not_sent_is_told_of(ground: Ground) -> None:
    ground.person("wu", Role.INSPECTOR, COUNTIES["own"])
    uuid, desk = ground.plan(), boss(ground)
    file = {
        "format": "onekm-inspection-1",
        "uuid": uuid,
        "owner": "wu",
        "body": json.dumps(ground.record(answers=FAILS)),
        "photos": [],
    }
    sent = {
        "csrf_token": desk.token,
        "words": "手机进水",
        "files": (BytesIO(json.dumps(file).encode()), "visit.json"),
    }
    kind = "multipart/form-data"
    assert desk.client.post("/inspections/import", data=sent, content_type=kind).status_code == 200
    assert {"imported", "not_assigned"} <= set(visit(uuid).flags.split())


def test_what_is_found_at_a_site_merged_meanwhile_is_its_survivors(ground: Ground) -> None:
    here = network().by_code(ground.world.own)
    assert here is not None
    uuid, phone, shot = ground.plan(), ground.phone(), jpeg()
    record = ground.record(answers=FAILS, photos=named([shot]))
    assert phone.send(uuid, record).status_code == 201
    with writing():
        entry = Entry("同一个站", Kind.COMMUNITY, here.region.id, None)
        survivor = enter(ACTOR, entry, SINCE)
        survivor_id = survivor.id
        merging.merge(ACTOR, survivor_id, here.id, (None, None), Taken())
    assert phone.photo(uuid, shot).status_code == 201
    assert visit(uuid).state == "complete"
    assert finding().site_id == survivor_id


def test_what_was_begun_is_shown_by_the_versions_that_it_was_begun_with(ground: Ground) -> None:
    uuid, phone, first = ground.plan(), ground.phone(), ground.published.digest
    publish(REWORDED, today())
    path = f"/inspections/{uuid}"
    assert "有两名引导员" in phone.client.get(path).text
    begun = phone.client.get(path, query_string={"versions": json.dumps({"sample": first})}).text
    assert "有引导员" in begun
    assert "有两名引导员" not in begun
    for wrong in ("", "[]", '{"sample": "none"}'):
        told = phone.client.get(path, query_string={"versions": wrong})
        assert told.status_code == 422


def test_who_was_sent_from_elsewhere_sees_that_visit_alone(ground: Ground) -> None:
    other = ground.plan()
    away = ground.person("wu", Role.INSPECTOR, COUNTIES["sibling"])
    uuid = ground.plan(inspector=away)
    assert ground.phone(away).send(uuid, ground.record()).status_code == 201
    assert f"/inspections/{other}" in ground.phone().client.get(f"/inspections/{uuid}").text
    page = ground.phone(away).client.get(f"/inspections/{uuid}")
    assert page.status_code == 200
    assert f"/inspections/{other}" not in page.text
    assert ground.phone(away).client.get(f"/inspections/{other}").status_code == 404
