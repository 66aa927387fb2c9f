"""Setting many cells at once: in few statements, as one event, or none of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.errors import BadInput, Conflict
from core.sites import offers
from core.sites.rules import Mode
from network.matrix import queries

#: How many cells one action sets.
MOST_CELLS = 5000

#: A site's code, a service's code, and what the cell becomes.
Cell = tuple[str, str, Mode | None]


def set_cells(
    actor: Actor, cells: Sequence[Cell], on: date | None, seen: str, services: Mapping[str, int]
) -> int:
    """Let each cell be as it says from a day on (None: a correction); gives how many sites differ.

    *seen* is the digest of the sites that were shown. Raises BadInput, NotFound out of reach,
    Conflict where somebody changed one of them since.
    """
    check_size(len(cells))
    found = queries.versions({code for code, _service, _mode in cells})
    if seen != queries.digest(found):
        raise Conflict(_l("有网点刚刚被别人改过，下面是最新的情况，请核对后再提交。"))
    wanted: dict[int, dict[int, Mode | None]] = defaultdict(dict)
    for code, service, mode in cells:
        if code not in found or service not in services:
            raise BadInput(_l("有的网点或事项已经不存在，请重新选择。"))
        wanted[found[code][0]][services[service]] = mode
    return offers.set_offerings(actor, wanted, on, dict(found.values()))


def check_size(cells: int) -> None:
    """Raise BadInput where one action is asked for too many cells."""
    if cells > MOST_CELLS:
        raise BadInput(
            _l(
                "一次最多改 %(most)s 格，这里有 %(number)s 格。请按区划、类型或事项分几次改。",
                most=MOST_CELLS,
                number=cells,
            )
        )
