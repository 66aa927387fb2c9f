"""A visit of which everything is here: its result, its findings and what was seen are written.

All of it in the transaction that takes in the last part, so that none is there without the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from flask import url_for
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record as tell
from core.calendar import working
from core.calendar.queries import calendar
from core.calendar.rules import Calendar
from core.catalogue.rules import SourceKind
from core.clock import now, today
from core.dated import lasting
from core.db import db
from core.errors import NotFound
from core.geo import Point
from core.rectification.actions import open_finding
from core.rectification.importer import periods
from core.rectification.rules import (
    FindingSource,
    Opened,
    Periods,
    Severity,
    finding_source,
)
from core.sites.models import Site, SitePeriod
from core.sites.queries import heirs, network
from core.sites.rules import Kind
from standards import queries as standards
from standards import verdicts
from standards.actions import Recorded, Said, contradicts, observe
from standards.inspections import access, judging, story
from standards.inspections.models import (
    Inspection,
    InspectionAnswer,
    InspectionPhoto,
    InspectionVersion,
)
from standards.inspections.rules import Record, State, Unusable, canonical
from standards.judging import Told, derived
from standards.queries import Published
from standards.rules import Criterion, Result
from standards.rules import State as Standing

SOURCE: Final = finding_source(
    FindingSource(
        "inspection", _l("检查"), lambda reference: url_for("inspections.show", code=reference)
    )
)
#: A criterion that weighs at least so much of its version is serious when it fails.
HEAVY: Final = 0.1


#: What the figures of the criteria told, by standard and criterion.
Figures: TypeAlias = Mapping[str, Mapping[str, Told]]


@dataclass(frozen=True, slots=True)
class Seen:
    """The parts of a visit that its result follows from."""

    row: Inspection
    kind: Kind
    on: date
    versions: Mapping[str, Published]
    answers: Sequence[InspectionAnswer]


@dataclass(frozen=True, slots=True)
class Ready:
    """What closing a visit asks of what is held in memory; read before the transaction, within
    which all of that would be made anew.

    ``figures`` are what the register tells of the criteria, by standard and criterion.
    ``entry_id``: the site that the record names, where that is merged into ``site_id`` since.
    """

    site_id: int
    entry_id: int
    point: Point | None
    pinned: Mapping[str, Published]
    figures: Figures
    outdated: bool
    calendar: Calendar
    periods: Periods


def ready(record: Record) -> Ready:
    """For a record that is to be filed. Raises Unusable for an unknown site or version."""
    net = network()
    entry, place = (net.by_code(one) for one in (record.site, heirs(net.on).get(record.site, "")))
    if entry is None:
        raise Unusable(_l("没有编号为 %(code)s 的网点。", code=record.site), field="site")
    site_id = (place or entry).id
    # With photos to come it is not closed now, and then the register is asked again.
    own = _ready(site_id, entry.point, record.versions, told=not record.photos)
    return own if place is None else replace(own, entry_id=entry.id)


def ready_for(uuid: str) -> Ready | None:
    """For a visit that is filed and waits for photos; None for another."""
    rows = db.session.execute(
        sa.select(InspectionVersion.standard, InspectionVersion.digest, Inspection.site_id)
        .join(Inspection, Inspection.id == InspectionVersion.inspection_id)
        .where(Inspection.uuid == uuid, Inspection.state == State.FILED)
        .order_by(InspectionVersion.id)
    ).all()
    if not rows:
        return None
    return _ready(rows[0].site_id, None, {row.standard: row.digest for row in rows}, told=True)


def ready_again(uuid: str) -> Ready:
    """The same within the transaction, for who found only there that nothing lacks any more.

    Raises NotFound.
    """
    found = ready_for(uuid)
    if found is None:
        raise NotFound(_l("没有这次检查。"))
    return found


def _ready(site_id: int, point: Point | None, versions: Mapping[str, str], *, told: bool) -> Ready:
    pinned, on = judging.pinned(versions), today()
    newest = {one.code: one.digest for one in standards.in_force()}
    return Ready(
        site_id=site_id,
        entry_id=site_id,
        point=point,
        pinned=pinned,
        figures={code: verdicts.told(one, site_id, on) for code, one in pinned.items()}
        if told
        else {},
        outdated=any(newest.get(code) != digest for code, digest in versions.items()),
        calendar=calendar(),
        periods=periods(),
    )


def complete(actor: Actor, inspection_id: int, ready: Ready) -> None:
    """Let the visit be complete; whoever calls holds its row and has seen that nothing lacks."""
    seen, figures = _seen(inspection_id, ready), ready.figures
    own = _derived(seen, figures)
    if own:
        db.session.execute(sa.insert(InspectionAnswer), own)
    judged = judging.judge(seen.versions.values(), seen.kind, _results(seen, own))
    row = seen.row
    row.state, row.completed_at = State.COMPLETE, now()
    row.score = canonical(judging.kept(judged))
    findings = _open_findings(actor, seen, ready)
    _observe(actor, seen, figures)
    db.session.flush()
    best = judged[0].score if judged else None
    changes = {
        "state": (State.FILED, State.COMPLETE),
        "findings": (None, findings),
        "points": (None, None if best is None else f"{best.points.least}/{best.points.of}"),
        "grade": (None, None if best is None or best.grade is None else best.grade.name),
    }
    region_id = access.region_of(row.site_id)
    tell(actor, story.COMPLETED, (story.INSPECTION, row.uuid), changes, region_id=region_id)


def _seen(inspection_id: int, ready: Ready) -> Seen:
    row = db.session.get_one(Inspection, inspection_id, populate_existing=True)
    answers = db.session.scalars(
        sa.select(InspectionAnswer)
        .where(InspectionAnswer.inspection_id == inspection_id)
        .order_by(InspectionAnswer.id)
    ).all()
    on = _first_day(row.site_id, row.day)
    return Seen(row, _kind(access.entry_of(row), row.day), on, ready.pinned, answers)


def _first_day(site_id: int, on: date) -> date:
    """The day, or the first on which there is the site."""
    first = sa.select(sa.func.min(SitePeriod.since)).where(SitePeriod.site_id == site_id)
    return max(on, db.session.scalars(first).one())


def _kind(site_id: int, on: date) -> Kind:
    """What kind of site it was on the day, else at first."""
    found = db.session.scalars(
        sa.select(SitePeriod.kind)
        .where(SitePeriod.site_id == site_id, lasting(SitePeriod, on))
        .order_by(SitePeriod.since)
        .limit(1)
    )
    return Kind(found.one())


def _derived(seen: Seen, figures: Figures) -> list[dict[str, Any]]:
    """What follows from the register alone: it stands among the answers, marked as such."""
    return [
        {
            "inspection_id": seen.row.id,
            "standard": code,
            "criterion": criterion.code,
            "result": result,
            "note": "",
            "reason": "",
            "derived": True,
        }
        for code, published in seen.versions.items()
        for criterion in published.version.of_kind(seen.kind)
        if not criterion.observable
        and (result := _of_register(criterion, figures.get(code, {}).get(criterion.code, Told())))
    ]


def _of_register(criterion: Criterion, told: Told) -> Result | None:
    if criterion.check is None:
        return None
    return {
        Standing.MET: Result.PASSED,
        Standing.FAILED: Result.FAILED,
        Standing.NOT_APPLICABLE: Result.NOT_APPLICABLE,
    }.get(derived(criterion.check, told))


def _results(seen: Seen, own: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Result]]:
    """The answers by standard and criterion, those of the register among them."""
    found: dict[str, dict[str, Result]] = defaultdict(dict)
    for one in seen.answers:
        found[one.standard][one.criterion] = Result(one.result)
    for row in own:
        found[row["standard"]][row["criterion"]] = row["result"]
    return found


# -- Findings -----------------------------------------------------------------------------------


def _open_findings(actor: Actor, seen: Seen, ready: Ready) -> int:
    """A finding for each criterion that failed on site; gives how many."""
    site_id = _survivor(seen.row.site_id)
    sent = access.as_sent(actor, site_id)
    photos = _photos(seen.row.id)
    failed = [one for one in seen.answers if one.result == Result.FAILED]
    for answer in failed:
        key = f"{answer.standard}/{answer.criterion}"
        found = _opened(seen, answer, photos.get(key, ()), ready)
        opened = replace(found, site_id=site_id)
        answer.finding = open_finding(sent, opened, made=seen.row.made)
    return len(failed)


def _survivor(site_id: int) -> int:
    """The site, or the one that it was found to be the same place as while the visit was made."""
    into = db.session.scalar(sa.select(Site.merged_into_id).where(Site.id == site_id))
    return site_id if into is None else _survivor(into)


def _inspector(row: Inspection) -> tuple[str, int | None]:
    """Who was there, whoever brings the last of it: whose telephone the record comes from."""
    return row.owner or row.inspector, row.owner_id or row.inspector_id


def _photos(inspection_id: int) -> dict[str, tuple[int, ...]]:
    """The files of the photos, by the key of the criterion that they show."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = db.session.execute(
        sa.select(InspectionPhoto.key, InspectionPhoto.file_id)
        .where(InspectionPhoto.inspection_id == inspection_id, InspectionPhoto.copy_id.is_(None))
        .order_by(InspectionPhoto.position)
    )
    for key, file_id in rows:
        if file_id is not None:
            found[key].append(file_id)
    return {key: tuple(file_ids) for key, file_ids in found.items()}


