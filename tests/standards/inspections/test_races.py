"""Many copies of one visit at once, by real processes: one row each, and nobody is told wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db import db
from standards.inspections.models import Inspection, InspectionAnswer, InspectionPhoto
from standards.models import Observation
from tests.serving import serving
from tests.standards.inspections import senders
from tests.standards.inspections.made import Ground, named

#: In the suite; the full count is 100 visits, 20 copies (ONEKM_VISITS, ONEKM_COPIES).
VISITS = int(os.environ.get("ONEKM_VISITS", "6"))
COPIES = int(os.environ.get("ONEKM_COPIES", "20"))
PROCESSES = 4


@pytest.fixture
def told(ground: Ground, database: str, tmp_path: Path) -> Counter[str]:
    """What everybody was answered, when every copy of every visit came at once."""
    phone = ground.phone()
    session = phone.client.get_cookie("session")
    assert session is not None
    uuids = [ground.plan() for _ in range(VISITS)]
    shots = senders.shots()
    record = ground.record(photos=named(shots))
    order = senders.Order(
        session=session.value, token=phone.token, record=record, uuids=uuids, copies=COPIES
    )
    path = tmp_path / "order.json"
    path.write_text(order.text())
    db.session.remove()
    key = "a secret of the tests, long enough"
    with serving(tmp_path, database, secret_key=key, workers=2) as address:
        program = [sys.executable, "-m", "tests.standards.inspections.senders", address, str(path)]
        running = [
            subprocess.Popen([*program, str(number), str(PROCESSES)], stdout=subprocess.PIPE)
            for number in range(PROCESSES)
        ]
        found: Counter[str] = Counter()
        for one in running:
            said, _nothing = one.communicate(timeout=300)
            assert one.returncode == 0
            found.update(said.decode().split())
    return found


def test_every_visit_is_there_once(told: Counter[str]) -> None:
    records = {status: number for status, number in told.items() if status.startswith("record")}
    assert records == {"record:201": VISITS, "record:200": VISITS * (COPIES - 1)}
    photos = {status: number for status, number in told.items() if status.startswith("photo")}
    shots = len(senders.shots())
    assert photos == {
        "photo:201": VISITS * shots,
        "photo:200": VISITS * shots * (COPIES - 1),
    } or (not shots and not photos)
    rows = sa.select(Inspection.state, sa.func.count()).group_by(Inspection.state)
    assert [tuple(row) for row in db.session.execute(rows)] == [("complete", VISITS)]
    for model, each in ((InspectionAnswer, 3), (InspectionPhoto, shots), (Observation, 2)):
        counted = sa.select(sa.func.count()).select_from(model)
        assert db.session.scalar(counted) == VISITS * each
