"""What the pages of visits show at a glance: how many wait, what failed, which photo is which."""

from __future__ import annotations

import re

from core.clock import now, today
from tests.standards.inspections.made import Ground, answer, jpeg, named, sha
from tests.standards.inspections.test_views import admin

FAILED = [answer("guide", "fail", note="没有人在岗"), answer("hours", reason="门上贴着营业时间")]


def test_the_list_says_how_many_visits_are_in_each_state(ground: Ground) -> None:
    done, _first, _second = ground.plan(), ground.plan("sibling"), ground.plan("own", made=True)
    ground.phone().send(done, ground.record(answers=FAILED))
    boss = admin(ground)

    def tabs(query: str) -> dict[str, str]:
        page = boss.client.get(f"/inspections/all{query}").text
        links = re.findall(r'<a class="btn quiet" href="([^"]+)"[^>]*>(.+?)</a>', page)
        return {
            text.partition(" <span")[0]: re.sub("<[^>]+>", "", text) for _address, text in links
        }

    assert tabs("")["待检查"] == "待检查 2"
    assert tabs("")["待审核"] == "待审核 1"
    assert tabs("?state=complete") == tabs("")
    assert "待审核" not in tabs("?q=nobody")
    assert "1 条不符" in boss.client.get("/inspections/all?state=complete").text
    # What is asked for less often stays folded away, unless it is asked for.
    assert 'class="register-more">' in boss.client.get("/inspections/all?state=planned").text
    assert 'class="register-more" open>' in boss.client.get("/inspections/all?flagged=1").text


def test_the_result_begins_with_what_failed(ground: Ground) -> None:
    uuid, phone, shot = ground.plan(), ground.phone(), jpeg()
    phone.send(uuid, ground.record(answers=FAILED, photos=named([shot])))
    waits = phone.client.get(f"/inspections/{uuid}").text
    told = waits[waits.index('id="missing"') :]
    assert "有引导员" in told, "a photo that lacks is named by what it shows"
    phone.photo(uuid, shot)
    page = phone.client.get(f"/inspections/{uuid}").text
    assert page.index("不符合的条目") < page.index('href="#a-sample-guide"') < page.index("<table")
    assert 'id="a-sample-guide"' in page
    assert "#a-sample-hours" not in page


def test_photos_stand_apart_in_print_so_that_a_row_never_leaves_half_a_page_white(
    ground: Ground,
) -> None:
    uuid, phone, shots = ground.plan(), ground.phone(), [jpeg(), jpeg("blue")]
    phone.send(uuid, ground.record(answers=FAILED, photos=named(shots)))
    for shot in shots:
        phone.photo(uuid, shot)
    report = phone.client.get(f"/inspections/{uuid}/report").text
    answers = report[report.index("visit-answers") : report.index("</table>")]
    assert "<img" not in answers
    assert "照片 1 2" in answers
    album = report[report.index("visit-album") :]
    assert album.index(sha(shots[0])) < album.index("1 · ") < album.index(sha(shots[1]))
    assert "有引导员" in album[: album.index("</ul>")]


def test_the_calendar_marks_days_without_visits_which_a_telephone_leaves_out(
    ground: Ground,
) -> None:
    ground.plan()
    page = ground.phone().client.get("/inspections/calendar").text
    now = page[page.index('class="now"') :]
    assert f'<b class="num">{today().day}</b>' in now[:80]
    assert page.count('class="free"') >= 27


def test_another_record_is_laid_beside_the_one_that_counts(ground: Ground) -> None:
    uuid, phone, shot = ground.plan(), ground.phone(), jpeg("blue")
    phone.send(uuid, ground.record())
    other = ground.record(
        answers=FAILED,
        photos=named([shot]),
        words="门口有积雪",
        signatures=[{"side": "site", "name": "王站长", "at": now().isoformat()}],
    )
    assert phone.send(uuid, other).status_code == 409
    phone.photo(uuid, shot)
    page = admin(ground).client.get(f"/inspections/{uuid}").text
    told = page[page.index('id="copies"') :]
    table = told[told.index("<table") : told.index("</table>")]
    assert "有引导员" in table
    assert table.index("符合</span>") < table.index("不符合</span>") < table.index("没有人在岗")
    assert "营业时间已登记" not in table, "what both say alike is no difference"
    assert "门口有积雪" in told
    assert "王站长" in told
    assert f"/photos/{sha(shot)}/small" in told
    # As it was sent it is still there, folded away.
    assert told.index("看原文") < told.index("started_at")


def test_records_that_answer_alike_say_so(ground: Ground) -> None:
    uuid, phone = ground.plan(), ground.phone()
    phone.send(uuid, ground.record())
    phone.send(uuid, ground.record(words="补一句"))
    told = admin(ground).client.get(f"/inspections/{uuid}").text.partition('id="copies"')[2]
    assert "各条的回答与先到的相同" in told
    assert "补一句" in told


def test_a_site_to_visit_is_found_by_words_of_its_name(ground: Ground) -> None:
    phone = ground.phone()
    told = phone.post("/inspections/new", site="工作站")
    assert told.status_code == 200
    assert f'name="site" value="{ground.world.own}"' in told.text
    # Another county's is not for this inspector, so that it is not offered either.
    assert ground.world.sibling not in told.text
    assert phone.post("/inspections/new", site="没有这个地方").status_code == 422
    assert phone.post("/inspections/new", site=ground.world.own).status_code == 303
