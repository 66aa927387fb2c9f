"""The editor: a version out of another, piece by piece."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask

from core.clock import today
from core.db import db, writing
from core.regions import importer
from core.sites.rules import Kind
from standards import format
from standards.drafting.rules import BLANK
from standards.models import StandardDraft
from tests.core.accounts.made import CITIES
from tests.databases import on_sqlite
from tests.standards.drafting.made import Editor
from tests.standards.made import ACTOR, FILE, SINCE, changed


def _parts(begun: Editor) -> dict[str, object]:
    """What the form of chapters, grades and documents holds already."""
    page = begun.page("/parts")
    found: dict[str, object] = dict(
        re.findall(r'<input[^>]* name="([a-z]+-\d-\w+)"[^>]*? value="([^"]*)"', page)
    )
    for name, options in re.findall(
        r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', page, re.S
    ):
        found[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return found


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

    def test_chapters_grades_and_documents(self, begun: Editor) -> None:
        before = begun.version
        same = _parts(begun)
        assert begun.change("parts", **same)[0] == 303
        assert begun.version == before
        renamed = same | {
            "chapters-0-name": "人员队伍",
            "bands-2-code": "",
            "bands-1-end": "80",
            "documents-1-code": "notice",
            "documents-1-title": "通知",
            "documents-1-date": "2026",
            "documents-1-standing": "official",
        }
        assert begun.change("parts", **renamed)[0] == 303
        version = begun.version
        assert version.chapters[0].name == "人员队伍"
        assert [(band.code, band.end) for band in version.bands] == [("good", 100), ("poor", 80)]
        assert version.documents["notice"].title == "通知"
        assert version.documents["report"] == before.documents["report"]
        assert begun.kept.problems == ()
        wrong = _parts(begun) | {"bands-0-end": "many"}
        assert begun.change("parts", **wrong)[0] == 422
        doubled = _parts(begun) | {"documents-2-code": "report", "documents-2-title": "又一份"}
        status, page = begun.change("parts", **doubled)
        assert (status, "重复的代码" in page) == (422, True)
        gap = _parts(begun) | {"bands-1-end": "50"}
        assert begun.change("parts", **gap)[0] == 303
        assert len(begun.kept.problems) == 1  # a draft need not hold together yet

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
        ("was", "is_now"),
        [
            ('of = ["report"]', 'of = ["gone"]'),
            ("[documents.report]", "[documents.other]"),
            ('code = "position"', 'code = "hours"'),
            ('chapter = "place"', 'chapter = "nowhere"'),
            ('figure = "hours.missing"', 'figure = "no.such"'),
            ('figure = "hours.missing", ', ""),
            ('figure = "hours.missing"', 'item = "no-such"'),
            ('comparison = "at_least", value = 1', 'comparison = "at_least", value = 1e300'),
            ("weight = 3", "weight = 100"),
            ("total = 10", "total = 1000000"),
            ('kinds = ["hall"]', 'kinds = ["village_clinic", "village_clinic"]'),
            ('kinds = ["hall", "community"]', 'kinds = ["village_clinic"]'),
            ('code = "sample"', 'code = "drafts"'),
            ("veto = true", "veto = true\nmonths = 1200"),
            ('name = "样本"', 'name = "样\\u0000本"'),
            ('text = "有引导员"', 'text = "<b>\\u202e\\u0000${7*7}"'),
            ("from = 60", "from = 99"),
        ],
    )
    def test_what_does_not_hold_together_is_shown_all_the_same(
        self, begun: Editor, was: str, is_now: str
    ) -> None:
        """On every page of the draft; and it is not sent on."""
        assert was in FILE
        status, page = begun.change("text", text=FILE.replace(was, is_now))
        assert status in (303, 422), page
        for rest in ("", "/text", "/whole", "/parts", "/preview", "/criteria/hours"):
            answer = begun.client.get(f"/standards/drafts/{begun.uuid}{rest}")
            assert answer.status_code < 500, rest
        if status == 303 and begun.kept.problems:
            assert begun.change("propose", in_force=today().isoformat())[0] in (409, 422)

    @on_sqlite
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


def test_who_decides_for_more_than_one_city_is_told_so(begun: Editor) -> None:
    pages = [
        "/standards/drafts",
        f"/standards/drafts/{begun.uuid}/preview",
        "/standards/sample/end",
    ]
    for path in pages:
        assert "共用一套标准" not in begun.client.get(path).text
    with writing():
        importer.apply(ACTOR, importer.plan(CITIES[1], SINCE, "another document"))
    for path in pages:
        assert "2 个城市共用一套标准" in begun.client.get(path).text, path
