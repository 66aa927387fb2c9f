"""A small standard, and a city with halls and stations to hold it against."""

from __future__ import annotations

from datetime import date
from typing import Final

from core.access import command
from core.db import writing
from core.geo import Datum
from core.regions import importer
from core.regions.queries import tree
from core.sites.actions import Entry, enter
from core.sites.changes import Position
from core.sites.rules import Kind
from standards import actions, format, queries
from standards.queries import Published
from tests.core.accounts.made import CITIES

ACTOR: Final = command("test")
SINCE: Final = date(2026, 1, 1)

#: Figures that need nothing but the register: hours.missing is 0 where hours are recorded.
FILE: Final = """\
format = 1
code = "sample"
name = "样本"
name_en = "Sample"
about = "测试用的标准。"
kinds = ["hall", "community"]
total = 10
meets = 60

[documents.report]
title = "报道"
date = "2022"
standing = "article"

[[bands]]
code = "good"
name = "优秀"
name_en = "Good"
from = 80
to = 100

[[bands]]
code = "poor"
name = "不合格"
from = 0
to = 60

[[bands]]
code = "fair"
name = "合格"
from = 60
to = 80

[[chapters]]
code = "people"
name = "人员"
name_en = "People"

[[chapters]]
code = "place"
name = "场所"

[[criteria]]
code = "guide"
chapter = "people"
text = "有引导员"
text_en = "A guide is there"
weight = 4
veto = true
method = "observed"
[criteria.guidance]
look = "进门处"
evidence = "照片"
judge = "有人在岗即通过。"
[criteria.source]
kind = "article"
of = ["report"]

[[criteria]]
code = "hours"
chapter = "place"
text = "营业时间已登记"
weight = 3
method = "both"
check = { figure = "hours.missing", comparison = "equals", value = 0 }
[criteria.source]
kind = "proposed"
note = "测试"

[[criteria]]
code = "position"
chapter = "place"
text = "位置已核实"
weight = 2
method = "derived"
check = { figure = "positions.verified", comparison = "at_least", value = 1 }
[criteria.source]
kind = "proposed"
note = "测试"

[[criteria]]
code = "desk"
chapter = "place"
text = "有咨询台"
weight = 1
kinds = ["hall"]
method = "observed"
[criteria.source]
kind = "proposed"
note = "测试"
"""


def changed(old: str, new: str, text: str = FILE) -> str:
    """The file with a part replaced that stands in it once."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def make_city() -> None:
    with writing():
        importer.apply(ACTOR, importer.plan(CITIES[0], SINCE, "a document"))


def make_site(
    name: str, kind: Kind = Kind.COMMUNITY, village: str = "371002001001", verified: bool = True
) -> int:
    """A site of the made city; gives its id."""
    region = tree(SINCE).by_code[village].id
    position = Position(37.5, 122.1 if village < "371080" else 122.4, Datum.WGS84, verified)
    with writing():
        return enter(ACTOR, Entry(name, kind, region, position), SINCE).id


def publish(text: str = FILE, in_force: date = SINCE) -> Published:
    read = format.read(text)
    with writing():
        actions.publish(ACTOR, read, in_force)
    return queries.versions(read.version.code)[-1]
