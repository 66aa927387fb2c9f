"""A draft is tried out on all sites, and published by a second person alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from core.clock import today
from core.db import writing
from core.sites.actions import set_hours
from standards import queries
from tests.standards.drafting.made import Editor
from tests.standards.made import ACTOR, FILE, SINCE, changed, make_site, publish


class TestPublishing:
    @pytest.fixture
    def ready(self, begun: Editor) -> Editor:
        """A draft under which a station without a verified position fails."""
        for name, verified in (("没有核实的站", False), ("核实过的站", True)):
            site_id = make_site(name, verified=verified)
            with writing():
                set_hours(ACTOR, site_id, {"week": {"mon": ["08:30-11:30"]}}, SINCE)
        text = changed(
            'text = "位置已核实"\nweight = 2\nmethod = "derived"',
            'text = "位置已核实"\nweight = 2\nveto = true\nmethod = "derived"',
        ).replace(
            "value = 1 }\n",
            'value = 1 }\n[criteria.guidance]\nlook = "x"\nevidence = "x"\njudge = "x"\n',
        )
        assert begun.change("text", text=text)[0] == 303
        return begun

    def test_the_dry_run_lists_exactly_who_would_fail(self, ready: Editor) -> None:
        page = ready.page("/preview")
        assert "1 个网点将变为未达标" in page
        assert "没有核实的站" in page
        assert "核实过的站" not in page.replace("没有核实的站", "")
        assert "一票否决" in page

    def test_by_a_second_person_and_not_by_oneself(self, app: Flask, ready: Editor) -> None:
        day = today() + timedelta(2)
        status, where = ready.change("propose", in_force=day.isoformat(), words="年度修订")
        assert (status, "/proposals/" in where) == (303, True), where
        assert ready.change("text", text=FILE)[0] in (409, 422)
        assert ready.post(f"{where}/approve")[0] == 403
        assert len(queries.versions("sample")) == 1
        second = Editor(app, "second")
        page = second.client.get(where).text
        assert "1 个网点将变为未达标" in page
        assert "位置已核实" in page
        seen = re.findall(r'name="seen" value="(\d+)"', page)[0]
        status, told = second.post(f"{where}/approve", seen=seen)
        assert status == 303, told
        made = queries.version("sample", 2)
        assert (made.in_force, made.published_by) == (day, "second")
        assert made.digest == ready.kept.digest
        assert "已经发布" in ready.page()
        assert ready.uuid not in ready.client.get("/standards/drafts").text

    def test_refused_it_can_be_changed_again(self, app: Flask, ready: Editor) -> None:
        _status, where = ready.change("propose", in_force=today().isoformat())
        second = Editor(app, "second")
        assert second.post(f"{where}/refuse", words="再议")[0] == 303
        assert "没有通过" in ready.page()
        assert ready.change("text", text=FILE.replace("样本", "样本二"))[0] == 303

    def test_only_for_whoever_has_shown_it_is_she(self, app: Flask, ready: Editor) -> None:
        stale = Editor(app, "stale", fresh=False)
        stale.uuid = ready.uuid
        status, where = stale.change("propose", in_force=today().isoformat())
        assert (status, "/signin/again" in where) == (303, True)
        assert ready.kept.proposal is None
        assert "再次验证身份" in stale.page("/preview")

    @pytest.mark.parametrize(
        "day", ["", "x", "2020-01-01", (today() + timedelta(3000)).isoformat()]
    )
    def test_from_a_day_that_cannot_be(self, ready: Editor, day: str) -> None:
        assert ready.change("propose", in_force=day)[0] == 422
        assert ready.kept.proposal is None

    def test_not_with_faults(self, ready: Editor) -> None:
        ready.change("text", text=changed("total = 10", "total = 11"))
        assert ready.change("propose", in_force=today().isoformat())[0] == 422

    def test_not_when_it_comes_too_late(self, app: Flask, ready: Editor) -> None:
        _status, where = ready.change("propose", in_force=today().isoformat())
        publish(changed("meets = 60", "meets = 61"), today())
        second = Editor(app, "second")
        seen = re.findall(r'name="seen" value="(\d+)"', second.client.get(where).text)[0]
        assert second.post(f"{where}/approve", seen=seen)[0] == 422
        assert len(queries.versions("sample")) == 2
