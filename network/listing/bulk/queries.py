"""Which sites an action on many is about."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from core.access import Actor, Permission
from core.clock import today
from network.listing.columns import within
from network.listing.queries import Found, find, register
from network.listing.rules import Asked


def those(actor: Actor, asked: Asked) -> Found:
    """All that a list shows which *actor* may change."""
    return _writable(actor, find(actor, asked))


def ticked(actor: Actor, codes: Collection[str]) -> Found:
    """The sites of these codes which *actor* may change, in the order of the register."""
    known = register(today())
    wanted = np.isin(np.array(known.net.rows.codes, "S7"), [code.encode() for code in codes])
    return _writable(actor, Found(known, np.flatnonzero(wanted)))


def _writable(actor: Actor, found: Found) -> Found:
    writable = within(found.register.net, actor.reach(Permission.REGISTER_WRITE))
    return Found(found.register, found.indexes[writable[found.indexes]])
