"""``GET /api/v1/nearest``: the question of the page, for programs."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from core import api, geo
from core.access import public
from core.calendar.rules import Opening
from core.catalogue.queries import catalogue
from core.clock import civil, now
from core.errors import BadInput
from core.forms import decimal, flag, moment, one_of, plain, whole_number
from core.geo import Datum, Point
from core.sites.api import describe, describe_opening
from core.sites.network import Network
from core.sites.queries import network
from core.sites.rules import Kind
from stations.finder.queries import nearest
from stations.finder.rules import STEP, Ask, Found, check_limit, check_moment

blueprint = Blueprint("finder_api", __name__, url_prefix="/api/v1")

#: Told with every answer; for programmers, so in their language alone.
RULE: Final = (
    "Active sites with a verified position, by geodesic distance on WGS-84, then by code;"
    " open or not at the moment 'at', unless open_only=1."
)


@blueprint.get("/nearest")
@public
def find_nearest() -> Response:
    """The nearest places, each as the register tells it, with distance and opening."""
    given = request.args
    at = check_moment(moment(given["at"], "at"), now(), "at") if given.get("at") else now()
    on = civil(at).date()
    among = network(on)
    code = given.get("service") or None
    ask = Ask(
        point=_point(given),
        moment=at,
        limit=_limit(given),
        service_id=None if code is None else _service(code, on),
        kind=one_of(Kind, given, "kind"),
        open_only=flag(given.get("open_only", ""), "open_only"),
    )
    found = [_told(among, each) for each in nearest(among, ask)]
    response = api.data_of(found, at=civil(at).isoformat(), service=code, rule=RULE)
    # No cache on the way keeps where somebody was.
    response.headers["Cache-Control"] = "no-store"
    return response


def _point(given: MultiDict[str, str]) -> Point:
    lat, lon = (decimal(_needed(given, name), name) for name in ("lat", "lon"))
    return geo.check(lat, lon, one_of(Datum, given, "datum") or Datum.WGS84)


def _needed(given: MultiDict[str, str], name: str) -> str:
    text = given.get(name, "")
    if not text:
        raise BadInput(_l("缺少参数 %(name)s。", name=name), field=name)
    return text


def _limit(given: MultiDict[str, str]) -> int:
    text = given.get("limit")
    return check_limit(whole_number(text, "limit"), "limit") if text else STEP


def _service(code: str, on: date) -> int:
    found = catalogue(on).by_code.get(plain(code))
    if found is None:
        raise BadInput(_l("没有这个事项。"), field="service")
    return found.id


# -- The answer ---------------------------------------------------------------------------------
#
# What the register tells of a place changes only with the network, so its JSON is kept with it and
# put into the envelope as it is: nine tenths of the work of an answer would go into making it anew.

#: How many descriptions are kept of one network.
KEPT: Final = 4096

_descriptions: WeakKeyDictionary[Network, dict[int, bytes]] = WeakKeyDictionary()


def _told(among: Network, found: Found) -> bytes:
    """The JSON of a place: what the register tells, the distance in metres, the opening."""
    kept = _descriptions.get(among)
    if kept is None:
        kept = _descriptions[among] = {}
    index = found.place.index
    facts = kept.get(index)
    if facts is None:
        if len(kept) >= KEPT:
            kept.clear()
        facts = kept[index] = api.as_json(describe(among, catalogue(among.on), found.place))[:-1]
    return b'%b,"distance_m":%.4f,%b' % (facts, found.metres, _opening(found.opening))


@lru_cache(maxsize=1024)
def _opening(opening: Opening) -> bytes:
    """The JSON of *opening* without the brace it begins with."""
    return api.as_json(describe_opening(opening))[1:]
