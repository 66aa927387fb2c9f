"""Throwing a draft away: not one that somebody has just changed or sent on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from core.db import db, writing
from core.errors import Conflict
from standards.drafting import actions, queries
from standards.drafting.rules import BLANK
from standards.models import StandardDraft
from tests.standards.made import ACTOR


def test_a_draft_that_was_sent_meanwhile_is_not_thrown_away(app: Flask) -> None:
    with writing():
        uuid = actions.begin(ACTOR, BLANK).uuid
    with writing():
        read = queries.find(uuid)
        sent = sa.update(StandardDraft).values(version=StandardDraft.version + 1)
        db.session.execute(sent.execution_options(synchronize_session=False))
        with pytest.raises(Conflict):
            actions.drop(ACTOR, read)
    with writing():
        actions.drop(ACTOR, queries.find(uuid))
    assert queries.drafts() == []
