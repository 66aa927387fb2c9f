"""The list of the register, as those who keep it see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.sites.models import Site, SitePeriod
from core.sites.rules import Kind
from tests.core.accounts.made import csrf
from tests.network.conftest import HOSTILE, RESIDENTS, Announce, Made
from tests.network.listing.conftest import AddSite, SignIn
from tests.network.test_views import Page

LIST = "/register"


def listed(client: FlaskClient, query: str = "", status: int = 200) -> list[str]:
    """The codes of the sites that the page shows, in order."""
    return codes(client.get(f"{LIST}{query}"), status)


def codes(answer: TestResponse, status: int = 200) -> list[str]:
    assert answer.status_code == status, answer.text
    found = (re.fullmatch(r"/sites/(\d{7})", link) for link in Page(answer.text).links)
    return [one[1] for one in found if one is not None]


# -- Who sees what ------------------------------------------------------------------------------


def test_what_is_out_of_reach_is_absent(sign_in: SignIn, made: Made) -> None:
    assert listed(sign_in()) == [made.hall, made.clinic, made.gone]
    everybody = {made.hall, made.clinic, made.unverified, made.planned, made.gone}
    assert set(listed(sign_in(Role.CITY_ADMIN, "371000000000"))) == everybody
    assert listed(sign_in(Role.STATION_MANAGER, made.clinic)) == [made.clinic]
    other = sign_in(name="another")
    assert listed(other, "?region=371002000000") == []
    assert listed(other, "?q=环翠社区") == []


def test_a_position_to_verify_is_shown_to_the_staff_and_marked(sign_in: SignIn, made: Made) -> None:
    text = sign_in(Role.CITY_ADMIN, "371000000000").get(f"{LIST}?position=unverified").text
    assert made.unverified in text
    assert '<span class="tag warn">位置待核实</span>' in text


def test_without_any_site_the_page_says_what_to_do(sign_in: SignIn, made: Made) -> None:
    client = sign_in(place="371002000000")
    filtered = client.get(f"{LIST}?kind=hall").text
    assert "没有符合条件的网点" in filtered
    assert "取消筛选，看全部网点" in filtered
    empty = sign_in(Role.INSPECTOR, "371002000000", "inspector").get(LIST)
    assert made.unverified in empty.text
    with writing():
        db.session.execute(sa.delete(SitePeriod).where(SitePeriod.kind == Kind.COMMUNITY))
    assert "您的管辖范围内还没有登记网点" in client.get(LIST).text


# -- Filters ------------------------------------------------------------------------------------

ALL = Role.CITY_ADMIN, "371000000000"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?region=371082001000", "clinic gone"),
        ("?kind=village_clinic", "clinic gone"),
        ("?kind=village_clinic&status=active", "clinic"),
        ("?status=planned", "planned"),
        (f"?service={RESIDENTS}", "hall"),
        (f"?service={RESIDENTS}&way=assisted", "hall"),
        (f"?service={RESIDENTS}&way=direct", ""),
        (f"?service={RESIDENTS}&way=none&status=active", "unverified clinic"),
        ("?position=verified", "hall clinic gone"),
        ("?position=unverified", "unverified"),
        ("?position=nowhere", "planned"),
        ("?stale=never&kind=hall", "hall"),
        ("?made=0", ""),
        ("?q=荣成大厅", "hall"),
        ("?q=rongcheng", "hall"),
        ("?q=rcdt", "hall"),
        ("?q=The%20Hall", "hall"),
        ("?q=%EF%BC%A8all", "hall"),
        ("?q=大厅%20荣成", "hall"),
        ("?q=%25", ""),
        ("?q=荣成%20hall", "hall"),
        ("?q=学府路1号&kind=hall", "hall"),
        ("?q=府路%20荣成大", "hall"),
        ("?q=厅学", ""),
        ("?q=𠀀", ""),
        ("?q=0631-7560000&kind=hall", "hall"),
        ("?q=063175&kind=hall", "hall"),
        ("?q=12399", ""),
        ("?proposed=1", ""),
    ],
)
def test_filters(sign_in: SignIn, made: Made, query: str, names: str) -> None:
    expected = [getattr(made, name) for name in names.split()]
    assert listed(sign_in(*ALL), query) == expected


def test_characters_are_found_in_every_form(sign_in: SignIn, add_site: AddSite) -> None:
    """As the index has them: compatibility forms and case folded, blanks left out."""
    wide, rare = add_site("ＡＢ 药房"), add_site("𠮷野站")
    client = sign_in()
    assert listed(client, "?q=ab药") == [wide]
    assert listed(client, "?q=ａｂ药房") == [wide]
    assert listed(client, "?q=𠮷") == [rare]
    assert listed(client, "?q=𠮷野") == [rare]


def test_a_code_finds_its_site(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    assert listed(client, f"?q={made.clinic}") == [made.clinic]
    assert listed(client, f"?q={made.clinic[:6]}") == [made.clinic]


def test_open_on_a_day_takes_closures_in(sign_in: SignIn, made: Made, announce: Announce) -> None:
    client = sign_in()
    day = today() + timedelta(days=3)
    assert made.hall in listed(client, f"?open={day}")
    announce("停电检修", 3, 1, site=made.hall)
    assert made.hall not in listed(client, f"?open={day}")
    assert made.hall in listed(client, f"?open={day + timedelta(days=1)}")
    announce("全县停办", 4, 1, region="371082000000")
    assert listed(client, f"?open={day + timedelta(days=1)}") == []


def test_not_confirmed_since(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    assert made.hall in listed(client, "?stale=365")
    long_ago = today() - timedelta(days=366)
    _confirmed(made.hall, long_ago)
    _confirmed(made.clinic, today() - timedelta(days=364))
    assert listed(client, "?stale=365") == [made.hall, made.gone]
    assert listed(client, f"?before={long_ago}") == [made.gone]
    assert listed(client, f"?before={long_ago + timedelta(days=1)}") == [made.hall, made.gone]
    assert listed(client, "?stale=never") == [made.gone]
    assert listed(client, "?sort=confirmed") == [made.gone, made.hall, made.clinic]


def test_a_confirmation_of_today_shows_at_once(sign_in: SignIn, made: Made) -> None:
    """It raises no revision, so that what is kept in memory does not know of it."""
    client = sign_in()
    assert made.hall in listed(client, "?stale=never")
    with writing():
        db.session.execute(
            sa.update(Site)
            .where(Site.code == made.hall)
            .values(confirmed_on=today())
            .execution_options(revises=False)
        )
    assert made.hall not in listed(client, "?stale=never")
    assert listed(client, "?sort=-confirmed")[0] == made.hall
    assert today().isoformat() in client.get(LIST).text


def _confirmed(code: str, day: object) -> None:
    with writing():
        db.session.execute(sa.update(Site).where(Site.code == code).values(confirmed_on=day))


# -- Order and pages ----------------------------------------------------------------------------


def test_orders(sign_in: SignIn, made: Made, add_site: AddSite) -> None:
    chang, bei, an = add_site("长会口"), add_site("北会口"), add_site("安会口")
    client = sign_in()
    assert listed(client, "?sort=name&q=会口") == [an, bei, chang]
    assert listed(client, "?sort=-name&q=会口") == [chang, bei, an]
    assert listed(client, "?sort=code&q=会口") == [chang, bei, an]
    assert listed(client, "?sort=kind")[0] == made.hall
    assert listed(client, "?sort=-changed")[0] in {an, bei, chang}


def test_pages(sign_in: SignIn, made: Made, add_site: AddSite) -> None:
    added = [add_site(f"会口{number:02}") for number in range(45)]
    client = sign_in()
    assert listed(client, "?q=会口&page=3") == added[40:]
    assert listed(client, "?q=会口&per_page=50&page=1") == added
    text = client.get(f"{LIST}?q=会口&sort=code&page=2").text
    links = [urlsplit(link) for link in Page(text).links if "page=3" in link]
    assert parse_qs(links[0].query) == {"q": ["会口"], "sort": ["code"], "page": ["3"]}
    beyond = client.get(f"{LIST}?q=会口&page=9")
    assert (beyond.status_code, parse_qs(urlsplit(beyond.location).query)["page"]) == (302, ["3"])


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=-1", "page=1000000000000", "page=x", "per_page=1000000", "per_page=21"),
        *("sort=password_hash", "sort=--name", "kind=castle", "status=open", "way=x", "stale=7"),
        *("position=moon", "region=37", "region=999999999999", "service=nothing", "open=yesterday"),
        *("before=2999-01-01", "made=maybe", "proposed=x", "q=" + "长" * 101),
    ],
)
def test_what_is_asked_wrongly_is_told_on_the_page(sign_in: SignIn, query: str) -> None:
    answer = sign_in().get(f"{LIST}?{query}")
    assert answer.status_code in (400, 404)
    assert 'role="alert"' in answer.text
    assert "取消筛选，看全部网点" in answer.text


def test_names_that_mean_harm_are_text(sign_in: SignIn, made: Made) -> None:
    text = sign_in().get(LIST).text
    assert "<script>alert" not in text
    assert HOSTILE in Page(text).text


def test_the_list_costs_as_many_statements_for_many_as_for_few(
    sign_in: SignIn, add_site: AddSite, statements: Callable[[], Any]
) -> None:
    client = sign_in()
    listed(client)
    with statements() as few:
        listed(client, "?per_page=100")
    for number in range(60):
        add_site(f"会口{number}")
    listed(client)
    with statements() as many:
        listed(client, "?per_page=100")
    assert len(many) == len(few) <= 12


# -- Kept filters -------------------------------------------------------------------------------


def keep(client: FlaskClient, name: str, **query: str) -> TestResponse:
    return client.post(f"{LIST}/filters", data={"csrf_token": csrf(client), "name": name, **query})


def test_a_filter_is_kept_for_oneself(sign_in: SignIn, made: Made) -> None:
    client = sign_in()
    answer = keep(client, " 一年没核实 ", stale="365", sort="-confirmed")
    assert answer.status_code == 303
    page = Page(client.get(LIST).text)
    assert f"{LIST}?stale=365&sort=-confirmed" in page.links
    assert "一年没核实" in page.text
    other = sign_in(name="another")
    assert "一年没核实" not in other.get(LIST).text


def test_the_same_name_takes_the_place_of_the_first(sign_in: SignIn) -> None:
    client = sign_in()
    keep(client, "我的", kind="hall")
    keep(client, "我的", kind="community")
    links = Page(client.get(LIST).text).links
    assert f"{LIST}?kind=community" in links
    assert f"{LIST}?kind=hall" not in links


def test_a_filter_is_deleted_by_its_owner_alone(sign_in: SignIn) -> None:
    client = sign_in()
    keep(client, "我的", kind="hall")
    forms = [attrs for tag, attrs in Page(client.get(LIST).text).elements if tag == "form"]
    action = next(str(form["action"]) for form in forms if "/delete" in str(form.get("action")))
    other = sign_in(name="another")
    assert other.post(action, data={"csrf_token": csrf(other)}).status_code == 404
    assert client.post(action, data={"csrf_token": csrf(client)}).status_code == 303
    assert "我的" not in client.get(LIST).text


@pytest.mark.parametrize("name", ["", "   ", "名" * 41, "a\u202eb"])
def test_a_filter_needs_a_name(sign_in: SignIn, name: str) -> None:
    client = sign_in()
    answer = keep(client, name, kind="hall")
    assert answer.status_code == 400
    assert "请填写名称" in answer.text


def test_no_more_than_so_many_filters(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("network.listing.actions.MOST_KEPT", 2)
    client = sign_in()
    for name in ("一", "二"):
        keep(client, name, kind="hall")
    assert keep(client, "三", kind="hall").status_code == 400
    assert keep(client, "二", kind="hall").status_code == 303
