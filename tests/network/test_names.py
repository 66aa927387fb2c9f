"""Names as towns write them: which mean one site, and which never do."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.names import LIKELY, Rank, Reason, Sort, read, similar

ABOVE = ("威海市", "荣成市", "崖头街道")

#: Pairs of one site, and the first reason that is to be given.
ONE = [
    ("东关村卫生室", "东关村卫生室", Reason.SAME),
    ("东关村卫生室", "东关村 卫生室", Reason.SAME),
    ("东关村卫生室", "东关村卫生所", Reason.WRITTEN_OTHERWISE),
    ("东关村卫生室", "东关卫生站", Reason.WRITTEN_OTHERWISE),
    ("东关村卫生室", "东关村诊所", Reason.WRITTEN_OTHERWISE),
    ("东关村卫生室医保工作站", "东关村卫生所", Reason.WRITTEN_OTHERWISE),
    ("东关村卫生室医疗保障服务站", "东关村卫生室医保便民服务点", Reason.WRITTEN_OTHERWISE),
    ("威海市荣成市崖头街道东关村卫生室", "东关村卫生室", Reason.WRITTEN_OTHERWISE),
    ("山东省荣成市东关村卫生室", "崖头街道东关村卫生室", Reason.WRITTEN_OTHERWISE),
    ("东关村村委会", "东关村民委员会", Reason.WRITTEN_OTHERWISE),
    ("东关村委会", "东关村村民委员会", Reason.WRITTEN_OTHERWISE),
    ("大观园社区居委会", "大观园社区居民委员会", Reason.WRITTEN_OTHERWISE),
    ("大观园社区居委会", "大观园居委会", Reason.WRITTEN_OTHERWISE),
    ("大观园社区医保工作站", "大观园社区居委会", Reason.WRITTEN_OTHERWISE),
    ("崖头街道便民服务中心", "崖头街道办事处", Reason.WRITTEN_OTHERWISE),
    ("崖头街道便民服务中心", "崖头街道办", Reason.WRITTEN_OTHERWISE),
    ("崖头街道便民服务中心", "崖头街道为民服务中心", Reason.WRITTEN_OTHERWISE),
    ("米山镇党群服务中心", "米山镇人民政府", Reason.WRITTEN_OTHERWISE),
    ("米山镇便民服务中心医保工作站", "米山镇政府", Reason.WRITTEN_OTHERWISE),
    ("东关村第三卫生室", "东关村卫生室(3)", Reason.WRITTEN_OTHERWISE),
    ("东关村一组卫生室", "东关村１组卫生室", Reason.SAME),
    ("三里庄村卫生室", "3里庄村卫生室", Reason.SAME),
    ("同禾大药房第十二分店", "同禾大药房（12店）", Reason.WRITTEN_OTHERWISE),
    ("东关村卫生室", "冬关村卫生室", Reason.SOUNDS_SAME),
    ("丰山社区居委会", "峰山社区居委会", Reason.SOUNDS_SAME),
    ("涯头街道便民服务中心", "崖头街道便民服务中心", Reason.SOUNDS_SAME),
    ("黄村村委会", "黄村村村委会", Reason.WRITTEN_OTHERWISE),
    ("荣成市医疗保障服务大厅", "荣成市医保大厅", Reason.WRITTEN_OTHERWISE),
]

#: Pairs of two sites, and a reason that is to be among those given, if any is.
TWO = [
    ("东关村一组卫生室", "东关村二组卫生室", Reason.OTHER_NUMBER),
    ("东关村第一卫生室", "东关村第二卫生室", Reason.OTHER_NUMBER),
    ("东关村卫生室", "东关村第二卫生室", Reason.OTHER_NUMBER),
    ("三里庄村卫生室", "五里庄村卫生室", Reason.OTHER_NUMBER),
    ("同禾大药房一店", "同禾大药房二店", Reason.OTHER_NUMBER),
    ("东关村卫生室", "西关村卫生室", Reason.NEIGHBOURS),
    ("南马家庄村卫生室", "北马家庄村卫生室", Reason.NEIGHBOURS),
    ("大苏家村卫生室", "小苏家村卫生室", Reason.NEIGHBOURS),
    ("大苏家村卫生室", "苏家村卫生室", Reason.NEIGHBOURS),
    ("前岛村卫生室", "后岛村卫生室", Reason.NEIGHBOURS),
    ("新权村委会", "老权村委会", Reason.NEIGHBOURS),
    ("逍遥社区居民委员会", "逍遥村委会", Reason.OTHER_RANK),
    ("东关村卫生室", "东关村村委会", Reason.OTHER_SORT),
    ("崖头街道便民服务中心", "崖头社区居委会", Reason.OTHER_SORT),
    ("米山镇便民服务中心", "米山村卫生室", Reason.OTHER_SORT),
    ("米山镇卫生院", "米山镇便民服务中心", Reason.OTHER_SORT),
    ("王家村卫生室", "李家村卫生室", None),
    ("宋家村卫生室", "隋家村卫生室", None),
    ("王家疃村卫生室", "王家庄村卫生室", None),
    ("嵩山益春大药房", "环山路同禾大药房", None),
    ("田和和畅医院", "开发区惠宁医院", None),
    ("香山村卫生室", "大孤山村卫生室", None),
]


@pytest.mark.parametrize(("a", "b", "reason"), ONE)
def test_one_site_written_in_two_ways(a: str, b: str, reason: Reason) -> None:
    found = similar(read(a, ABOVE), read(b, ABOVE))
    assert found.score >= LIKELY
    assert found.reasons[0] is reason


@pytest.mark.parametrize(("a", "b", "reason"), TWO)
def test_two_sites_of_names_that_look_alike(a: str, b: str, reason: Reason | None) -> None:
    found = similar(read(a, ABOVE), read(b, ABOVE))
    assert found.score < LIKELY - 0.05
    assert reason is None or reason in found.reasons


def test_the_order_does_not_matter_and_scores_stay_in_bounds() -> None:
    written = {text for pair in (*ONE, *TWO) for text in pair[:2]}
    for a, b in combinations(sorted(written), 2):
        there, back = (similar(read(x, ABOVE), read(y, ABOVE)) for x, y in ((a, b), (b, a)))
        assert there == back
        assert 0 <= there.score <= 1


@pytest.mark.parametrize(
    ("text", "core", "rank", "number", "sort"),
    [
        ("东关村卫生室医保工作站", "东关", Rank.VILLAGE, "", Sort.CLINIC),
        ("东关村十五组卫生室", "东关", Rank.UNSAID, "15", Sort.CLINIC),
        ("崖头街道便民服务中心", "崖头", Rank.TOWN, "", Sort.CENTRE),
        ("威海市医疗保障服务大厅", "威海市", Rank.UNSAID, "", Sort.HALL),
        ("七甲村卫生室", "7甲", Rank.VILLAGE, "", Sort.CLINIC),
        ("一百零三里村", "103里", Rank.VILLAGE, "", Sort.UNSAID),
        ("二十里铺社区", "20里铺", Rank.COMMUNITY, "", Sort.UNSAID),
        ("黄村", "黄村", Rank.VILLAGE, "", Sort.UNSAID),
        ("医保工作站", "医保工作站", Rank.UNSAID, "", Sort.UNSAID),
        ("卫生室", "卫生室", Rank.UNSAID, "", Sort.UNSAID),
    ],
)
def test_the_parts_of_a_name(text: str, core: str, rank: Rank, number: str, sort: Sort) -> None:
    found = read(text, ABOVE)
    assert (found.core, found.rank, found.number, found.sort) == (core, rank, number, sort)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_read_and_compared(a: str, b: str) -> None:
    there, back = similar(read(a), read(b)), similar(read(b), read(a))
    assert there == back
    assert 0 <= there.score <= 1
    assert similar(read(a), read(a)).score == 1
