"""What becomes of findings when their site is found to be the same place as another.

Where a site goes when its region ends, its findings go by themselves: they hang on the site alone.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.db import db
from core.rectification import story
from core.rectification.models import Finding, FindingNotice
from core.sites.joining import Merged, SiteFollower, counting


def _follow(actor: Actor, merged: Merged) -> None:
    """Let the findings of the other be the survivor's.

    What is to be put right is put right at the place, whatever it is called.  The closed ones go,
    too: what comes again there has come before.  What each was found on is not touched.
    """
    moved = db.session.scalars(
        sa.update(Finding)
        .where(Finding.site_id == merged.other.id)
        .values(site_id=merged.survivor.id, version=Finding.version + 1)
        .returning(Finding.uuid)
    ).all()
    changes = {"site": (merged.other.code, merged.survivor.code)}
    for uuid in sorted(moved):
        subject = (story.FINDING, uuid)
        record(actor, story.HANDED_OVER, subject, changes, region_id=merged.region_id)


FINDINGS: Final = SiteFollower(
    (Finding.__tablename__,),
    _l("整改问题（含已销号）"),
    _l("归保留的网点，恢复为两个网点时不退回"),
    counting(Finding),
    _follow,
)
#: A notice is a document that was served on the site as it was called: nothing on it changes.
NOTICES: Final = SiteFollower(
    (FindingNotice.__tablename__,),
    _l("整改通知书"),
    _l("已经送达的文书，保持原样"),
    counting(FindingNotice),
    None,
)
FOLLOWERS: Final = (FINDINGS, NOTICES)
