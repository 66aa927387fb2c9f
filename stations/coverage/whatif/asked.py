"""What is to happen to which sites, as programs and commands say it; read strictly.

    [{"site": "0000017", "do": "close"},
     {"site": "0000017", "do": "suspend", "since": "2026-06-05", "until": "2026-06-08"},
     {"site": "0000017", "do": "move", "lat": 37.5, "lon": 122.1, "datum": "wgs84"},
     {"site": "0000017", "do": "lose", "service": "002036001002"},
     {"site": "0000017", "do": "hours", "hours": {"week": {"mon": ["08:30-17:00"]}}}]

``until`` is the first day on which it serves again, and is left out where no end is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core import geo
from core.access import Reach, require_reach
from core.calendar.hours import canonical
from core.catalogue.queries import catalogue
from core.errors import BadInput
from core.geo import Datum
from core.sites import forms
from core.sites.network import Network, Place
from stations.coverage.whatif.rules import (
    MOST_CHANGES,
    Change,
    Close,
    Lose,
    Move,
    Shift,
    Suspend,
    WhatIf,
)

Given = Mapping[str, Any]


def read(given: object, net: Network, reach: Reach) -> WhatIf:
    """The changes of a list as above, of sites within reach on the day of the network.

    Raises BadInput naming the entry, and NotFound for a site out of reach.
    """
    if not isinstance(given, list) or not given:
        raise BadInput(_l("请至少选择一个网点和一种变化。"), field="changes")
    if len(given) > MOST_CHANGES:
        raise BadInput(_l("一次最多假设 %(most)s 项变化。", most=MOST_CHANGES), field="changes")
    return WhatIf(tuple(_change(one, number, net, reach) for number, one in enumerate(given)))


def site(code: str, net: Network, reach: Reach) -> Place:
    """The site with this code on the day of the network. Raises NotFound out of reach."""
    found = net.by_code(code)
    require_reach(found is not None and reach.site(net.tree, found.id, found.region.id))
    if found is None:
        raise AssertionError("what is not there is out of reach")
    return found


#: How many sites a name may mean that are told one by one.
_TOLD: Final = 5


def named(text: str, net: Network, reach: Reach) -> str:
    """The code of the site within reach that *text* means: its code, its name, or a part of the
    name that no other one has. Raises BadInput."""
    place = net.by_code(text)
    if place is not None:
        return text
    rows, wanted = net.rows, text.casefold()
    names = zip(rows.names, rows.names_en, strict=True)
    begun = [
        number
        for number, both in enumerate(names)
        if any(wanted in (one or "").casefold() for one in both)
    ]
    found = [one for one in map(net.place, begun) if reach.site(net.tree, one.id, one.region.id)]
    exact = [one for one in found if wanted in (one.name.casefold(), one.name_en.casefold())]
    found = exact or found
    if not found:
        raise BadInput(_l("您的管辖范围内没有“%(text)s”这个网点。", text=text[:40]), field="named")
    if len(found) > 1:
        some = "、".join(f"{one.name}（{one.code}）" for one in found[:_TOLD])
        raise BadInput(
            _l(
                "“%(text)s”可以指 %(number)s 个网点：%(some)s……请写全名称或写编号。",
                text=text[:40],
                number=len(found),
                some=some,
            ),
            field="named",
        )
    return found[0].code


def _change(given: object, number: int, net: Network, reach: Reach) -> Change:
    field = f"changes[{number}]"
    if not isinstance(given, dict) or not isinstance(given.get("site"), str):
        raise BadInput(_l("每项变化都要写明网点编号 site 和变化 do。"), field=field)
    kind = _KINDS.get(str(given.get("do")))
    if kind is None:
        raise BadInput(
            _l("变化 do 应为 %(known)s 之一。", known=", ".join(_KINDS)), field=f"{field}.do"
        )
    needed, make = kind
    unknown = sorted(set(given) - {"site", "do", *needed})
    if unknown:
        raise BadInput(_l("没有这一项。"), field=f"{field}.{str(unknown[0])[:40]}")
    place = site(given["site"], net, reach)
    try:
        return make(place, given, net.on)
    except BadInput as error:
        raise BadInput(error.message, field=f"{field}.{error.field}") from None


def _close(place: Place, _given: Given, _on: date) -> Change:
    return Close(place.id)


def _suspend(place: Place, given: Given, on: date) -> Change:
    since = forms.day(_text(given, "since"), "since") or on
    until = forms.day(_text(given, "until"), "until")
    if until is not None and until <= since:
        raise BadInput(_l("恢复的日期应晚于停办的日期。"), field="until")
    return Suspend(place.id, since, until)


def _move(place: Place, given: Given, _on: date) -> Change:
    lat, lon = (_number(given, name) for name in ("lat", "lon"))
    try:
        datum = Datum(_text(given, "datum") or Datum.WGS84)
    except ValueError:
        raise BadInput(
            _l("坐标系不认识，应为 %(known)s 之一。", known=", ".join(Datum)), field="datum"
        ) from None
    return Move(place.id, geo.check(lat, lon, datum))


def _lose(place: Place, given: Given, on: date) -> Change:
    service = catalogue(on).by_code.get(_text(given, "service"))
    if service is None:
        raise BadInput(_l("没有这个事项。"), field="service")
    return Lose(place.id, service.id)


def _shift(place: Place, given: Given, _on: date) -> Change:
    return Shift(place.id, canonical(given.get("hours")))


_KINDS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Place, Given, date], Change]]]] = {
    "close": ((), _close),
    "suspend": (("since", "until"), _suspend),
    "move": (("lat", "lon", "datum"), _move),
    "lose": (("service",), _lose),
    "hours": (("hours",), _shift),
}


def _text(given: Given, name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(_l("此项的类型不对。"), field=name)
    return value


def _number(given: Given, name: str) -> float:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(_l("请填写一个数，例如 37.5091。"), field=name)
    return float(value)
