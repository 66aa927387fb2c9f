"""Several who enter members at the same time: each gets a number of its own."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from core.config import Config
from core.db import db, writing
from core.staff import actions
from core.staff.actions import Described
from core.staff.models import Member
from tests.core.sites.made import ACTOR
from tests.races import EACH, in_processes


def test_all_who_are_entered_at_once_are_numbered_without_gaps(
    app: Flask, village: int, config: Config
) -> None:
    def enter(number: int) -> bool:
        with writing():
            actions.enter(ACTOR, Described(f"第{number}人", village))
        return True

    entered = in_processes(config, enter)
    serials = list(db.session.scalars(sa.select(Member.serial).order_by(Member.serial)))
    assert entered > EACH
    assert serials == list(range(1, entered + 1))
