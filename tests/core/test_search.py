"""Names are found by characters, pinyin and initials, and by nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.errors import BadInput
from core.search import MOST_ASKED, asked, contains, index_text, rank, stem

NAMES = (
    "荣成市",
    "乳山市",
    "长岛县",
    "单县",
    "丁夏村村民委员会",
    "吕家村委会",
    "50%折扣站",
    "50个站",
    "a_b店",
    "aXb店",
)


@pytest.fixture(scope="module")
def engine() -> sa.Engine:
    """A table of NAMES by itself: searching needs nothing of the product."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        TABLE.metadata.create_all(connection)
        rows = [{"name": name, "search": index_text(name)} for name in NAMES]
        connection.execute(sa.insert(TABLE), rows)
    return engine


TABLE = sa.Table(
    "thing",
    sa.MetaData(),
    sa.Column("name", sa.Text),
    sa.Column("search", sa.Text),
)


def found(engine: sa.Engine, text: str) -> list[str]:
    with engine.connect() as connection:
        statement = sa.select(TABLE.c.name).where(contains(TABLE.c.search, text))
        return list(connection.scalars(statement.order_by(rank(TABLE.c.search, text))))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("荣成", "荣成市"),
        ("荣成市", "荣成市"),
        ("rongcheng", "荣成市"),
        ("RongCheng", "荣成市"),
        ("ｒｃ", "荣成市"),
        ("rc", "荣成市"),
        ("rcs", "荣成市"),
        ("rong cheng", "荣成市"),
        ("rushan", "乳山市"),
        ("rs", "乳山市"),
        ("changdao", "长岛县"),
        ("cd", "长岛县"),
        ("changdaoxian", "长岛县"),
        ("shanxian", "单县"),
        ("丁夏", "丁夏村村民委员会"),
        ("丁夏村", "丁夏村村民委员会"),
        ("dingxia", "丁夏村村民委员会"),
        ("吕家村", "吕家村委会"),
        ("lüjia", "吕家村委会"),
        ("lvjia", "吕家村委会"),
    ],
)
def test_a_name_is_found_as_people_write_it(engine: sa.Engine, text: str, name: str) -> None:
    assert found(engine, text) == [name]


@pytest.mark.parametrize(
    ("text", "names"), [("50%", ["50%折扣站"]), ("%", ["50%折扣站"]), ("_", ["a_b店"]), ("/", [])]
)
def test_signs_of_the_database_are_literal(engine: sa.Engine, text: str, names: list[str]) -> None:
    assert found(engine, text) == names


def test_nothing_asked_excludes_nothing(engine: sa.Engine) -> None:
    assert len(found(engine, " ")) == len(NAMES)


def test_too_long_a_text_is_refused() -> None:
    assert asked("一" * MOST_ASKED)
    with pytest.raises(BadInput) as refused:
        asked("一" * (MOST_ASKED + 1))
    assert refused.value.field == "q"


def test_whole_words_come_before_beginnings_before_the_rest() -> None:
    engine = sa.create_engine("sqlite://")
    ranks = {}
    with engine.connect() as connection:
        for name in ("东荣成村", "荣成路街道", "荣成市"):
            column = sa.literal(index_text(name))
            ranks[name] = connection.scalar(sa.select(rank(column, "荣成")))
    assert ranks == {"荣成市": 0, "荣成路街道": 1, "东荣成村": 2}


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("荣成市", "荣成"),
        ("崖头街道", "崖头"),
        ("崖头街道办事处", "崖头"),
        ("一勘社区居委会", "一勘"),
        ("万家村委会", "万家"),
        ("单县", "单县"),
        ("威海经济技术开发区", "威海经济技术开发区"),
    ],
)
def test_the_stem_is_what_people_say(name: str, short: str) -> None:
    assert stem(name) == short


def test_the_index_of_a_long_name_is_bounded() -> None:
    long = "长单乐曾重行" * 50
    assert len(index_text(long)) < 20 * len(long)
    assert len(index_text("长单乐曾重行").split()) <= 1 + 2 * 16
