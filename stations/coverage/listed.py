"""The lists of coverage as an address asks for them: which, in what order, and which page of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.pages import PER_PAGE, page_number, pages_of
from core.search import sought
from stations.coverage import forms, listing, tables
from stations.coverage.scene import Scene
from stations.coverage.tables import Table


@dataclass(frozen=True)
class Listed:
    """A list as it is asked for: its lines by slices, and what of the address belongs to it."""

    table: Table[Any]
    total: int
    lines: Callable[[slice], list[Any]]
    sort: str
    kept: dict[str, Any] = field(default_factory=dict)


def _whole(table: Table[Any], lines: list[Any], args: Mapping[str, str], **kept: Any) -> Listed:
    sort, text = args.get("sort", ""), sought(args)
    ordered = table.in_order(table.found(lines, text), sort)
    return Listed(table, len(ordered), ordered.__getitem__, sort, kept | {"q": text or None})


def _regions(found: Scene, args: Mapping[str, str]) -> Listed:
    level = forms.level(args.get("below", ""), found.levels)
    lines = [] if level is None else listing.regions(found, level)
    return _whole(tables.REGIONS, lines, args, below=level)


def _settlements(found: Scene, args: Mapping[str, str]) -> Listed:
    """Those in a state; or of one site, or of one blind spot, whose numbers lead here."""
    sort, kept, text = args.get("sort", ""), forms.narrowed(args), sought(args)
    if kept.site:
        chosen = listing.of_site(found, kept.site, alone=kept.alone)
    elif kept.spot is not None:
        if kept.spot > len(found.blind_spots):
            raise BadInput(_l("没有这个盲区。"), field="spot")
        chosen = found.blind_spots[kept.spot - 1].settlements
    else:
        chosen = listing.in_state(found, kept.state)
    ordered = listing.in_order(found, listing.named(found, chosen, text), sort)
    return Listed(
        tables.SETTLEMENTS,
        len(ordered),
        lambda part: listing.settlement_lines(found, ordered[part].tolist()),
        sort,
        kept.query() | {"q": text or None},
    )


LISTS: Final[Mapping[str, Callable[[Scene, Mapping[str, str]], Listed]]] = {
    "regions": _regions,
    "settlements": _settlements,
    "services": lambda found, args: _whole(tables.SERVICES, listing.services(found), args),
    "sites": lambda found, args: _whole(tables.SITES, listing.sites(found), args),
    "blind-spots": lambda found, args: _whole(tables.BLIND_SPOTS, listing.blind_spots(found), args),
}


def cut(shown: Listed, args: Mapping[str, str]) -> dict[str, Any]:
    """The page of the list that is asked for, for its template. Raises BadInput."""
    pages = pages_of(shown.total)
    number = page_number(args, pages)
    return {
        "listed": shown,
        "lines": shown.lines(slice((number - 1) * PER_PAGE, number * PER_PAGE)),
        "page": number,
        "pages": pages,
    }
