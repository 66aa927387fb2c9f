"""The standards that come with the product, put in force; and in the demonstration, too."""

from __future__ import annotations

from datetime import date

from core.access import Actor, command
from core.db import writing
from core.regions.rules import ASSUMED_SINCE
from standards import actions, format, queries


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


def demonstrate(_city: str, _today: date) -> None:
    """All of them are in force in a demonstration, whatever day one asks about."""
    with writing():
        seed(command("standards demo"), ASSUMED_SINCE)
