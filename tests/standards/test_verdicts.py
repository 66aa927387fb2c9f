"""Verdicts follow what is recorded and what was seen, at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.clock import today
from core.db import db, writing
from core.rectification.actions import lapse, open_finding
from core.rectification.rules import Opened, Severity
from core.sites import actions as sites
from core.sites import merging
from core.sites.models import Site
from core.sites.rules import Kind, Taken
from standards import format, site, verdicts
from standards.models import Observation
from standards.rules import Result, State
from tests.core.rectification.made import SOURCE
from tests.standards.made import ACTOR, FILE, SINCE, changed, make_city, make_site, publish
from tests.standards.seen import see, states, whole

HOURS = {"week": {"mon": ["08:30-11:30"]}}


class TestBeforeAnyVisit:
    def test_figures_say_what_they_know(self, hall: int) -> None:
        assert states(hall) == {
            "guide": State.UNKNOWN,
            "hours": State.FAILED,
            "position": State.MET,
            "desk": State.UNKNOWN,
        }
        assert whole(hall) is State.UNKNOWN

    def test_what_is_recorded_changes_it_at_once(self, hall: int) -> None:
        with writing():
            sites.set_hours(ACTOR, hall, HOURS, SINCE)
        assert states(hall)["hours"] is State.MET

    def test_it_is_asked_of_the_kind(self, hall: int) -> None:
        station = make_site("花园站")
        assert set(states(station)) == {"guide", "hours", "position"}
        clinic = make_site("诊所", Kind.VILLAGE_CLINIC)
        assert site.of_site(clinic) == ()

    def test_who_does_not_serve_is_not_judged(self, hall: int) -> None:
        with writing():
            version = db.session.scalar(sa.select(Site.version).where(Site.id == hall))
            from core.sites import changes

            sites.do(ACTOR, hall, version, changes.closed(today()))
        assert site.of_site(hall) == ()
        assert len(site.of_site(hall, today() - timedelta(1))) == 1

    def test_before_it_is_in_force_there_is_none(self, hall: int) -> None:
        assert site.of_site(hall, SINCE - timedelta(1)) == ()


class TestWhatWasSeen:
    def test_the_last_counts(self, hall: int) -> None:
        see(hall, None, on=3, guide="fail")
        assert whole(hall) is State.FAILED
        see(hall, None, on=1, guide="pass")
        see(hall, None, on=2, guide="fail")
        assert states(hall)["guide"] is State.MET
        assert site.of_site(hall, today() - timedelta(2))[0].state is State.FAILED

    def test_of_one_day_the_later_recorded_counts(self, hall: int) -> None:
        see(hall, None, guide="fail")
        see(hall, None, guide="pass")
        assert states(hall)["guide"] is State.MET

    def test_a_contradiction_holds_until_the_figure_changes(self, hall: int) -> None:
        see(hall, None, hours="pass", note="门上贴着")
        assert states(hall)["hours"] is State.MET
        with writing():
            sites.set_hours(ACTOR, hall, HOURS, SINCE)
        assert states(hall)["hours"] is State.MET
        (found,) = site.of_site(hall)
        row = next(row for row in found.rows if row.criterion.code == "hours")
        assert not row.seen

    def test_a_contradiction_against_it_ends_with_it(self, hall: int) -> None:
        with writing():
            sites.set_hours(ACTOR, hall, HOURS, SINCE)
        see(hall, None, hours="fail", note="门锁着")
        assert states(hall)["hours"] is State.FAILED
        with writing():
            version = db.session.scalar(sa.select(Site.version).where(Site.id == hall))
            from core.sites import changes

            sites.do(ACTOR, hall, version, changes.hours(None, None))
        assert states(hall)["hours"] is State.FAILED
        (found,) = site.of_site(hall)
        assert not next(row for row in found.rows if row.criterion.code == "hours").seen

    def test_what_was_seen_is_out_of_date_after_so_many_months(self, hall: int) -> None:
        see(hall, None, on=45, guide="pass", desk="pass")
        assert states(hall)["guide"] is State.MET
        text = changed("meets = 60", "meets = 60\nmonths = 1")
        own = changed('code = "desk"', 'code = "desk"\nmonths = 2', text)
        publish(own, today())  # it asks the same, so that what was seen stays
        (found,) = site.of_site(hall)
        guide, desk = (
            next(row for row in found.rows if row.criterion.code == code)
            for code in ("guide", "desk")
        )
        assert (guide.state, guide.expired) == (State.UNKNOWN, True)
        assert (desk.state, desk.expired) == (State.MET, False)
        (before,) = site.of_site(hall, today() - timedelta(1))
        assert before.rows[0].state is State.MET  # of the version that was in force then
        see(hall, None, on=10, guide="fail")
        assert states(hall)["guide"] is State.FAILED

    @pytest.mark.parametrize("months", [1, 3, 12])
    def test_until_when_it_holds_is_told_rightly_from_both_sides(self, months: int) -> None:
        version = format.read(changed("meets = 60", f"meets = 60\nmonths = {months}")).version
        one = version.criteria[0]
        for number in range(800):
            seen = date(2023, 12, 1) + timedelta(number)
            until = version.seen_until(one, seen)
            assert until is not None
            last = version.seen_since(one, until)
            after = version.seen_since(one, until + timedelta(1))
            assert last is not None
            assert after is not None
            assert last <= seen < after
        plain = format.read(FILE).version
        assert plain.seen_until(plain.criteria[0], today()) is None

    @pytest.mark.parametrize(
        ("on", "months", "since"),
        [
            (date(2026, 11, 26), 12, date(2025, 11, 27)),
            (date(2026, 3, 31), 1, date(2026, 3, 1)),
            (date(2024, 2, 29), 12, date(2023, 3, 1)),
            (date(2026, 1, 15), 1, date(2025, 12, 16)),
        ],
    )
    def test_it_holds_until_the_same_day_so_many_months_later(
        self, on: date, months: int, since: date
    ) -> None:
        version = format.read(changed("meets = 60", f"meets = 60\nmonths = {months}")).version
        assert version.seen_since(version.criteria[0], on) == since
        plain = format.read(FILE).version
        assert plain.seen_since(plain.criteria[0], on) is None

    def test_every_answer_is_kept(self, hall: int) -> None:
        see(hall, None, on=1, guide="fail", note="门口没人")
        see(hall, None, guide="pass", note="")
        told = site.history(hall, "sample", today())
        assert [(one.code, one.result, one.note) for one in told] == [
            ("guide", Result.PASSED, ""),
            ("guide", Result.FAILED, "门口没人"),
        ]


class TestHeldInMemory:
    def test_what_was_recorded_last_is_put_beside_the_rest(self, hall: int) -> None:
        for day in (3, 2, 1):
            see(hall, None, on=day, guide="fail")
        held = verdicts.seen()
        see(hall, None, guide="pass")
        found = verdicts.seen()
        assert (len(held.sites), len(found.sites)) == (3, 4)
        assert found.results.tolist() == [1, 1, 1, 0]
        assert found.last > held.last

    def test_what_began_earlier_and_ended_later_is_not_missed(self, hall: int) -> None:
        """Of two transactions the later may be written first; the numbers are the earlier's."""
        see(hall, None, on=2, guide="pass")
        row = db.session.scalars(sa.select(Observation)).one()
        names = [
            column.key for column in sa.inspect(Observation).column_attrs if column.key != "id"
        ]
        values = {name: getattr(row, name) for name in names}
        for number, code, result in ((900, "late", "pass"), (800, "early", "fail")):
            told = values | {"source_code": code, "result": result, "on": today()}
            with writing():
                db.session.execute(sa.insert(Observation).values(id=number, **told))
            assert len(verdicts.seen().sites) == (2 if number == 900 else 3)
        assert states(hall)["guide"] is State.MET

    def test_it_is_the_same_object_until_something_is_written(self, hall: int) -> None:
        found = verdicts.verdicts()
        assert verdicts.verdicts() is found
        see(hall, None, guide="pass")
        assert verdicts.verdicts() is not found
        assert verdicts.verdicts(SINCE) is not verdicts.verdicts()


