"""Publishing a version, and recording what somebody saw on site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.clock import now, today
from core.dated import on_day
from core.db import db, insert_or
from core.errors import BadInput, Conflict, NotFound
from core.sites.models import Site, SitePeriod
from core.sites.story import SITE
from standards import story
from standards.format import Read
from standards.judging import Told, derived
from standards.models import (
    Observation,
    Standard,
    StandardCriterion,
    StandardEnd,
    StandardVersion,
)
from standards.queries import Published
from standards.rules import MOST_NOTE, Criterion, Method, Result, State, Version


def publish(
    actor: Actor, read: Read, in_force: date, *, region_id: int | None = None
) -> StandardVersion:
    """Let a version be in force from a day on. What it says never changes again.

    Only the first version of a standard may begin in the past: of the others that would change
    what the verdicts of past days were.  Raises BadInput, Conflict.
    """
    standard = _taken_up(read.version.code)
    last = _last(standard)
    _check_day(last, _ends(standard), in_force)
    if last is not None and last.digest == read.digest:
        raise BadInput(_l("与现有的第 %(number)s 版完全相同。", number=last.number), field="file")
    made = StandardVersion(
        standard_id=standard.id,
        number=1 if last is None else last.number + 1,
        in_force=in_force,
        digest=read.digest,
        document=read.text,
        published_by=actor.name,
        published_at=now(),
    )
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        StandardCriterion(version_id=made.id, position=number, code=one.code, asked=one.asked)
        for number, one in enumerate(read.version.criteria, 1)
    )
    db.session.flush()
    told = {
        "number": (None, made.number),
        "in_force": (None, in_force),
        "digest": (None, made.digest),
    }
    record(actor, story.PUBLISHED, (story.STANDARD, standard.code), told, region_id=region_id)
    return made


def _taken_up(code: str) -> Standard:
    """The standard, new or known; whoever publishes another version of it waits."""
    known = sa.select(Standard).where(Standard.code == code).with_for_update()
    found = db.session.scalar(known)
    if found is not None:
        return found
    db.session.execute(insert_or(Standard).values(code=code).on_conflict_do_nothing())
    return db.session.scalars(known).one()


def _last(standard: Standard) -> StandardVersion | None:
    return db.session.scalar(
        sa.select(StandardVersion)
        .where(StandardVersion.standard_id == standard.id)
        .order_by(StandardVersion.number.desc())
        .limit(1)
    )


def check_day(code: str, in_force: date) -> None:
    """Raise BadInput unless the next version of the standard may be in force from the day."""
    standard = db.session.scalar(sa.select(Standard).where(Standard.code == code))
    last, ends = (None, []) if standard is None else (_last(standard), _ends(standard))
    _check_day(last, ends, in_force)


def _check_day(last: StandardVersion | None, ends: Sequence[date], in_force: date) -> None:
    if last is None:
        return
    ended = max((day for day in ends if day > last.in_force), default=None)
    if ended is not None and in_force < ended:
        raise BadInput(
            _l("这个标准到 %(day)s 终止，新的版本应从那天或以后生效。", day=ended), field="in_force"
        )
    if in_force <= last.in_force:
        raise BadInput(
            _l("生效日期应晚于第 %(number)s 版的 %(day)s。", number=last.number, day=last.in_force),
            field="in_force",
        )
    if in_force < today():
        raise BadInput(_l("生效日期不能早于今天：过去的判定不能改。"), field="in_force")


def end(actor: Actor, code: str, until: date, *, region_id: int | None = None) -> None:
    """Let a standard be in force no longer, from a day on. Raises NotFound, BadInput."""
    check_end(code, until)  # one that nobody published is not begun for it
    standard = _taken_up(code)
    _check_end(code, _last(standard), _ends(standard), until)
    made = StandardEnd(standard_id=standard.id, until=until, ended_by=actor.name, ended_at=now())
    db.session.add(made)
    db.session.flush()
    told = {"until": (None, until)}
    record(actor, story.ENDED, (story.STANDARD, code), told, region_id=region_id)


def check_end(code: str, until: date) -> None:
    """Raise NotFound, or BadInput unless the standard may end on the day."""
    standard = db.session.scalar(sa.select(Standard).where(Standard.code == code))
    last, ends = (None, []) if standard is None else (_last(standard), _ends(standard))
    _check_end(code, last, ends, until)


def _check_end(code: str, last: StandardVersion | None, ends: Sequence[date], until: date) -> None:
    if last is None:
        raise NotFound(_l("没有这个标准。"), field="code")
    if any(day > last.in_force for day in ends):
        raise BadInput(_l("这个标准已经定了终止的日期。"), field="until")
    if until < today():
        raise BadInput(_l("终止日期不能早于今天：过去的判定不能改。"), field="until")
    if until <= last.in_force:
        told = _l(
            "终止日期应晚于第 %(number)s 版生效的 %(day)s。", number=last.number, day=last.in_force
        )
        raise BadInput(told, field="until")


def _ends(standard: Standard) -> Sequence[date]:
    return db.session.scalars(
        sa.select(StandardEnd.until).where(StandardEnd.standard_id == standard.id)
    ).all()


# -- What was seen ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a criterion, and why."""

    result: Result
    note: str = ""


