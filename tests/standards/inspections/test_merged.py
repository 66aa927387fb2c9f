"""Visits of a site that is merged go to the survivor; whoever was out meanwhile loses nothing."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from core.accounts.rules import Role
from core.audit import queries as audit
from core.clock import now
from core.db import db, writing
from core.rectification.models import Finding
from core.sites import merging
from core.sites.models import Site
from core.sites.rules import Taken
from standards import verdicts
from standards.inspections.models import Inspection
from standards.models import Observation
from tests.core.accounts.made import ACTOR
from tests.standards.inspections.made import COUNTIES, Ground, answer, new_uuid
from tests.standards.inspections.test_filing import visit


def merge(ground: Ground) -> tuple[int, int]:
    """The site of the own county becomes part of that of its sibling."""
    survivor, other = ground.site_id("sibling"), ground.site_id()
    with writing():
        merging.merge(ACTOR, survivor, other, (None, None), Taken())
    return survivor, other


def test_visits_go_over_and_keep_the_code_they_were_made_under(ground: Ground) -> None:
    made, planned = ground.plan(), ground.plan()
    assert ground.phone().send(made, ground.record()).status_code == 201
    body = visit(made).body
    survivor, _other = merge(ground)
    for uuid in (made, planned):
        assert (visit(uuid).site_id, visit(uuid).former) == (survivor, ground.world.own)
        event = audit.story("inspection", uuid, 1)[0]
        assert event.action == "inspection.handed_over"
        assert event.changes["site"] == (ground.world.own, ground.world.sibling)
    assert visit(made).body == body
    admin = ground.person("admin", Role.COUNTY_ADMIN, COUNTIES["sibling"])
    client = ground.phone(admin).client
    told = f"这次检查是在编号 {ground.world.own} 名下登记的"
    verdicts.verdicts()  # what is held in memory is made anew after a merge
    assert told in client.get(f"/inspections/{made}/report").text
    assert told in ground.phone().client.get(f"/inspections/{made}").text
    assert f"原编号 {ground.world.own}" in client.get(f"/sites/{ground.world.sibling}").text


def test_a_record_of_the_old_code_comes_all_the_same(ground: Ground) -> None:
    uuid, own, phone = ground.plan(), new_uuid(), ground.phone()
    record = ground.record(answers=[answer("guide", "fail", note="没人"), answer("hours")])
    record["answers"][1]["reason"] = "门上贴着"
    survivor, _other = merge(ground)
    ground.person("free", Role.INSPECTOR, COUNTIES["sibling"])
    other_phone = ground.phone(ground.people["free"])
    assert phone.send(uuid, record).status_code == 201
    again = ground.record(started_at=(now() - timedelta(hours=2)).isoformat())
    assert other_phone.send(own, again).status_code == 201
    for one in (uuid, own):
        assert (visit(one).site_id, visit(one).former) == (survivor, ground.world.own)
    assert db.session.scalars(sa.select(Finding.site_id)).all() == [survivor]
    assert set(db.session.scalars(sa.select(Observation.site_id))) == {survivor}
    assert phone.send(uuid, record).status_code == 200


def test_taken_apart_what_was_under_way_is_still_taken(ground: Ground) -> None:
    uuid, phone = ground.plan(), ground.phone()
    survivor, other = merge(ground)
    with writing():
        version = db.session.scalars(sa.select(Site.version).where(Site.id == other)).one()
        merging.take_apart(ACTOR, other, version)
    assert phone.send(uuid, ground.record()).status_code == 201
    assert visit(uuid).site_id == survivor
    assert db.session.scalars(sa.select(Inspection.state)).all() == ["complete"]
