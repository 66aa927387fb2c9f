"""A city administrator loads a later list, reviews what became of what; a second one approves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from core.access import command
from core.accounts.demo import Made
from core.accounts.rules import Role
from core.clock import today
from core.config import Config, Mode
from core.db import db, writing
from core.regions.queries import tree
from core.sites import actions
from tests.browser import city as cities
from tests.browser.city import CITY, HOTLINE, City
from tests.browser.entrance import come_in
from tests.browser.visitor import DESK, PHONE, Visitor, follow, tidy
from tests.core.accounts.made import PASSWORD, give_authenticator, make_person
from tests.core.regions.later import MERGED, SPLIT, later
from tests.core.sites.made import entry
from tests.serving import SECRET_KEY
from wsgi import create_app

NAMES: Final = ("东周庄村委会", "西周庄村委会")


@dataclass(frozen=True)
class Bureau:
    """A city of its own, whose regions may change; a second administrator; three sites."""

    city: City
    second: Made
    joined: str
    parted: str
    beside: str


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    home = tmp_path_factory.mktemp("bureau")
    with cities.city(home, staffed=True) as city:
        url = f"sqlite:///{home / 'onekm.sqlite3'}"
        app = create_app(Config(Mode.DEVELOPMENT, home, url, SECRET_KEY, HOTLINE))
        with app.app_context():
            secret = give_authenticator(make_person("second", Role.CITY_ADMIN, CITY))
            with writing():
                joined, parted = (
                    actions.enter(
                        command("tests"), entry(tree(today()).by_code[code].id), date(2022, 1, 1)
                    ).code
                    for code in (MERGED[0], SPLIT[0])
                )
                there = entry(tree(today()).by_code[MERGED[1]].id, "东周庄便民服务点")
                beside = actions.enter(command("tests"), there, date(2022, 1, 1)).code
            db.session.remove()
            db.engine.dispose()
        yield Bureau(
            city, Made(Role.CITY_ADMIN, "second", PASSWORD, secret, ()), joined, parted, beside
        )


def at_work(chromium: Browser, bureau: Bureau, who: Made, size: tuple[int, int]) -> Visitor:
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", reduced_motion="reduce"
    )
    visitor = Visitor(context, bureau.city)
    come_in(visitor.open("/signin"), who)
    return visitor


def figures(page: Page, bureau: Bureau, code: str, on: date) -> list[str]:
    page.goto(f"{bureau.city.address}/network/{code}?on={on.isoformat()}")
    return page.locator("nav.figs .fig").all_inner_texts()


def test_a_later_list_holds_and_yesterday_stays(
    chromium: Browser, bureau: Bureau, tmp_path: Path
) -> None:
    yesterday = today() - timedelta(days=1)
    file = tmp_path / "list.csv"
    file.write_text(later(), encoding="utf-8-sig")
    first = at_work(chromium, bureau, bureau.city.people[Role.CITY_ADMIN], DESK)
    page = first.context.pages[0]
    counted = {
        code: figures(page, bureau, code, yesterday)
        for code in (CITY, "371083000000", MERGED[0], MERGED[1], SPLIT[0])
    }

    follow(page.get_by_role("link", name="区划调整"))
    tidy(page)
    follow(page.get_by_role("link", name="载入新的名单", exact=True))
    tidy(page)
    page.get_by_label("新的区划名单").set_input_files(file)
    page.get_by_label("从哪一天起").fill(today().isoformat())
    page.get_by_label("依据").fill("民政〔2026〕1 号")
    page.get_by_role("button", name="比出差别").click()
    expect(page.locator(".figs")).to_contain_text("合并")
    tidy(page)
    expect(page.locator("main")).to_contain_text("还有 1 处需要先决定")
    entry = page.locator("li.undecided")
    expect(entry).to_contain_text("周庄村委会")
    for name in NAMES:
        expect(entry.get_by_role("checkbox", name=name)).to_be_checked()
    entry.locator("select").select_option(SPLIT[1][1])
    # What a region that lives on gives to a new one beside it.
    new = page.locator("li.change").filter(
        has=page.locator(f"input[value='{SPLIT[1][0]}'][name=begun]")
    )
    expect(new.locator(f"input[value='{bureau.beside}']")).to_be_checked()
    expect(new.locator("table.moves")).to_contain_text("东钱家村委会")
    page.get_by_role("button", name="保存本页的选择").click()
    expect(page.locator("li.undecided")).to_have_count(0)
    page.get_by_label("给审批人的说明").fill("请核")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator("h1")).to_have_text("区划调整")
    expect(page.locator("main")).to_contain_text("自己提出的申请要由另一个人审批")
    tidy(page)

    second = at_work(chromium, bureau, bureau.second, PHONE)
    page = second.context.pages[0]
    expect(page.locator(".staff .waiting")).to_have_text("1")
    follow(page.get_by_role("link", name=re.compile("^待审批")))
    tidy(page)
    page.get_by_role("link", name="区划调整").last.click()
    expect(page.locator("main")).to_contain_text("西钱家村委会")
    tidy(page)
    follow(page.get_by_role("link", name="查看全部内容"))
    tidy(page)
    page.go_back()
    page.get_by_role("button", name="同意，立即生效").click()
    expect(page.locator("main")).to_contain_text("没有等您审批的申请")

    for code, told in counted.items():
        assert figures(page, bureau, code, yesterday) == told
    stands = {bureau.joined: MERGED[1], bureau.parted: SPLIT[1][1], bureau.beside: SPLIT[1][0]}
    for site, heir in stands.items():
        page.goto(f"{bureau.city.address}/network/{heir}")
        expect(page.locator(f"a[href='/sites/{site}']")).to_be_visible()
    page.goto(f"{bureau.city.address}/network/{MERGED[0]}")
    expect(page.locator("main")).to_contain_text("已不再使用")
    expect(page.locator("main")).to_contain_text("沿革")
    tidy(page)
    for visitor in (first, second):
        visitor.check()
        visitor.context.close()
