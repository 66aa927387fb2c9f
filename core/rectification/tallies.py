"""How many findings each site had on a day, for figures: what was so then can be asked again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa

from core.db import db
from core.rectification.models import Finding, FindingAnswer, FindingDeadline
from core.rectification.rules import State, Verdict

#: What was closed within so many days, the day itself among them, counts.
YEAR: Final = timedelta(days=365)


def open_on(on: date) -> Sequence[sa.Row[int, int, int]]:
    """Per site how many were not closed when the day was over, and how many of those were late.

    What had been answered and not been re-checked yet was not late.
    """
    answered = sa.select(FindingAnswer.id).where(
        FindingAnswer.finding_id == Finding.id,
        FindingAnswer.answered_on <= on,
        sa.or_(FindingAnswer.checked_on.is_(None), FindingAnswer.checked_on > on),
    )
    due = (
        sa.select(FindingDeadline.due)
        .where(FindingDeadline.finding_id == Finding.id, FindingDeadline.set_on <= on)
        .order_by(FindingDeadline.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    late = sa.case((sa.and_(due < on, sa.not_(answered.exists())), 1), else_=0)
    return db.session.execute(
        sa.select(Finding.site_id, sa.func.count(), sa.func.sum(late))
        .where(
            Finding.found_on <= on,
            sa.or_(Finding.closed_on.is_(None), Finding.closed_on > on),
        )
        .group_by(Finding.site_id)
        .order_by(Finding.site_id)
    ).all()


def closed_until(on: date) -> Sequence[sa.Row[int, int, int]]:
    """Per site how many were closed in the year up to the day, and how many of those in time.

    In time is what was answered by the deadline that held then, with the answer that was accepted.
    """
    in_time = sa.case((FindingAnswer.answered_on <= FindingAnswer.due, 1), else_=0)
    return db.session.execute(
        sa.select(Finding.site_id, sa.func.count(), sa.func.sum(in_time))
        .join(
            FindingAnswer,
            sa.and_(
                FindingAnswer.finding_id == Finding.id,
                FindingAnswer.verdict == Verdict.ACCEPTED,
            ),
        )
        .where(
            Finding.state == State.CLOSED, Finding.closed_on <= on, Finding.closed_on > on - YEAR
        )
        .group_by(Finding.site_id)
        .order_by(Finding.site_id)
    ).all()
