"""Going through the pairs: the list, a pair, the verdict, the merge, and taking it apart."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from core.accounts.models import Account
from core.accounts.queries import acting
from core.accounts.rules import Role
from core.audit import queries as audit
from core.db import db, writing
from core.proposals import actions as proposals
from core.proposals.models import Proposal
from core.sites import actions, changes
from core.sites.models import Offering, Site
from network.duplicates.models import PairVerdict
from tests.core.accounts.made import ACTOR
from tests.network.duplicates.conftest import BOTH, Pairs, Person, id_of


def site(code: str) -> Site:
    db.session.rollback()
    return db.session.scalars(sa.select(Site).where(Site.code == code)).one()


def address(made: Pairs) -> str:
    return f"/duplicates/{made.clinic}/{made.again}"


def versions(*codes: str) -> dict[str, str]:
    return {f"seen-{code}": str(site(code).version) for code in codes}


def test_the_list_has_what_is_within_reach(county: Person, made: Pairs) -> None:
    status, text = county.get("/duplicates")
    assert status == 200
    assert f'href="{address(made)}"' in text
    assert f"/duplicates/{made.clinic}/{made.twin}" in text  # one of the two is hers
    assert "电话相同" in text
    assert made.west not in text


def test_the_list_is_narrowed_and_bad_questions_are_refused(city: Person, made: Pairs) -> None:
    everything = city.get("/duplicates")[1]
    narrowed = city.get("/duplicates?region=371002000000")[1]
    assert f'href="{address(made)}"' in everything
    assert f'href="{address(made)}"' not in narrowed
    assert made.twin in narrowed
    assert "没有需要核对的网点" not in city.get("/duplicates?least=99")[1]
    for query in ("least=29", "least=100", "least=x", "show=all", "region=1", "page=0", "page=99"):
        assert city.get(f"/duplicates?{query}")[0] == 400, query
    assert city.get("/duplicates?region=999999999999")[0] == 404


def test_a_county_elsewhere_is_not_for_her(county: Person) -> None:
    assert county.get("/duplicates?region=371002000000")[0] == 404


def test_a_pair_shows_both_and_prefers_what_is_known(county: Person, made: Pairs) -> None:
    status, text = county.get(address(made))
    assert status == 200
    assert f'name="survivor" value="{made.clinic}" checked' in text  # its position is verified
    assert f'name="address" value="{made.again}" checked' in text
    assert f'name="position" value="{made.clinic}" checked' in text
    assert f'name="mode-{BOTH}" value="{made.clinic}" checked' in text
    assert county.get(f"/duplicates/{made.clinic}/{made.clinic}")[0] == 404
    assert county.get(f"/duplicates/{made.clinic}/0000000")[0] == 404
    assert county.get(f"/duplicates/{made.twin}/0000000")[0] == 404


def test_not_the_same_is_remembered_with_who_and_why(county: Person, made: Pairs) -> None:
    status, where = county.post(f"{address(made)}/apart", words="两家诊所共用电话")
    assert (status, where) == (303, "/duplicates")
    assert f'href="{address(made)}"' not in county.get("/duplicates")[1]
    listed = county.get("/duplicates?show=apart")[1]
    assert "两家诊所共用电话" in listed
    assert county.post(f"{address(made)}/apart")[0] == 303  # once more is no mistake
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PairVerdict)) == 1
    for code in (made.clinic, made.again):
        event = audit.story("site", code, 1)[0]
        assert event.action == "site.told_apart"
        assert event.changes["words"] == (None, "两家诊所共用电话")
    # The other way round it is the same pair.
    swapped = f"/duplicates/{made.again}/{made.clinic}"
    assert county.post(f"{swapped}/undecided")[0] == 303
    assert f'href="{address(made)}"' in county.get("/duplicates")[1]
    assert county.post(f"{swapped}/undecided")[0] == 404


def test_a_reason_has_a_bound(county: Person, made: Pairs) -> None:
    assert county.post(f"{address(made)}/apart", words="长" * 201)[0] == 400
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PairVerdict)) == 0


def test_merging_keeps_what_was_chosen(county: Person, made: Pairs) -> None:
    chosen = {"survivor": made.clinic, "address": made.again, f"mode-{BOTH}": made.again}
    status, where = county.post(
        f"{address(made)}/merge", **chosen, **versions(made.clinic, made.again)
    )
    assert (status, where) == (303, f"/duplicates/merged/{made.again}")
    kept = site(made.clinic)
    assert (kept.name, kept.address) == ("东关村卫生室", "学府路 1 号")
    modes = db.session.scalars(
        sa.select(Offering.mode).where(Offering.site_id == kept.id, Offering.until.is_(None))
    )
    assert sorted(modes) == ["assisted", "assisted"]
    answer = county.client.get(f"/sites/{made.again}")
    assert (answer.status_code, answer.location) == (302, f"/sites/{made.clinic}")
    assert made.again in county.get("/duplicates?show=merged")[1]
    assert made.again in county.get(f"/sites/{made.clinic}")[1]
    status, text = county.get(where)
    assert status == 200
    assert made.clinic in text


def test_the_public_is_told_nothing_of_duplicates(app: Flask, county: Person, made: Pairs) -> None:
    text = app.test_client().get(f"/sites/{made.clinic}").text
    assert "duplicates" not in text
    assert f'href="{address(made)}"' in county.get(f"/sites/{made.clinic}")[1]


def test_what_was_changed_since_is_shown_anew(county: Person, made: Pairs) -> None:
    seen = versions(made.clinic, made.again)
    with writing():
        actions.do(ACTOR, id_of(made.again), None, changes.described(phone="0631 9999999"))
    status, text = county.post(f"{address(made)}/merge", survivor=made.clinic, **seen)
    assert status == 409
    assert "0631 9999999" in text
    assert f'name="seen-{made.again}" value="{site(made.again).version}"' in text
    assert site(made.again).merged_into_id is None


def test_bad_choices_are_told_on_the_page(county: Person, made: Pairs) -> None:
    seen = versions(made.clinic, made.again)
    path = f"{address(made)}/merge"
    assert county.post(path, **seen)[0] == 400
    assert county.post(path, survivor=made.twin, **seen)[0] == 400
    assert county.post(path, survivor=made.clinic)[0] == 400
    assert county.post(path, survivor=made.clinic, address=made.twin, **seen)[0] == 400
    status, text = county.post(path, survivor=made.clinic, words="长" * 201, **seen)
    assert status == 400
    assert "内容太长" in text
    assert site(made.again).merged_into_id is None


def test_merging_is_grave(app: Flask, made: Pairs) -> None:
    stale = Person(app, Role.COUNTY_ADMIN, "371082000000", "stale", fresh=False)
    status, where = stale.post(
        f"{address(made)}/merge", survivor=made.clinic, **versions(made.clinic, made.again)
    )
    assert status in (302, 303)
    assert where.startswith("/signin/again") or "again" in where
    assert site(made.again).merged_into_id is None


def test_across_counties_the_city_decides(county: Person, city: Person, made: Pairs) -> None:
    path = f"/duplicates/{made.clinic}/{made.twin}"
    assert "提交市级审批" in county.get(path)[1]
    seen = versions(made.clinic, made.twin)
    assert county.post(f"{path}/merge", survivor=made.clinic, words="搬迁", **seen)[0] == 303
    assert site(made.twin).merged_into_id is None
    asked = db.session.scalars(sa.select(Proposal)).one()
    assert (asked.kind, asked.subject_code, asked.words) == ("site.merge", made.clinic, "搬迁")
    assert "项申请待审批" in county.get(path)[1]
    decider = acting(_account("city"))
    assert decider is not None
    with writing():
        row = db.session.scalars(sa.select(Proposal)).one()
        proposals.approve(decider, row, site(made.clinic).version)
    assert site(made.twin).merged_into_id == id_of(made.clinic)


def _account(name: str) -> int:
    return db.session.scalars(sa.select(Account.id).where(Account.username == name)).one()


def test_taken_apart_it_has_a_page_of_its_own_again(county: Person, made: Pairs) -> None:
    county.post(f"{address(made)}/merge", survivor=made.clinic, **versions(made.clinic, made.again))
    page = f"/duplicates/merged/{made.again}"
    assert county.post(f"{page}/apart", seen="1")[0] == 409
    status, where = county.post(f"{page}/apart", seen=str(site(made.again).version))
    assert (status, where) == (303, f"/sites/{made.again}")
    assert county.get(where)[0] == 200
    assert county.get(page)[0] == 404
    assert f'href="{address(made)}"' in county.get("/duplicates")[1]
