"""The editor: a version out of another, piece by piece, published by a second person alone."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.sites.actions import set_hours
from core.sites.rules import Kind
from standards import format, queries
from standards.drafting import queries as drafts
from standards.drafting.queries import Draft
from standards.drafting.rules import BLANK
from standards.models import StandardDraft
from standards.rules import Version
from tests.core.accounts.made import csrf, give_authenticator, make_person, signed_in
from tests.standards.made import ACTOR, FILE, SINCE, changed, make_city, make_site, publish

CITY = "371000000000"
_INPUT = r'<input class="input" id="\w+" name="(\w+)"[^>]*? value="([^"]*)"'
_AREA = r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>'
_SELECT = r'<select id="\w+" name="(\w+)"[^>]*>(.*?)</select>'


class Editor:
    """Somebody with a draft."""

    def __init__(self, app: Flask, name: str, *, fresh: bool = True) -> None:
        account_id = make_person(name, Role.CITY_ADMIN, CITY, name)
        give_authenticator(account_id)
        self.client: FlaskClient = signed_in(app, account_id, fresh=fresh)
        self.token = csrf(self.client)
        self.uuid = ""

    def post(self, path: str, **data: object) -> tuple[int, str]:
        answer = self.client.post(
            path, data={"csrf_token": self.token, **data}, content_type="multipart/form-data"
        )
        return answer.status_code, answer.location or answer.text

    def begin(self, **data: object) -> str:
        status, where = self.post("/standards/drafts", **data)
        assert status == 303, where
        self.uuid = where.rsplit("/", 1)[1]
        return self.uuid

    def change(self, rest: str, **data: object) -> tuple[int, str]:
        seen = self.kept.row.version
        return self.post(f"/standards/drafts/{self.uuid}/{rest}", **{"seen": seen, **data})

    def page(self, rest: str = "") -> str:
        answer = self.client.get(f"/standards/drafts/{self.uuid}{rest}")
        assert answer.status_code == 200, answer.status
        return answer.text

    def fields(self, rest: str) -> dict[str, object]:
        """What the form there holds already."""
        page = self.page(rest)
        found: dict[str, object] = dict(re.findall(_INPUT, page) + re.findall(_AREA, page))
        for name, options in re.findall(_SELECT, page, re.DOTALL):
            chosen = re.findall(r'<option value="([^"]*)" selected', options)
            found[name] = chosen[0] if chosen else ""
        for name, value in re.findall(r'type="checkbox" name="(\w+)" value="(\w+)" checked', page):
            kept = found.setdefault(name, [])
            assert isinstance(kept, list)
            kept.append(value)
        return found

    @property
    def kept(self) -> Draft:
        """The draft as it stands now."""
        db.session.rollback()
        return drafts.find(self.uuid)

    @property
    def version(self) -> Version:
        found = self.kept.version
        assert found is not None
        return found


@pytest.fixture
def editor(app: Flask) -> Editor:
    make_city()
    publish()
    return Editor(app, "first")


@pytest.fixture
def begun(editor: Editor) -> Editor:
    editor.begin(base=str(queries.version("sample", 1).id))
    return editor


class TestBeginning:
    def test_out_of_a_version(self, begun: Editor) -> None:
        assert begun.kept.row.document == FILE
        assert "样本" in begun.page()

    def test_out_of_nothing_it_holds_together(self, editor: Editor) -> None:
        editor.begin()
        kept = editor.kept
        assert (kept.row.document, kept.problems) == (BLANK, ())

    def test_out_of_a_file_with_faults_which_are_told(self, editor: Editor) -> None:
        sent = changed("total = 10", "total = 11").encode("gb18030")
        editor.begin(file=(BytesIO(sent), "x.toml"))
        assert "第 7 行 total" in editor.page()

    @pytest.mark.parametrize("sent", [b"\x89PNG\r\n", b"code = ", b"\xff\xfe1"])
    def test_what_is_no_file_of_a_standard(self, editor: Editor, sent: bytes) -> None:
        status, page = editor.post("/standards/drafts", file=(BytesIO(sent), "x.toml"))
        assert status == 422
        assert 'role="alert"' in page
        assert db.session.scalar(sa.select(sa.func.count(StandardDraft.id))) == 0

    def test_another_administrator_goes_on_with_it(self, app: Flask, begun: Editor) -> None:
        other = Editor(app, "second")
        other.uuid = begun.uuid
        assert "样本" in other.page()
        assert begun.uuid in other.client.get("/standards/drafts").text


class TestPieceByPiece:
    def test_saving_what_is_there_changes_nothing(self, begun: Editor) -> None:
        before = begun.version
        for one in before.criteria:
            status, told = begun.change(
                f"criteria/{one.code}", **begun.fields(f"/criteria/{one.code}")
            )
            assert status == 303, told
        status, _told = begun.change("whole", **begun.fields("/whole"))
        assert status == 303
        assert begun.version == before

    def test_one_criterion(self, begun: Editor) -> None:
        fields = begun.fields("/criteria/hours") | {"weight": "5", "value": "1"}
        assert begun.change("criteria/hours", **fields)[0] == 303
        hours = begun.version.by_code["hours"]
        assert hours.check is not None
        assert (hours.weight, hours.check.value, begun.version.total) == (5, 1, 12)
        assert begun.kept.problems == ()

    def test_one_more_in_a_chapter_of_its_own(self, begun: Editor) -> None:
        fields = {
            "code": "seats",
            "new_chapter": "comfort",
            "new_chapter_name": "舒适",
            "text": "有座椅",
            "weight": "2",
            "method": "both",
            "about": "item:seats",
            "comparison": "at_least",
            "value": "１",
            "source": "proposed",
            "note": "测试",
        }
        assert begun.change("criteria/new", **fields)[0] == 303
        assert begun.version.by_code["seats"].chapter == "comfort"
        assert begun.version.total == 12
        assert begun.kept.problems == ()

    def test_moved_and_taken_out(self, begun: Editor) -> None:
        assert begun.change("criteria/hours/move", to="up")[0] == 303
        assert [one.code for one in begun.version.criteria][:2] == ["hours", "guide"]
        assert begun.change("criteria/guide/remove")[0] == 303
        assert [one.code for one in begun.version.chapters] == ["place"]
        assert begun.version.total == 6
        for code in ("position", "desk"):
            begun.change(f"criteria/{code}/remove")
        status, page = begun.change("criteria/hours/remove")
        assert status == 422
        assert "至少要有一条" in page

    def test_the_whole(self, begun: Editor) -> None:
        fields = begun.fields("/whole") | {"meets": "75", "kinds": ["community"]}
        assert begun.change("whole", **fields)[0] == 303
        assert begun.version.meets == 75
        assert begun.version.kinds == (Kind.COMMUNITY,)
        assert begun.version.by_code["desk"].kinds == ()

    def test_as_text_with_faults(self, begun: Editor) -> None:
        text = changed('method = "both"', 'method = "guessed"')
        assert begun.change("text", text=text)[0] == 303
        assert begun.kept.version is None
        assert "第 56 行" in begun.page() or "method" in begun.page()
        answer = begun.client.get(f"/standards/drafts/{begun.uuid}/preview")
        assert answer.status_code == 409
        assert begun.change("text", text=FILE)[0] == 303
        assert begun.version == format.read(FILE).version

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("code", "Guide Desk", "代码只能用"),
            ("code", "guide", "重复"),
            ("weight", "0", "数值太小"),
            ("weight", "x", 'role="alert"'),
            ("text", "", "请填写此项"),
            ("value", "many", "请填写一个数"),
            ("chapter", "nowhere", 'role="alert"'),
            ("text", "长" * 501, 'role="alert"'),
        ],
    )
    def test_what_cannot_be_saved(self, begun: Editor, field: str, value: str, told: str) -> None:
        before = begun.kept.row.document
        fields = begun.fields("/criteria/hours") | {field: value}
        status, page = begun.change("criteria/hours", **fields)
        assert status == 422
        assert told in page
        assert begun.kept.row.document == before

    def test_of_two_changes_at_once_the_second_is_told(self, begun: Editor) -> None:
        fields = begun.fields("/criteria/guide") | {"weight": "5"}
        seen = begun.kept.row.version
        assert begun.change("criteria/guide", **fields)[0] == 303
        status, page = begun.change("criteria/guide", **(fields | {"seen": seen, "weight": "7"}))
        assert status == 422
        assert "刚刚被别人改过" in page
        assert begun.version.by_code["guide"].weight == 5

    def test_thrown_away(self, begun: Editor) -> None:
        assert begun.change("drop")[0] == 303
        assert begun.client.get(f"/standards/drafts/{begun.uuid}").status_code == 404


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
