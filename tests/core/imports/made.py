"""What tests of every import do."""

from __future__ import annotations

import sqlalchemy as sa

from core.db import db
from core.jobs import running
from core.jobs.models import Job


def nothing(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


def work() -> None:
    """Do what waits, as a worker would."""
    db.session.rollback()
    for uuid in db.session.scalars(sa.select(Job.uuid).where(Job.state == "queued")).all():
        db.session.rollback()
        running.run(uuid)
    db.session.rollback()
