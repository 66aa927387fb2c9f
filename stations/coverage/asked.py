"""What pages, the programming interface and commands are asked about coverage, read strictly."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from flask_babel import lazy_gettext as _l

from core.access import Reach, require_reach
from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.clock import CITY_TIME, today
from core.errors import BadInput, NotFound
from core.figures.queries import tops
from core.forms import decimal, plain
from core.regions.queries import tree
from core.regions.tree import Node
from core.sites import forms
from stations.coverage.rules import RADIUS, Question, Rule

_HUGE: Final = re.compile(r"\d{10,}(\.\d*)?|\d+(\.\d+)?[eE]\+?\d+", re.ASCII)
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def read(args: Mapping[str, str], reach: Reach) -> Question:
    """``region`` (the highest within reach if not said), ``service``, ``on`` (today), ``at``,
    ``radius``, ``factor``. Raises BadInput, and NotFound for a region that is out of reach."""
    on = forms.day(args.get("on", ""), "on") or today()
    return Question(
        region=region(args.get("region", ""), on, reach),
        on=on,
        service=service(args.get("service", ""), on),
        at=at(args.get("at", ""), on),
        rule=rule(args.get("radius", ""), args.get("factor", "")),
    )


def region(text: str, on: date, reach: Reach) -> Node:
    """A region within reach by its code, or the highest. Raises BadInput, NotFound."""
    named, living = forms.region(text, on), tree(on)
    if named is not None:
        require_reach(reach.region(living, named.id))
        return named
    own = tops(reach, living)
    if not own:
        raise NotFound(_l("这一天还没有您负责的区划。"), field="region")
    return own[0]


def service(text: str, on: date) -> Service | None:
    """A service of the day by its code; None, which is all, for an empty text. Raises BadInput."""
    code = plain(text)
    if not code:
        return None
    found = catalogue(on).by_code.get(code)
    if found is None:
        raise BadInput(_l("没有这个事项。"), field="service")
    return found


def at(text: str, on: date) -> datetime | None:
    """An hour of the day as 9:30; None, which is any, for an empty text. Raises BadInput."""
    written = plain(text).replace("：", ":")
    if not written:
        return None
    found = _CLOCK.fullmatch(written)
    if found is None:
        raise BadInput(_l("时刻“%(text)s”写法有误，请写成 09:30。", text=written[:20]), field="at")
    return datetime.combine(on, time(int(found[1]), int(found[2])), CITY_TIME)


def rule(radius: str, factor: str) -> Rule:
    """The rule asked for, one kilometre of straight line if nothing is. Raises BadInput."""
    return Rule.asked(
        number(radius, "radius") if radius else RADIUS, number(factor, "factor") if factor else 1.0
    )


def number(text: str, field: str) -> float:
    """A number that has bounds; one beyond all that are read is told by its bounds, too."""
    return math.inf if _HUGE.fullmatch(plain(text)) else decimal(text, field)
