"""What a list is asked in its address, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from urllib.parse import urlencode

from flask_babel import lazy_gettext as _l

from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import BadInput
from core.forms import flag, member, one_of, whole_number
from core.search import sought
from core.sites import forms
from core.sites.rules import Status
from network.listing.rules import Asked, Located, Sort, Stale, Way

NAMES: Final = (
    *("q", "region", "kind", "status", "service", "way", "open", "position"),
    *("stale", "before", "proposed", "made", "sort"),
)


def asked(given: Mapping[str, str]) -> Asked:
    """The filters and the order. Raises BadInput; NotFound for an unknown region or service."""
    on = today()
    sort = given.get("sort", "")
    service = given.get("service", "")
    return Asked(
        text=" ".join(sought(given).split()),
        region=forms.region(given.get("region", ""), on),
        kind=forms.kind(given.get("kind", "")),
        status=one_of(Status, given, "status"),
        service=catalogue(on).find(service, "service") if service else None,
        way=one_of(Way, given, "way") or Way.ANY,
        open_on=forms.day(given.get("open", ""), "open"),
        located=one_of(Located, given, "position"),
        stale=one_of(Stale, given, "stale"),
        before=_past(given, on),
        proposed=flag(given.get("proposed", ""), "proposed"),
        made=flag(given["made"], "made") if given.get("made") else None,
        sort=member(Sort, sort.removeprefix("-") or Sort.REGION, "sort"),
        descending=sort.startswith("-"),
    )


def _past(given: Mapping[str, str], on: date) -> date | None:
    day = forms.day(given.get("before", ""), "before")
    if day is not None and day > on:
        raise BadInput(_l("日期不能晚于今天。"), field="before")
    return day


def kept(wanted: Asked) -> str:
    """The filters and the order as a filter is kept: the query of an address."""
    return urlencode(wanted.query())


def done(given: Mapping[str, str]) -> int | None:
    """How many sites an action on many has just changed; None where none was made."""
    return whole_number(given["done"], "done") if given.get("done") else None
