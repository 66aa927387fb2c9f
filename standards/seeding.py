"""The standards that come with the product, put in force; and in the demonstration, too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from core.access import Actor, command
from core.db import writing
from core.regions.rules import ASSUMED_SINCE
from standards import actions, format, queries
from standards.rules import Version

#: The standard of which a demonstration shows a revision, and how far ahead.
REVISED: Final = "nine-haves-station"
COMING: Final = timedelta(days=30)
MADE: Final = "（演示用的修订，不是任何机构的决定：时限公布的要求放宽到九成。）"
MADE_EN: Final = (
    "(A revision made up for the demonstration; nobody decided it: nine in ten published time"
    " limits are enough.) "
)


def seed(actor: Actor, in_force: date) -> list[str]:
    """Publish each shipped standard that is not known yet; gives their codes."""
    known = {one.code for one in queries.published()}
    made = []
    for path in format.shipped():
        read = format.read(path.read_bytes())
        if read.version.code not in known:
            actions.publish(actor, read, in_force)
            made.append(read.version.code)
    return made


def demonstrate(_city: str, today: date) -> None:
    """All of them are in force in a demonstration, whatever day one asks about; and a made revision
    of one, which says that it is made, comes into force in a month."""
    with writing():
        actor = command("standards demo")
        seed(actor, ASSUMED_SINCE)
        known = queries.versions(REVISED)
        if len(known) == 1:
            actions.publish(actor, _revised(known[0].version), today + COMING)


def _revised(version: Version) -> format.Read:
    """The version with a laxer time limit, and a word that nobody decided so."""
    criteria = []
    for one in version.criteria:
        check = one.check
        if one.code == "standards" and check is not None:
            one = one.model_copy(update={"check": check.model_copy(update={"value": 0.9})})
        criteria.append(one)
    told = {
        "about": f"{MADE}{version.about}",
        "about_en": f"{MADE_EN}{version.about_en}",
        "criteria": tuple(criteria),
    }
    return format.read(format.write(version.model_copy(update=told)))