NOTHING_SHOWN: Final[Mapping[str, Told]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where it was recorded: a kind of subject that the audit knows, such as an inspection, and
    its code."""

    kind: str
    code: str


def observe(
    actor: Actor,
    site_id: int,
    published: Published,
    said: Mapping[str, Said],
    source: Recorded,
    on: date,
    shown: Mapping[str, Told] = NOTHING_SHOWN,
) -> int:
    """Record what was seen at a site on a day, of the version that was pinned; gives how many.

    ``shown`` is what the figures of the criteria told whoever said it, by their codes
    (:func:`standards.verdicts.told`, asked before the transaction: within it, all that is held in
    memory would be made anew).  A criterion that follows a figure alone is refused, and so is
    whatever is not in the version.  To contradict a figure takes a reason.
    Raises BadInput, Conflict where this source has spoken of this site already.
    """
    check(published.version, said, shown)
    code, region_id = _site(site_id, on)
    ids = {one: row.id for one, row in published.criteria.items()}
    _refuse_twice(site_id, source, [ids[one] for one in said])
    own = {
        "site_id": site_id,
        "on": on,
        "source_kind": source.kind,
        "source_code": source.code,
        "by": actor.name,
        "at": now(),
    }
    rows = [
        {
            **own,
            "criterion_id": ids[criterion],
            "result": one.result,
            "figure_value": shown.get(criterion, Told()).value,
            "note": one.note,
        }
        for criterion, one in said.items()
    ]
    if rows:
        db.session.execute(sa.insert(Observation), rows)
    _tell_observed(actor, published, said, source, on, (code, region_id))
    return len(said)


def _tell_observed(
    actor: Actor,
    published: Published,
    said: Mapping[str, Said],
    source: Recorded,
    on: date,
    site: tuple[str, int],
) -> None:
    code, region_id = site
    counts = {result: sum(one.result is result for one in said.values()) for result in Result}
    changes = {
        "standard": (None, published.code),
        "number": (None, published.number),
        "source": (None, f"{source.kind} {source.code}"),
        "on": (None, on),
        "passed": (None, counts[Result.PASSED]),
        "failed": (None, counts[Result.FAILED]),
        "not_applicable": (None, counts[Result.NOT_APPLICABLE]),
    }
    record(actor, story.OBSERVED, (SITE, code), changes, region_id=region_id)


def check(version: Version, said: Mapping[str, Said], shown: Mapping[str, Told]) -> None:
    """Raise BadInput for what could not be recorded, with the criterion's code as its field."""
    for code, one in said.items():
        criterion = version.by_code.get(code)
        if criterion is None:
            field = code[:40]
            raise BadInput(_l("这个版本里没有“%(code)s”这一条。", code=field), field=field)
        text = criterion.text
        if not criterion.observable:
            raise BadInput(_l("“%(text)s”按指标判定，不由现场填写。", text=text), field=code)
        if len(one.note) > MOST_NOTE:
            raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_NOTE), field=code)
        if contradicts(criterion, one.result, shown.get(code, Told())) and not one.note.strip():
            raise BadInput(_l("“%(text)s”与登记不符，请写明原因。", text=text), field=code)


def contradicts(criterion: Criterion, result: Result, told: Told) -> bool:
    """Whether the result says otherwise than what the figure of the criterion tells."""
    if criterion.method is not Method.BOTH or criterion.check is None:
        return False
    state = derived(criterion.check, told)
    agreeing = {Result.PASSED: State.MET, Result.FAILED: State.FAILED}.get(result)
    return state in (State.MET, State.FAILED) and state is not agreeing


def _site(site_id: int, on: date) -> tuple[str, int]:
    """Code of the site, and its region on the day."""
    found = db.session.execute(
        sa.select(Site.code, SitePeriod.region_id)
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(Site.id == site_id, on_day(SitePeriod, on))
    ).first()
    if found is None:
        raise BadInput(_l("这一天还没有这个网点。"), field="on")
    return found.code, found.region_id


def _refuse_twice(site_id: int, source: Recorded, criterion_ids: list[int]) -> None:
    known = db.session.scalar(
        sa.select(Observation.id)
        .where(
            Observation.source_kind == source.kind,
            Observation.source_code == source.code,
            Observation.site_id == site_id,
            Observation.criterion_id.in_(criterion_ids),
        )
        .limit(1)
    )
    if known is not None:
        raise Conflict(_l("这次检查的结果已经记录过了。"))
