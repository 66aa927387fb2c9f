"""What somebody has typed of a site: recorded by who keeps it, asked for by who answers for it."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask_babel import lazy_gettext as _l

from core.access import current_actor
from core.db import writing
from core.errors import Conflict
from core.forms import whole_number
from core.sites import actions as sites
from core.sites.changes import Change
from halls.queries import Kept


def record(kept: Kept, change: Callable[[], Change], reason: str, ask: Callable[[], object]) -> str:
    """Make the change, or *ask* for it where *kept* is not the actor's to write; gives which.

    In a transaction of its own.  Raises BadInput, and Conflict where somebody has changed the site
    since the form was shown.
    """
    seen = whole_number(request.form.get("version", ""), "version")
    if seen != kept.version:
        raise Conflict(_l("这个网点刚刚被别人改过，请核对后再提交。"))
    with writing():
        if kept.writes:
            sites.do(current_actor(), kept.id, seen, change(), why=reason)
            return "saved"
        ask()
    return "asked"
