"""A city as large as Shandong's largest: 3,080 sites in 3,000 villages, a catalogue, a plan.

Every site offers some of the devolved services, so that about one planned cell in eight is a gap.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

import sqlalchemy as sa
from flask import Flask

from bench import register
from bench.made import SEED, made
from core.access import command
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.db import db, writing
from core.sites import plans
from core.sites.models import Offering
from core.sites.network import KINDS
from core.sites.rules import Mode
from network.matrix.queries import devolved

SITES: Final = 3080
#: The id of the city among the regions of the register.
CITY: Final = 1
CITY_CODE: Final = f"{CITY:012}"
OFFERED: Final = 0.87
ACTOR: Final = command("bench")


@contextmanager
def opened() -> Iterator[Flask]:
    """An app, its context pushed, over such a city."""
    with (
        tempfile.TemporaryDirectory(prefix="onekm-bench-") as folder,
        register.opened(Path(folder), made(SITES)) as app,
    ):
        with writing():
            entries = catalogue_importer.read().entries
            catalogue_actions.take_over(ACTOR, entries, register.SINCE)
        services = [service.id for service in devolved(register.SINCE)]
        random = Random(SEED)
        with writing():
            cells = {(kind, service): True for kind in KINDS for service in services[:16]}
            plans.set_plan(ACTOR, CITY, cells, register.SINCE)
            db.session.execute(
                sa.insert(Offering),
                [
                    {
                        "site_id": site,
                        "service_id": service,
                        "since": register.SINCE,
                        "mode": Mode.DIRECT if random.random() < 0.5 else Mode.ASSISTED,
                    }
                    for site in range(1, SITES + 1)
                    for service in services
                    if random.random() < OFFERED
                ],
            )
        yield app
