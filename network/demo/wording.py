"""Names, addresses and telephone numbers of made sites, in Chinese and plain English.

Hospitals and pharmacies bear names that nobody bears; the telephone numbers are not in use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from pypinyin import lazy_pinyin

from core.regions.rules import Level, Row
from core.search import stem
from network.demo.rules import Sort

_STATION: Final = "医保工作站"
_STATION_EN: Final = "Medical Insurance Station"

_HOSPITALS: Final = ("和畅医院", "惠宁医院", "润禾医院", "明远医院", "安泽医院")
_PHARMACIES: Final = ("益春大药房", "同禾大药房", "康佑大药房", "本初大药房", "济望大药房")

_VOWEL: Final = re.compile("[aeo]")
_ENDINGS_EN: Final = (
    ("开发区办事处", "Development Zone Office"),
    ("办事处", "Office"),
    ("街道", "Subdistrict"),
    ("镇", "Town"),
    ("乡", "Township"),
)
# The list names some villages after the office they are under.
_OFFICE: Final = re.compile(r"^.+街道办事处(?=.)")


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on the door of a site."""

    name: str
    name_en: str
    address: str


def pinyin(text: str) -> str:
    """Chinese in pinyin as one capitalised word: 长安 is Chang'an."""
    syllables = lazy_pinyin(text)
    first, rest = syllables[:1], syllables[1:]
    return "".join(
        [*first, *(f"'{part}" if _VOWEL.match(part) else part for part in rest)]
    ).capitalize()


def bare(region: Row) -> str:
    """The name of a town or village without what kind of place it is."""
    return stem(_OFFICE.sub("", region.name))


def town_en(town: Row) -> str:
    """A town in English: 崖头街道 is Yatou Subdistrict."""
    for ending, english in _ENDINGS_EN:
        if town.name.endswith(ending):
            return f"{pinyin(town.name.removesuffix(ending))} {english}".strip()
    return pinyin(town.name)


def words(sort: Sort, path: Sequence[Row], rng: Random) -> Words:
    """The words of a site in the last region of *path*, which leads there from the city."""
    if path[-1].level in (Level.CITY, Level.COUNTY):
        return _hall(path)
    full = "".join(region.name for region in path[1:3])
    if sort is Sort.CENTRE:
        return _centre(path[2], full)
    if sort in (Sort.HOSPITAL, Sort.PHARMACY):
        return _provider(sort, path[2], full, rng)
    return _village(sort, path[3], full)


def _hall(path: Sequence[Row]) -> Words:
    region = path[-1]
    floor = "一楼" if len(path) > 1 else "一至二楼"
    return Words(
        f"{region.name}医疗保障服务大厅",
        f"{region.name_en} Medical Insurance Service Hall",
        f"{region.name}政务服务中心{floor}",
    )


def _centre(town: Row, full: str) -> Words:
    return Words(
        f"{town.name}便民服务中心{_STATION}",
        f"{town_en(town)} Convenience Service Centre – {_STATION_EN}",
        f"{full}便民服务中心一楼",
    )


def _provider(sort: Sort, town: Row, full: str, rng: Random) -> Words:
    hospital = sort is Sort.HOSPITAL
    called = rng.choice(_HOSPITALS if hospital else _PHARMACIES)
    english = pinyin(called[:2])
    return Words(
        f"{bare(town)}{called}{_STATION}",
        f"{pinyin(bare(town))} {english} {'Hospital' if hospital else 'Pharmacy'} – {_STATION_EN}",
        f"{full}{called}{'门诊楼一楼医保窗口' if hospital else '店内医保服务台'}",
    )


def _village(sort: Sort, village: Row, full: str) -> Words:
    name = bare(village)
    if sort is Sort.CLINIC:
        return Words(
            f"{name}村卫生室{_STATION}",
            f"{pinyin(name)} Village Clinic – {_STATION_EN}",
            f"{full}{name}村卫生室",
        )
    return Words(
        f"{name}社区{_STATION}",
        f"{pinyin(name)} Community – {_STATION_EN}",
        f"{full}{name}社区党群服务中心一楼",
    )


def phone(area_code: str, number: int) -> str:
    """The telephone of the site with this number, from 1 to 999: well formed, and nobody's."""
    return f"{area_code}-5550{number:03d}"
