"""What is found in memory is what the database finds by LIKE in the index of each site."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask
from pypinyin import lazy_pinyin

from core.clock import today
from core.db import db, writing
from core.forms import plain
from core.search import asked, contains, folded, index_text, phrases, sounds
from core.sites.models import Site
from core.sites.queries import network
from core.sites.rules import is_site_code
from network.listing import queries, texts
from network.listing.characters import Characters
from network.listing.numbers import bare
from network.listing.texts import Shelf, Texts
from tests.network.listing.conftest import AddSite

#: Characters of several sounds, phrases that bend them, and what is no Chinese at all.
PARTS: Final = (
    *("长岛", "单县", "重庆路", "石岛", "大夫", "乐陵", "行里", "会计", "环翠", "区", "丁夏村"),
    *("村民委员会", "街道办事处", "社区", "卫生室", "便民服务中心", "服务", "银行", "和平", "朝阳"),
    *(
        "12号",
        "3-5",
        "A座",
        "b",
        "（东）",
        "é",
        "–",
        "50%",
        "a_b",
        " ",
        "𠀀",
        "〇",
        "ü",
        "绿",
        "女",
    ),
    *("East Clinic", "Huan Cui", "OK", "地", "都", "藏", "乾", "曾", "尾", "参", "嗯", "呣"),
)
PHONES: Final = ("", "0631-5310001", "138 0000 0000", "0631-5310001转2", "12345\n67")


def like(text: str) -> list[int]:
    """The ids that the database finds, for what is ASCII; what else is asked is in a text."""
    digits = bare(plain(text))
    latin = [word for word in asked(text) if word.isascii()]
    statement = sa.select(Site.id, Site.name, Site.name_en, Site.address).order_by(Site.id)
    if latin:
        conditions = [contains(Site.search, " ".join(latin))]
        if digits.isascii() and digits.isdigit():
            if is_site_code(digits) and network().by_code(digits) is not None:
                conditions = [Site.code == digits]
            else:
                conditions.append(Site.code.startswith(digits))
                if len(digits) >= 4:
                    phone = sa.func.replace(sa.func.replace(Site.phone, "-", ""), " ", "")
                    conditions.append(phone.contains(digits))
        statement = statement.where(sa.or_(*conditions))
    others = [word for word in asked(text) if not word.isascii()]
    return [
        id
        for id, *said in db.session.execute(statement)
        if all(any(word in folded(one) for one in said) for word in others)
    ]


def written(chance: random.Random, most: int = 6) -> str:
    return "".join(chance.choices(PARTS, k=chance.randint(0, most)))[:100]


def questions(chance: random.Random, search: list[str], phones: list[str]) -> Iterator[str]:
    """Pieces of what is in the index, as it stands and spoilt, and some that nobody thought of."""
    for _ in range(80):
        words = [word for word in chance.choice(search).split() if word.isascii()] or ["x"]
        word = chance.choice(words)
        first = chance.randrange(len(word))
        piece = word[first : first + chance.choice((1, 2, 3, 5, 8, 13, 40))]
        yield piece
        yield piece.upper() + chance.choice("aghinou1%_")
        yield f"{piece} {chance.choice(words)[:3]}"
        yield f"{chance.choice(PARTS)} {piece}"
    for phone in phones:
        yield phone
        yield phone[-6:]
    yield from ("0", "00", "000001", "nanan", "x" * 100, "an" * 50, "'", "\\", "g", "ng", "lv", "v")


@pytest.mark.parametrize(
    ("seed", "few", "stretch", "read"), [(1, 400, 1 << 17, 1000), (2, 0, 7, 3), (3, 2, 40, 1000)]
)
def test_as_like_finds(
    app: Flask,
    add_site: AddSite,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    few: int,
    stretch: int,
    read: int,
) -> None:
    monkeypatch.setattr(texts, "FEW", few)
    monkeypatch.setattr(queries, "_READ_AT_ONCE", read)
    chance = random.Random(seed)
    with writing():
        for _ in range(120):
            add_site("站")
        for id in db.session.scalars(sa.select(Site.id)).all():
            said = [written(chance) or "站", written(chance, 3), written(chance)]
            db.session.execute(
                sa.update(Site)
                .where(Site.id == id)
                .values(
                    name=said[0],
                    name_en=said[1],
                    address=said[2],
                    phone=chance.choice(PHONES),
                    search=index_text(*said),
                )
            )
    search = list(db.session.scalars(sa.select(Site.search)))
    made = Texts(network(today()), Shelf(), stretch)
    monkeypatch.setattr(queries, "_texts", lambda on: made)
    found = 0
    for text in questions(chance, search, [*PHONES[1:], *db.session.scalars(sa.select(Site.code))]):
        if asked(text):
            ours = queries._named(text).tolist()
            assert ours == like(text), text
            found += len(ours) > 0
    assert found > 150


def test_only_what_changed_is_laid_out_again(
    app: Flask, add_site: AddSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid: list[int] = []

    class Counted(Characters):
        def __init__(self, given: list[str], each: int) -> None:
            super().__init__(given, each)
            laid.append(len(given) // each)

    monkeypatch.setattr(texts, "Characters", Counted)
    for number in range(5):
        add_site(f"第{number}站")
    shelf = Shelf()
    before = Texts(network(today()), shelf, 3)
    first = len(laid)
    with writing():
        db.session.execute(sa.update(Site).where(Site.name == "第0站").values(name="另一站"))
    after = Texts(network(today()), shelf, 3)
    assert len(laid) == first + 1
    assert before.having("另一站").sum() == 0
    assert after.having("另一站").sum() == 1


def test_what_is_laid_out_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MOST_KEPT", 2)
    shelf = Shelf()
    one = shelf.characters(["一"])
    assert shelf.characters(["一"]) is one
    shelf.characters(["二"])
    shelf.characters(["三"])
    assert shelf.characters(["一"]) is not one


def test_nothing_before_the_radicals_has_a_reading() -> None:
    assert all(sounds(letter) == (letter,) for letter in map(chr, range(33, 0x2E80)))


def test_phrases_are_those_that_bend_a_sound() -> None:
    for phrase, said in list(phrases().items())[::20]:
        assert list(said) == lazy_pinyin(phrase)
        assert list(said) != [sounds(letter)[0] for letter in phrase]
