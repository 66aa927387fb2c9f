"""Verdicts differ as the versions do."""

from __future__ import annotations

import pytest

from core.clock import today
from core.db import writing
from core.sites import actions as sites
from core.sites.rules import Kind
from standards import comparison, format, site, verdicts
from standards.rules import State
from tests.standards.made import ACTOR, FILE, SINCE, changed, make_site, publish
from tests.standards.seen import see, whole

HOURS = {"week": {"mon": ["08:30-11:30"]}}


class TestAnotherVersion:
    """One changed criterion gives exactly the differences that follow from it."""

    @pytest.fixture
    def several(self, hall: int) -> dict[str, int]:
        """Halls and stations in every state."""
        found = {"hall": hall}
        for name, verified in (("甲", True), ("乙", True), ("丙", False), ("丁", False)):
            found[name] = make_site(name, Kind.COMMUNITY, "371082001001", verified)
        for name in ("甲", "丙"):
            see(found[name], None, guide="pass", hours="pass")
        see(found["乙"], None, guide="fail")
        with writing():
            sites.set_hours(ACTOR, found["丁"], HOURS, SINCE)
        return found

    def now(self, several: dict[str, int]) -> dict[str, State]:
        return {name: whole(site_id) for name, site_id in several.items()}

    def test_as_it_is(self, several: dict[str, int]) -> None:
        assert self.now(several) == {
            "hall": State.UNKNOWN,
            "甲": State.MET,
            "乙": State.FAILED,
            "丙": State.MET,
            "丁": State.UNKNOWN,
        }

    @pytest.mark.parametrize(
        ("old", "new", "moves"),
        [
            # nothing that anybody is judged by
            ('text_en = "A guide is there"', 'text_en = "Somebody guides"', {}),
            # 丙 has 7 of 9 points, 丁 and the hall could have no more than 7 of 9 and of 10
            (
                "meets = 60",
                "meets = 80",
                {
                    "hall": (State.UNKNOWN, State.FAILED),
                    "丙": (State.MET, State.FAILED),
                    "丁": (State.UNKNOWN, State.FAILED),
                },
            ),
            # a veto of the position: who has none fails
            (
                'text = "位置已核实"\nweight = 2',
                'text = "位置已核实"\nweight = 2\nveto = true',
                {"丙": (State.MET, State.FAILED), "丁": (State.UNKNOWN, State.FAILED)},
            ),
            # another question: what was seen does not count
            (
                'text = "有引导员"',
                'text = "有两名引导员"',
                {
                    "甲": (State.MET, State.UNKNOWN),
                    "乙": (State.FAILED, State.UNKNOWN),
                    "丙": (State.MET, State.UNKNOWN),
                },
            ),
            # a figure that nobody can reach: the hall could have no more than 5 of 10
            (
                'figure = "positions.verified", comparison = "at_least", value = 1',
                'figure = "positions.verified", comparison = "more_than", value = 1',
                {"hall": (State.UNKNOWN, State.FAILED)},
            ),
            # for halls alone
            (
                'kinds = ["hall", "community"]',
                'kinds = ["hall"]',
                {
                    "甲": (State.MET, None),
                    "乙": (State.FAILED, None),
                    "丙": (State.MET, None),
                    "丁": (State.UNKNOWN, None),
                },
            ),
        ],
    )
    def test_the_dry_run_says_what_then_happens(
        self,
        several: dict[str, int],
        old: str,
        new: str,
        moves: dict[str, tuple[State, State | None]],
    ) -> None:
        text = changed(old, new) if FILE.count(old) == 1 else FILE.replace(old, new, 1)
        if "veto = true" in new:
            text = text.replace(
                'comparison = "at_least", value = 1 }\n',
                'comparison = "at_least", value = 1 }\n[criteria.guidance]\n'
                'look = "x"\nevidence = "x"\njudge = "x"\n',
                1,
            )
        found = verdicts.verdicts()
        before = found.of("sample")
        assert before is not None
        version = format.read(text).version
        net = found.day.ask.network
        dry = comparison.dry_run(net, before[1], found.try_out(version))
        names = {site_id: name for name, site_id in several.items()}
        assert {names[one.place.id]: (one.before, one.after) for one in dry.moved} == moves
        was = self.now(several)
        publish(text, today())
        judged = {name: site.of_site(site_id) for name, site_id in several.items()}
        becomes = {name: one[0].state if one else None for name, one in judged.items()}
        assert becomes == was | {name: after for name, (_before, after) in moves.items()}

    def test_the_reason_is_the_criterion_that_changed(self, several: dict[str, int]) -> None:
        found = verdicts.verdicts()
        before = found.of("sample")
        assert before is not None
        version = format.read(
            changed(
                'figure = "hours.missing", comparison = "equals", value = 0',
                'figure = "hours.missing", comparison = "less_than", value = 0',
            )
        ).version
        dry = comparison.dry_run(found.day.ask.network, before[1], found.try_out(version))
        assert [one.code for one in comparison.compare(before[0].version, version).criteria] == [
            "hours"
        ]
        assert {one.place.id for one in dry.moved} == {several["丙"], several["丁"]}
        assert dry.newly(State.FAILED) == 2
        assert dry.before[State.FAILED] + 2 == dry.after[State.FAILED]
        for one in dry.moved:
            assert [each.code for each in one.fails] == ["hours"]
