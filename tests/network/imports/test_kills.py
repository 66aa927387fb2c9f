"""Whoever imports is killed at any moment: the register has the whole file or nothing of it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask

from core.audit.queries import verify
from core.config import Config
from core.db import db
from core.sites.models import Site, SitePeriod
from network.imports import applying, jobs, queries
from tests.network.conftest import Made
from tests.network.imports.made import ACTOR, GOOD, HEADINGS, csv_file, nothing, sent

ROWS: Final = 2500
KILLS: Final = 5

#: Reads, tries and applies the file, wherever it was left.
PROGRAM: Final = """
import sys
from core.access import command
from core.db import db
from network.imports import applying, jobs, queries
from wsgi import create_app

with create_app().app_context():
    actor, uuid = command("test"), sys.argv[1]
    print("ready", flush=True)
    while queries.find(actor, uuid).state != "applied":
        jobs.read_and_try(actor, uuid, lambda *_: None, lambda *_: None)
        applying.apply(actor, uuid, queries.find(actor, uuid).digest)
    print("done", flush=True)
"""


def counted() -> tuple[int, ...]:
    counts = (sa.select(sa.func.count()).select_from(one) for one in (Site, SitePeriod))
    found = tuple(db.session.scalar(count) or 0 for count in counts)
    db.session.rollback()
    return found


@pytest.mark.parametrize("seed", [1])
def test_a_killed_import_leaves_all_or_nothing(
    made: Made, app: Flask, config: Config, tmp_path: Path, seed: int
) -> None:
    letters = "东西南北中上下前后大小新老山水河海林田园桥石沙金银玉龙凤云风花果木竹松柏"
    names = [a + b for a in letters for b in letters][: ROWS // 2]
    rows = [
        (f"{name}{end}", *GOOD[1:4], "", "", GOOD[6]) for name in names for end in ("药店", "诊所")
    ]
    uuid = sent(csv_file(tmp_path / "a.csv", HEADINGS, *rows))
    before = counted()
    whole = tuple(count + len(rows) for count in before)
    environment = os.environ | {
        "ONEKM_HOME": str(config.home),
        "ONEKM_DATABASE_URL": config.database_url,
        "ONEKM_SECRET_KEY": config.secret_key,
    }
    random_ = random.Random(seed)
    for kill in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, uuid],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(random_.uniform(0, 1.2) * (kill + 1))
            process.kill()
        assert counted() in (before, whole)
    if queries.find(ACTOR, uuid).state != "applied":
        jobs.read_and_try(ACTOR, uuid, nothing, nothing)
        file = queries.find(ACTOR, uuid)
        assert file.counts == {"create": len(rows)}
        applying.apply(ACTOR, uuid, file.digest)
    assert counted() == whole
    names_kept = sa.select(sa.func.count(sa.distinct(Site.name))).where(Site.phone == GOOD[3])
    assert db.session.scalar(names_kept) == len(rows)
    db.session.rollback()
    assert verify().breaks == 0
