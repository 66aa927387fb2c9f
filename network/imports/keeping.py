"""How long the rows of a file are kept; what was applied stays in the audit."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.clock import now
from core.db import db, writing
from core.sites import arrivals
from network.imports import actions, queries, rules
from network.imports.models import ImportOffering, ImportRow


def forget_old() -> None:
    """Let go of the rows of files that were sent long ago; what was not applied has to come again.

    A file at a time, so that nobody waits for long.
    """
    arrivals.sweep_old()
    for run_id, uuid in queries.kept_too_long(now() - rules.KEPT):
        with writing():
            actions.failed(uuid, _l("这个文件保存期已过，需要时请重新上传。"))
            db.session.execute(sa.delete(ImportOffering).where(ImportOffering.run_id == run_id))
            db.session.execute(sa.delete(ImportRow).where(ImportRow.run_id == run_id))
