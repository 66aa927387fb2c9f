"""How long the rows of a file are kept; what was taken stays in the sets and in the audit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.clock import now
from core.db import writing
from stations.coverage.demand import actions, queries, rules


def forget_old() -> None:
    """Let go of the rows of files that were sent long ago; what was not taken has to come again.

    A file at a time, so that nobody waits for long.
    """
    for uuid in queries.kept_too_long(now() - rules.KEPT):
        with writing():
            actions.failed(uuid, _l("这个文件保存期已过，需要时请重新上传。"))
