"""The search form. Its state is the query string, so every page of it can be kept and shared."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Final, Generic, TypeVar

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from core import geo
from core.catalogue.queries import Catalogue
from core.catalogue.rules import Service
from core.clock import CITY_TIME
from core.errors import BadInput
from core.forms import decimal, flag, plain, whole_number
from core.geo import Datum, Point
from stations.finder.rules import MOST_TYPED, STEP, check_limit, check_moment

T = TypeVar("T")

NOW: Final = "now"
THEN: Final = "then"
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_HOUR = re.compile(r"(\d{1,2})[:.点时](\d{1,2})分?(?::\d\d(?:\.\d+)?)?", re.ASCII)


def _text(typed: str, field: str) -> str:
    if len(typed) > MOST_TYPED:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_TYPED), field=field)
    return typed.strip()


def _day(typed: str, field: str) -> date:
    """A date as browsers send it, or as people write it."""
    found = _DAY.fullmatch(plain(typed))
    try:
        if found is None:
            raise ValueError(typed)
        year, month, day = map(int, found.groups())
        return date(year, month, day)
    except ValueError:
        raise BadInput(_l("日期写法有误，请写成 2026-11-21。"), field=field) from None


def _hour(typed: str, field: str) -> time:
    """A time of day as browsers send it, or as people write it."""
    found = _HOUR.fullmatch(plain(typed))
    try:
        if found is None:
            raise ValueError(typed)
        hour, minute = map(int, found.groups())
        return time(hour, minute)
    except ValueError:
        raise BadInput(_l("时间写法有误，请写成 9:30。"), field=field) from None


def _when(typed: str, field: str) -> str:
    if typed not in (NOW, THEN):
        raise BadInput(_l("请选择“现在”或“另选时间”。"), field=field)
    return typed


def _shown(typed: str, field: str) -> int:
    return check_limit(whole_number(typed, field), field)


class Read(StringField, Generic[T]):
    """A text that *read* turns into a value; ``data`` is None where nothing was given."""

    data: T | None  # type: ignore[assignment]  # WTForms says str

    def __init__(self, label: Any = None, *, read: Callable[[str, str], T], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.read = read

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        self.data = None
        if typed.strip():
            try:
                self.data = self.read(typed, self.short_name)
            except BadInput as error:
                raise ValueError(error.message) from None

    @property
    def typed(self) -> str:
        """What was typed, right or wrong, no longer than anything right."""
        return str(self.raw_data[0])[:MOST_TYPED] if self.raw_data else ""


class FinderForm(Form):
    """Where, what for and when.

    ``place`` (a code) or ``lat`` and ``lon`` hold what the visitor picked, and ``spot`` the text
    that stood for it in the search field ``q``: another text there means another place.  ``pick``
    is where the list of regions is opened.
    """

    q = Read(_l("您在哪里？"), read=_text)
    spot = Read(read=_text)
    place = Read(read=_text)
    lat = Read(read=decimal)
    lon = Read(read=decimal)
    service = Read(_l("办什么事？"), read=_text)
    when = Read(_l("什么时候去？"), read=_when)
    day = Read(_l("日期"), read=_day)
    hour = Read(_l("时间"), read=_hour)
    open = Read(_l("只看开门的网点"), read=flag)
    show = Read(read=_shown)
    pick = Read(read=_text)

    def __init__(self, given: MultiDict[str, str], catalogue: Catalogue, now: datetime) -> None:
        self.catalogue = catalogue
        self.now = now
        self.moment = now
        self.point: Point | None = None
        super().__init__(given)

    @property
    def then(self) -> bool:
        """Whether another time than now is asked about."""
        return (self.when.data or (THEN if self.day.typed else NOW)) == THEN

    @property
    def wanted(self) -> Service | None:
        """The service asked for, if any."""
        return self.catalogue.by_code.get(self.service.data or "")

    @property
    def picked(self) -> bool:
        """Whether the place picked still stands: the text in the field is the one that meant it."""
        return self.q.data in (None, self.spot.data)

    @property
    def shown(self) -> int:
        return self.show.data or STEP

    @property
    def blank(self) -> bool:
        """Whether nobody has said yet where they are."""
        return not (self.q.data or self.place.data or self.point)

    def validate_service(self, field: Read[str]) -> None:
        if field.data and self.wanted is None:
            raise ValidationError(_l("没有这个事项，请从列表中选择。"))

    def validate_lat(self, field: Read[float]) -> None:
        """Latitude and longitude make a place only together."""
        lat, lon = field.data, self.lon.data
        if lat is not None and lon is not None:
            self.point = _checked(lambda: geo.check(lat, lon, Datum.WGS84))
        elif (lat is None) != (lon is None) and not self.lon.process_errors:
            raise ValidationError(_l("经度和纬度要一起给出。"))

    def validate_hour(self, field: Read[time]) -> None:
        """Day and hour make a moment only together."""
        if not self.then:
            return
        if self.day.data is None or field.data is None:
            if not (self.day.process_errors or field.process_errors):
                raise ValidationError(_l("请选好日期和时间，或改选“现在”。"))
            return
        moment = datetime.combine(self.day.data, field.data, CITY_TIME)
        self.moment = _checked(lambda: check_moment(moment, self.now, "hour"))

    def held(self) -> dict[str, str]:
        """The place picked, as long as it stands and is one, as part of a query string."""
        fields = (self.place, self.lat, self.lon, self.spot)
        if not self.picked or any(field.errors for field in fields):
            return {}
        return {field.name: field.typed for field in fields if field.typed}

    def kept(self) -> dict[str, str]:
        """What stays the same when another place is chosen, as part of a query string."""
        kept = {"service": self.service.typed, "open": self.open.typed}
        if self.then:
            kept |= {"when": THEN, "day": self.day.typed, "hour": self.hour.typed}
        return {name: value for name, value in kept.items() if value}


def _checked(read: Callable[[], T]) -> T:
    """What *read* gives, its refusal told as a form's. Raises ValidationError."""
    try:
        return read()
    except BadInput as error:
        raise ValidationError(error.message) from None
