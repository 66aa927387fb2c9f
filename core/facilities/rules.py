"""What a site may have: the catalogue of items, in groups, each with its source."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from flask_babel import lazy_gettext as _l
from pydantic import Field, StringConstraints

from core.catalogue.format import SourceRow
from core.catalogue.rules import Document, EnglishName, Name, Source, Strict
from core.errors import BadInput
from core.labels import Labelled
from core.textfile import read_text

SHIPPED: Final = Path(__file__).parent / "data" / "items.toml"
#: How many of one thing a site may have.
MOST: Final = 999
MOST_NOTE: Final = 100


class Group(Labelled):
    """Kinds of things that are recorded together."""

    ZONE = "zone", _l("功能分区")
    EQUIPMENT = "equipment", _l("设备设施")
    CONVENIENCE = "convenience", _l("便民设施")
    SIGN = "sign", _l("标识公示")
    NETWORK = "network", _l("网络")
    RULE = "rule", _l("服务制度")
    RATING_CHANNEL = "rating_channel", _l("评价渠道")


GROUPS: Final = tuple(Group)


class _ItemRow(Strict):
    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,31}$")]
    group: Group = Field(strict=False)
    name: Name
    name_en: EnglishName
    counted: bool = False
    public: bool = False
    source: SourceRow


class _ItemsFile(Strict):
    documents: dict[str, Document]
    items: tuple[_ItemRow, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing. ``counted``: a site has a number of it; ``public``: it helps a resident to know.

    ``place`` is its number in the catalogue.
    """

    place: int
    code: str
    group: Group
    name: str
    name_en: str
    counted: bool
    public: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Items:
    """The whole catalogue, in the order of forms."""

    all: tuple[Item, ...]
    by_code: Mapping[str, Item]

    def of(self, group: Group) -> tuple[Item, ...]:
        return tuple(item for item in self.all if item.group is group)

    def places(self, group: Group) -> list[int]:
        return [item.place for item in self.of(group)]

    def find(self, code: str) -> Item:
        """The item with this code. Raises BadInput."""
        try:
            return self.by_code[code]
        except KeyError:
            raise BadInput(_l("没有这个登记项目：%(code)s。", code=code[:40]), field=code) from None


@cache
def items() -> Items:
    """The catalogue that comes with the product."""
    return read_items(read_text(SHIPPED))


def read_items(text: str) -> Items:
    """The catalogue that *text* describes. Raises ValueError where it is not one."""
    given = _ItemsFile.model_validate_json(_as_json(text))
    found = tuple(
        Item(
            *(place, row.code, row.group, row.name, row.name_en, row.counted, row.public),
            source=_source(row.source, given.documents),
        )
        for place, row in enumerate(given.items)
    )
    by_code = {item.code: item for item in found}
    if len(by_code) != len(found):
        raise ValueError("an item is there twice")
    return Items(found, by_code)


def _as_json(text: str) -> str:
    return json.dumps(tomllib.loads(text), ensure_ascii=False)


def _source(row: SourceRow, documents: Mapping[str, Document]) -> Source:
    found = tuple(documents[key] for key in row.of)
    return Source(kind=row.kind, documents=found, note=row.note, note_en=row.note_en)


@dataclass(frozen=True, slots=True)
class Fit:
    """So many of an item, and a word about it: where it is, what it is like."""

    count: int = 1
    note: str = ""


def check_fit(item: Item, fit: Fit) -> Fit:
    """Raise BadInput unless a site may have so many of the item."""
    if not item.counted and fit.count != 1:
        raise BadInput(_l("这一项不分几个：有写 1，没有写 0。"), field=item.code)
    if not 1 <= fit.count <= MOST:
        raise BadInput(_l("数量应在 1 到 %(most)s 之间。", most=MOST), field=item.code)
    if len(fit.note) > MOST_NOTE:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_NOTE), field=item.code)
    return fit
