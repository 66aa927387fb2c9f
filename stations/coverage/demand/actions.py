"""What is written for a file of settlements; what was approved comes to count in one step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require_reach
from core.audit.actions import record
from core.audit.rules import compared
from core.clock import now, today
from core.db import db, make_room, rows_written, writing
from core.errors import BadInput, Conflict
from core.imports import actions as imports
from core.imports.actions import Sent
from core.imports.jobs import Rows
from core.imports.queries import regions_of
from core.imports.rules import Report, State, as_json
from core.regions import queries as regions
from core.regions.rules import Level
from core.sheets.columns import recognised
from core.sheets.container import Unreadable
from core.sheets.headings import Layout
from core.sheets.reading import SheetRow
from stations.coverage import actions, sets
from stations.coverage.actions import STALE, New
from stations.coverage.demand import queries, story
from stations.coverage.demand.judging import Judge
from stations.coverage.demand.models import PopulationImport, PopulationImportRow
from stations.coverage.demand.queries import FILES, File
from stations.coverage.demand.rules import MOST_LETTERS, MOST_ROWS, Verdict
from stations.coverage.demand.sheet import BY_CODE, COLUMNS, NEEDED
from stations.coverage.models import Settlement
from stations.coverage.population import SetKind, Terms


def send(actor: Actor, sent: Sent[Terms]) -> str:
    """Note that somebody has sent a file; gives the UUID by which it is known.

    Raises BadInput, NotFound out of reach, QuotaSpent.
    """
    terms = sent.terms
    terms.check()
    living = regions.load(today())
    require_reach(actor.reach(Permission.REGISTER_IMPORT).region(living, terms.region_id))
    node = living.by_id[terms.region_id]
    if node.level not in (Level.CITY, Level.COUNTY):
        raise BadInput(_l("人口数据按市或区县载入，请选择市或区县。"), field="region")
    said = {"year": terms.year, "source": terms.source.strip(), "datum": terms.datum}
    run, file = imports.begin(actor, PopulationImport, sent, region_id=terms.region_id, **said)
    facts = {"file": file.name, "sha256": file.sha256, "region": node.code, **said}
    subject = (story.FILE, run.uuid)
    record(actor, story.SENT, subject, compared({}, facts), region_id=terms.region_id)
    return run.uuid


# -- Reading ------------------------------------------------------------------------------------


def stage(file: File, rows: Rows, report: Report) -> None:
    """Keep the rows of a file. Raises Unreadable where a column that is needed is not found."""
    number, tops = imports.stage(FILES, file, rows, report, _check_size)
    layouts = tops.layouts(recognised(COLUMNS))
    _check_columns(layouts)
    imports.read(FILES, file, number, layouts, tops.notices)


def _check_size(number: int, row: SheetRow) -> None:
    """Raise Unreadable for more than anybody says of settlements."""
    if number > MOST_ROWS:
        raise Unreadable(_l("表格太大，一次最多 %(most)s 行。请分成几个文件。", most=MOST_ROWS))
    if any(isinstance(cell, str) and len(cell) > MOST_LETTERS for cell in row.cells):
        raise Unreadable(
            _l("第 %(line)s 行有单元格超过 %(most)s 个字。", line=row.line, most=MOST_LETTERS)
        )


def _check_columns(layouts: Sequence[Layout]) -> None:
    if not layouts:
        raise Unreadable(
            _l("没有认出列名。第一行应写明：区划代码、名称、纬度、经度、人口；可以下载模板填写。")
        )
    for layout in layouts:
        missing = [BY_CODE[code].heading for code in NEEDED if code not in layout.columns]
        if missing:
            message = _l(
                "没有认出这些列：%(columns)s。请改列名，或用模板。", columns="、".join(missing)
            )
            raise Unreadable(message)


# -- The trial ----------------------------------------------------------------------------------


def judge(actor: Actor, file: File, report: Report) -> None:
    """Try every row, and keep what would become of it; ends with the digest of it all.

    Raises Conflict.
    """
    if file.node is None:
        raise Conflict(_l("这个区划已经不存在，请重新上传并选择现在的区划。"))
    judging = Judge(file.node, file.terms.datum, queries.regions_for(actor))
    held = sets.in_use(file.terms.region_id, file.terms.year)
    replaces = "" if held is None else held.uuid
    common = imports.try_rows(FILES, file, judging.judge, lambda _judged: None, report)
    content = _content(file.terms, judging.content())
    sums = as_json({str(id): each for id, each in judging.sums.items()})
    digest, said = _sealed(content, replaces), {"content": content, "replaces": replaces}
    with writing():
        imports.tried(FILES, file, common, digest, judging.notices(), sums=sums, **said)


def _content(terms: Terms, rows: str) -> str:
    """The digest of what a file says, with what was said about it."""
    told = (terms.region_id, terms.year, terms.source, terms.datum, rows)
    return hashlib.sha256(as_json(told).encode()).hexdigest()


def _sealed(content: str, replaces: str) -> str:
    return hashlib.sha256(f"{content} {replaces}".encode()).hexdigest()


# -- Letting it count ---------------------------------------------------------------------------


def apply(
    actor: Actor, uuid: str, approved: str, finish: Callable[[], None] = lambda: None
) -> File:
    """Let the settlements of the file count, if that is what was *approved* (a digest).

    All in one transaction; *finish* is called last in it.  Raises NotFound out of reach, BadInput
    where rows are wrong, Conflict where it was taken or what would be replaced is another by now.
    """
    file = queries.find(actor, uuid)
    check(file, approved)
    touched = regions_of(FILES, file.id, Verdict.TAKE)
    db.session.rollback()
    with writing():
        make_room()
        imports.claim(FILES, file, approved, STALE, state=State.APPLIED, applied_at=now())
        living = regions.load(today()).by_id
        if not living.keys() >= {file.terms.region_id, *touched}:
            raise Conflict(STALE)
        row = actions.take(actor, _new(file), file.replaces)
        _settle(row.id, file.id)
        imports.change(FILES, file.id, set_uuid=row.uuid)
        finish()
    return file


def check(file: File, approved: str) -> None:
    """Raise BadInput or Conflict unless the file may count as it was approved."""
    imports.check(FILES, file, approved)
    if not file.taken:
        raise BadInput(_l("文件里没有一个聚落。"))
    held = sets.in_use(file.terms.region_id, file.terms.year)
    if held is not None and held.digest == file.content:
        raise BadInput(_l("与使用中的人口数据完全一致，没有需要载入的内容。"))


def _new(file: File) -> New:
    terms = file.terms
    return New(
        region_id=terms.region_id,
        year=terms.year,
        kind=SetKind.POINTS,
        source=terms.source,
        datum=terms.datum,
        people=file.people,
        places=file.taken,
        file_name=file.file_name,
        sha256=file.sha256,
        digest=file.content,
    )


def _settle(set_id: int, run_id: int) -> None:
    names = ("region_id", "code", "name", "lat", "lon", "people")
    row = PopulationImportRow
    rows = (
        sa.select(sa.literal(set_id), *(getattr(row, name) for name in names))
        .where(row.run_id == run_id, row.verdict == Verdict.TAKE)
        .order_by(row.number)
    )
    rows_written(sa.insert(Settlement).from_select(["set_id", *names], rows))