def _opened(seen: Seen, answer: InspectionAnswer, photos: Sequence[int], ready: Ready) -> Opened:
    published = seen.versions[answer.standard]
    criterion = published.version.by_code[answer.criterion]
    found_on, grave = today(), severity(published, criterion)
    found_by, found_by_id = _inspector(seen.row)
    due = ready.periods.due(ready.calendar, grave, found_on)
    if answer.due_days is not None:
        due = working.after(ready.calendar, found_on, answer.due_days)
    return Opened(
        source=SOURCE.code,
        reference=seen.row.uuid,
        site_id=seen.row.site_id,
        standard=published.version.name,
        criterion=f"{answer.standard}/{answer.criterion}",
        words=criterion.text,
        basis=_basis(published, criterion),
        severity=grave,
        found_on=found_on,
        note=answer.note or answer.reason,
        photos=tuple(photos),
        due=due,
        found_by=found_by,
        found_by_id=found_by_id,
    )


def _basis(published: Published, criterion: Criterion) -> str:
    """Which clause it is and where it comes from, in the language in which notices are served."""
    version, source = published.version, criterion.source
    told = f"《{version.name}》第 {published.number} 版 {criterion.code}：{criterion.text}"
    if source.kind is SourceKind.PROPOSED:
        return f"{told}；来源：拟定"
    return f"{told}；来源：{'、'.join(f'《{version.documents[one].title}》' for one in source.of)}"


def severity(published: Published, criterion: Criterion) -> Severity:
    """A veto is grave, what weighs much is serious."""
    if criterion.veto:
        return Severity.GRAVE
    heavy = criterion.weight >= HEAVY * published.version.total
    return Severity.SERIOUS if heavy else Severity.MINOR


# -- What was seen ------------------------------------------------------------------------------


def _observe(actor: Actor, seen: Seen, figures: Figures) -> None:
    for code, published in seen.versions.items():
        told = figures.get(code, {})
        said = {
            one.criterion: _said(published.version.by_code[one.criterion], one, told)
            for one in seen.answers
            if one.standard == code
        }
        if said:
            source = Recorded(story.INSPECTION, seen.row.uuid)
            observe(actor, seen.row.site_id, published, said, source, seen.on, told)


def _said(criterion: Criterion, answer: InspectionAnswer, told: Mapping[str, Told]) -> Said:
    result, note = Result(answer.result), answer.reason or answer.note
    if not note and contradicts(criterion, result, told.get(criterion.code, Told())):
        # The register may have changed while the inspector was away: his word is not lost for it.
        note = "检查时登记内容不同或未写明原因"
    return Said(result, note)