class TestAtASiteThatIsMerged:
    """What was seen at either counts, the newest of it; no earlier day changes."""

    def test_the_newest_of_both_holds_from_the_day_of_the_merge_on(self, hall: int) -> None:
        other = make_site("环翠医保大厅", Kind.HALL)
        see(hall, None, on=3, guide="fail", desk="pass")
        see(other, None, on=1, guide="pass")
        see(other, None, on=5, desk="fail")
        before = [whole(hall), *(_on(hall, days) for days in (1, 2, 3))]
        with writing():
            merging.merge(ACTOR, hall, other, (None, None), Taken())
        assert before == [State.FAILED] * 4
        assert (states(hall)["guide"], states(hall)["desk"]) == (State.MET, State.MET)
        assert [_on(hall, days) for days in (1, 2, 3)] == before[1:]
        told = site.history(hall, "sample", today())
        assert len(told) == 4
        assert (told[0].code, told[0].result) == ("guide", Result.PASSED)
        assert (told[3].code, told[3].result) == ("desk", Result.FAILED)

    def test_again_after_it_was_taken_apart_nothing_is_doubled(self, hall: int) -> None:
        other = make_site("环翠医保大厅", Kind.HALL)
        see(other, None, on=1, guide="pass")
        for _ in range(2):
            with writing():
                merging.merge(ACTOR, hall, other, (None, None), Taken())
            with writing():
                version = db.session.scalar(sa.select(Site.version).where(Site.id == other)) or 0
                merging.take_apart(ACTOR, other, version)
        assert len(site.history(hall, "sample", today())) == 1
        assert states(other)["guide"] is State.MET


def _on(site_id: int, days: int) -> State:
    """The verdict of so many days ago."""
    (found,) = site.of_site(site_id, today() - timedelta(days))
    return found.state


def test_a_figure_that_moves_without_the_register_is_asked_each_time(app: Flask) -> None:
    """What is to be put right is not on record of a site; a site that has none has 0 of it."""
    make_city()
    old = 'check = { figure = "positions.verified", comparison = "at_least", value = 1 }'
    new = 'check = { figure = "findings.open", comparison = "equals", value = 0 }'
    publish(changed(old, new))
    site_id = make_site("花园站")
    assert states(site_id)["position"] is State.MET
    with writing():
        found = Opened(
            *(SOURCE.code, "1", site_id, "标准", "a/b", "要求", "依据"),
            severity=Severity.MINOR,
            found_on=today(),
        )
        uuid = open_finding(ACTOR, found)
    assert states(site_id)["position"] is State.FAILED
    with writing():
        lapse(ACTOR, uuid, 1, "不整改了")
    assert states(site_id)["position"] is State.MET
