"""What a list is asked in its address, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from flask_babel import lazy_gettext as _l

from core.catalogue.queries import catalogue
from core.clock import today
from core.errors import BadInput
from core.forms import flag, whole_number
from core.search import asked as words
from core.sites.rules import Status
from network import forms
from network.listing.rules import Asked, Located, Sort, Stale, Way

E = TypeVar("E", bound=StrEnum)

NAMES: Final = (
    *("q", "region", "kind", "status", "service", "way", "open", "position"),
    *("stale", "before", "proposed", "made", "sort"),
)


def asked(given: Mapping[str, str]) -> Asked:
    """The filters and the order. Raises BadInput; NotFound for an unknown region or service."""
    on = today()
    text = " ".join(given.get("q", "").split())
    words(text)
    sort = given.get("sort", "")
    service = given.get("service", "")
    return Asked(
        text=text,
        region=forms.region(given.get("region", ""), on),
        kind=forms.kind(given.get("kind", "")),
        status=_member(Status, given, "status"),
        service=catalogue(on).find(service, "service") if service else None,
        way=_member(Way, given, "way") or Way.ANY,
        open_on=forms.day(given.get("open", ""), "open"),
        located=_member(Located, given, "position"),
        stale=_member(Stale, given, "stale"),
        before=_past(given, on),
        proposed=flag(given.get("proposed", ""), "proposed"),
        made=flag(given["made"], "made") if given.get("made") else None,
        sort=_member(Sort, {"sort": sort.removeprefix("-")}, "sort") or Sort.REGION,
        descending=sort.startswith("-"),
    )


def _member(enum: type[E], given: Mapping[str, str], field: str) -> E | None:
    text = given.get(field, "")
    try:
        return enum(text) if text else None
    except ValueError:
        known = "、".join(member.value for member in enum)
        raise BadInput(_l("应为 %(known)s 之一。", known=known), field=field) from None


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
