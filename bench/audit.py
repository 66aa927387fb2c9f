"""Verifying the audit, beside what is promised; and beside reading the same rows alone.

The rate is of the processor's time, since one core is all that verifying takes; the rest is waiting
for others on a busy machine.

Events as a busy year leaves them, one in fifty with members, in a SQLite file.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import LazyString

from bench.measure import Finding, Promise, Sense, Work, beside
from core.access import Actor
from core.audit import queries
from core.audit.actions import record
from core.audit.models import AuditEvent
from core.audit.rules import EventType, Member
from core.config import Config
from core.config import Mode as Environment
from core.db import db, writing
from tests.databases import migrate
from wsgi import create_app

MANY: Final = 1_000_000
FEW: Final = 100_000
BATCH: Final = 20_000
RATE: Final = 200_000
PROMISE: Final = Promise(Sense.AT_LEAST, 1)
DONE: Final = EventType("site.hours.set", LazyString(str), LazyString(str), {})
HOURS: Final = {day: ["08:30-11:30", "13:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def findings(small: bool) -> Iterator[Finding]:
    count = FEW if small else MANY
    with tempfile.TemporaryDirectory(prefix="onekm-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'audit.sqlite3'}"
        migrate(url, folder)
        config = Config(
            Environment.DEVELOPMENT, folder, url, "no secret, but long enough to be one", ""
        )
        with create_app(config).app_context():
            _fill(count)
            yield from _findings(count)
            db.session.remove()
            db.engine.dispose()


def _fill(count: int) -> None:
    numbers = iter(range(count))
    while batch := list(islice(numbers, BATCH)):
        with writing():
            for number in batch:
                _record(number)


def _record(number: int) -> None:
    actor = Actor(f"经办人{number % 300}", account_id=number % 300)
    code = f"{number % 3080:07}"
    changes = {"hours": ({"week": {"mon": HOURS["mon"]}}, {"week": HOURS})}
    members = [Member(("site", f"{member:07}"), changes) for member in range(3)]
    given: dict[str, Any] = {"members": members} if number % 50 == 0 else {}
    record(actor, DONE, ("site", code), changes, region_id=number % 3000, **given)


def _findings(count: int) -> Iterator[Finding]:
    if queries.verify().first is not None:
        raise RuntimeError("the chain does not hold")
    rounds = 3 if count == MANY else 7
    took = beside(queries.verify, _read, rounds)
    rate = count / min(_processor_time(queries.verify) for _ in range(rounds))
    yield Finding(
        name=f"verifying {count:,} events",
        ours=f"{rate:,.0f} rows/s",
        peer=f"promised {RATE:,} rows/s",
        ratio=rate / RATE,
        promise=PROMISE,
    )
    yield took.finding(f"verifying {count:,} events", "bare rows", None)


def _processor_time(work: Work) -> float:
    """Seconds that this process computes for *work*."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _read() -> None:
    """The same columns of every event on the driver's own cursor, and nothing done with them."""
    columns = ", ".join(column.name for column in sa.inspect(AuditEvent).columns)
    with closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"SELECT {columns} FROM audit_event ORDER BY id")
        while cursor.fetchmany(5000):
            pass
