"""The bureau's side of visits: planned for a year, drawn so that anybody gets the same, signed by
both sides, reviewed, and what was found put right and closed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.accounts.rules import Role
from core.clock import today
from core.config import Config, Mode
from core.db import db
from core.files import making
from tests.browser.city import City
from tests.browser.visitor import DESK, PHONE, Visitor, follow, tidy
from tests.core.accounts.made import new_sign_in
from tests.databases import migrate
from tests.serving import SECRET_KEY, serving
from tests.standards.inspections.made import COUNTIES, Ground, answer, jpeg, named
from tests.standards.inspections.made import ground as make_ground
from wsgi import create_app

CITY = "371000000000"


@dataclass
class Bureau:
    """A ground that is served, and people who come in there."""

    ground: Ground
    city: City
    chromium: Browser
    visitors: list[Visitor] = field(default_factory=list)

    def sit(
        self, account_id: int, size: tuple[int, int] = DESK, language: str = "zh"
    ) -> tuple[Visitor, Page]:
        """Somebody signed in, with both proofs."""
        ground, address = self.ground, self.city.address
        client = ground.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = new_sign_in(account_id)
        cookie = client.get_cookie("session")
        assert cookie is not None
        context = self.chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            timezone_id="Asia/Shanghai",
            locale="zh-CN" if language == "zh" else "en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        given = {"session": cookie.value, "lang": language}
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in given.items()]
        )
        visitor = Visitor(context, self.city)
        self.visitors.append(visitor)
        return visitor, context.new_page()


@pytest.fixture
def bureau(chromium: Browser, tmp_path: Path) -> Iterator[Bureau]:
    url = f"sqlite:///{tmp_path / 'onekm.sqlite3'}"
    migrate(url, tmp_path)
    app = create_app(Config(Mode.DEVELOPMENT, tmp_path, url, SECRET_KEY, "0631-12393"))
    with app.app_context():
        ground = make_ground(app)
        with serving(tmp_path, url) as address:
            made = Bureau(ground, City(address, {}, today()), chromium)
            yield made
            for visitor in made.visitors:
                visitor.check()
                visitor.context.close()
        db.session.remove()
        db.engine.dispose()


def test_a_year_is_planned_and_a_draw_comes_out_the_same_for_everybody(bureau: Bureau) -> None:
    ground = bureau.ground
    people = {
        "li": ground.inspector,
        "zhao": ground.person("zhao", Role.INSPECTOR, COUNTIES["sibling"]),
    }
    boss, page = bureau.sit(ground.person("boss", Role.CITY_ADMIN, CITY))
    boss.go(page, "/inspections/plans")
    tidy(page)
    follow(page.get_by_role("link", name="制定"))
    page.get_by_label("计划名称").fill("网点年度检查")
    page.get_by_label("区划").select_option(CITY)
    page.get_by_label("全年要检查多少个网点").fill("2")
    page.get_by_role("button", name="保存计划").click()
    expect(page.locator("h1")).to_have_text("网点年度检查")
    expect(page.locator("main")).to_contain_text("应查 2 个网点，已查 0 个")
    tidy(page)
    plan = page.url
    seen = []
    for title in ("第一次", "照着再抽"):
        page.goto(plan)
        follow(page.get_by_role("link", name="双随机抽取"))
        page.get_by_label("抽取名称").fill(title)
        page.get_by_label("抽多少个网点").fill("2")
        page.get_by_label("随机种子").fill("当众摇出 08 15 22")
        for label in ("检查开始日期", "检查结束日期"):
            page.get_by_label(label).fill(today().isoformat())
        page.get_by_role("button", name="抽取并安排检查").click()
        expect(page.locator("h1")).to_have_text(title)
        expect(page.locator("#again + p")).to_contain_text("一致")
        rows = page.locator("section[aria-labelledby=results] tbody tr")
        expect(rows).to_have_count(2)
        seen.append([_of(row) for row in rows.all_inner_texts()])
        tidy(page)
    assert seen[0] == seen[1]
    # Nobody is sent to a site of his own county.
    assert dict(seen[0]) == {ground.world.own: "zhao", ground.world.sibling: "li"}
    visits = page.url
    kept = json.loads(page.request.get(f"{visits}/pools.json").body())
    assert {one["username"] for one in kept["inspectors"]} == set(people)
    page.goto(plan)
    expect(page.locator("main")).to_contain_text("另有")
    _other, desk = bureau.sit(ground.person("other", Role.CITY_ADMIN, CITY), PHONE, "en")
    desk.goto(visits)
    expect(desk.locator("#again + p")).to_contain_text("Same")
    tidy(desk, "en")


def _of(row: str) -> tuple[str, str]:
    """The code of a drawn site and who is sent there."""
    code = re.search(r"\b\d{7}\b", row)
    who = re.search(r"\b(li|zhao)\b", row)
    assert code is not None
    assert who is not None
    return code[0], who[0]


def test_a_visit_is_signed_by_both_sides_reviewed_and_what_it_found_is_closed(
    bureau: Bureau,
) -> None:
    ground = bureau.ground
    uuid, shot = ground.plan(), jpeg("navy", (1000, 800))
    fails = [answer("guide", "fail", note="没有引导员", due_days=5), answer("hours", reason="贴着")]
    with ground.app.app_context():
        phone = ground.phone()
        sent = phone.send(uuid, ground.record(answers=fails, photos=named([shot])))
        assert sent.status_code == 201
        assert phone.photo(uuid, shot).status_code == 201
        db.session.remove()

    _boss, desk = bureau.sit(ground.person("boss", Role.COUNTY_ADMIN, COUNTIES["own"]), DESK, "en")
    desk.goto(f"{bureau.city.address}/inspections/{uuid}")
    expect(desk.locator("#in-making")).to_be_visible()
    tidy(desk)  # the site has no English name
    desk.get_by_role("button", name="Sign off").click()
    expect(desk.get_by_role("alert")).to_contain_text("still being processed")
    with ground.app.app_context():
        assert making.make() == 1
        db.session.remove()

    _manager, handset = bureau.sit(
        ground.person("manager", Role.STATION_MANAGER, ground.world.own), PHONE
    )
    handset.goto(f"{bureau.city.address}/inspections/{uuid}")
    handset.get_by_label("网点签名：姓名").fill("王站长")
    handset.locator("form:has(#sign-site) button").click()
    expect(handset.locator("#signatures")).to_contain_text("王站长")
    handset.get_by_label("对这次检查的意见").fill("当天引导员请假")
    handset.get_by_role("button", name="提出意见").click()
    expect(handset.locator("#comments")).to_contain_text("当天引导员请假")
    tidy(handset)

    _inspector, table = bureau.sit(ground.inspector, PHONE)
    table.goto(f"{bureau.city.address}/inspections/{uuid}")
    expect(table.locator("#review")).to_contain_text("检查员不能审核自己的检查")
    table.get_by_label("检查员签名：姓名").fill("李检查员")
    table.locator("form:has(#sign-inspector) button").click()
    expect(table.locator("#signatures")).to_contain_text("李检查员")
    expect(table.locator("#signatures form")).to_have_count(0)
    tidy(table)

    desk.goto(f"{bureau.city.address}/inspections/{uuid}")
    expect(desk.locator(".visit-shots img").first).to_be_visible()
    desk.get_by_role("button", name="Sign off").click()
    expect(desk.locator("#review")).to_contain_text("boss")
    expect(desk.get_by_role("button", name="Sign off")).to_have_count(0)
    tidy(desk)  # the site has no English name

    follow(handset.get_by_role("link", name="看整改", exact=True).first)
    handset.get_by_label("做了什么").fill("已安排两人轮班")
    handset.get_by_role("button", name="提交反馈").click()
    expect(handset.locator("main")).to_contain_text("等检查员复查")
    finding = handset.url.partition("#")[0]
    table.goto(finding)
    table.get_by_label("复查情况").fill("到场看过，有引导员")
    table.get_by_role("button", name="合格，销号").click()
    expect(table.locator("main .tag").first).to_have_text("已销号")
    handset.goto(finding)
    expect(handset.locator("main .tag").first).to_have_text("已销号")
    tidy(handset)
