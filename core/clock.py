"""The one place that knows what time it is.

Instants are aware datetimes in UTC; civil facts are dates in the city's time.  All of China keeps
one time, so the zone is a constant and not a setting.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date on the city's wall."""
    return civil(now()).date()


def civil(moment: datetime) -> datetime:
    """*moment* as the city's clocks show it. Raises ``ValueError`` for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(CITY_TIME)
