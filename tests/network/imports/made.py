"""Files of sites, as towns send them, and the way from a file to its trial."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from core.access import Actor, Held, Permission, Reach, command
from core.db import writing
from core.files import store
from core.geo import Datum
from core.imports import queries as imports
from core.imports.actions import Sent
from core.imports.rules import Asked
from core.sheets.container import check
from core.sheets.problems import place
from network.imports import actions, queries
from network.imports.jobs import WORKS
from network.imports.queries import FILES, File, Shown
from network.imports.rules import Terms
from tests.core.imports.made import nothing

ACTOR: Final = command("test")
HEADINGS: Final = ("网点名称", "类型", "区划代码", "电话", "经度", "纬度", "营业时间")
#: A good row in 东村 of the tests' network.
GOOD: Final = (
    *("东村医保站", "村卫生室", "371082001201", "0631-7560001", "122.51", "37.011"),
    "每天 8:00-17:00",
)


def county_admin(region_id: int) -> Actor:
    """Somebody who may import into one region and what lies below."""
    permissions = frozenset({Permission.REGISTER_IMPORT, Permission.REGISTER_WRITE})
    held = Held("county_admin", permissions, Reach(regions=frozenset({region_id})))
    return Actor("县管理员", (held,))


def sent(
    path: Path, actor: Actor = ACTOR, datum: Datum | None = Datum.WGS84, on: date | None = None
) -> str:
    """Send the file; gives the UUID of the import."""
    container = check(path, path.name)
    content = store.put_bytes(path.read_bytes())
    with writing():
        return actions.send(actor, Sent(content, path.name, container, Terms(datum, on)))


def tried(
    path: Path, actor: Actor = ACTOR, datum: Datum | None = Datum.WGS84, on: date | None = None
) -> File:
    """Send the file, read it and try it."""
    uuid = sent(path, actor, datum, on)
    WORKS.read_and_try(actor, uuid, nothing, nothing)
    return queries.find(actor, uuid)


def again(file: File, actor: Actor = ACTOR) -> File:
    """Try the file once more."""
    WORKS.read_and_try(actor, file.uuid, nothing, nothing, read=False)
    return queries.find(actor, file.uuid)


def rows(file: File) -> list[Shown]:
    return imports.rows(FILES, file, Asked())[0]


def problems(file: File) -> list[tuple[str, str]]:
    """Where and what, of every problem."""
    return [
        (f"{row.sheet}!{place(row.line, one.column)}".lstrip("!"), one.told)
        for row in imports.told(FILES, file)
        for one in row.problems
    ]
