"""Asking a configured service where an address lies; what the register knows is never asked.

The address leaves the machine, so this happens only where a geocoder is configured, only for a
text that somebody sent off, and never while typing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from geopy.exc import GeopyError
from geopy.geocoders import get_geocoder_for_service

from core import geo
from core.config import Config
from core.errors import BadInput
from core.geo import Datum, Point

log = logging.getLogger(__name__)

# The datum in which a service answers unless its options say otherwise; the others use WGS-84.
_DATUMS: Final = {"baidu": Datum.BD09, "baiduv3": Datum.BD09}

# A service that does not answer holds these and nothing else.
_AT_ONCE: Final = 4
_asking = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="geocoder")


def locate(text: str, config: Config) -> Point | None:
    """Where the address *text* lies; None if no geocoder knows in time, or none is configured."""
    if config.geocoder is None:
        return None
    try:
        geocode, datum = _service(config)
        answer: Future[Any] = _asking.submit(geocode, text, timeout=config.geocoder_timeout)
        found = answer.result(config.geocoder_timeout)
        return None if found is None else geo.check(found.latitude, found.longitude, datum)
    except (GeopyError, TimeoutError, BadInput, ValueError, TypeError) as error:
        # The text of the error may hold the address: only its kind is written down.
        log.warning("geocoder %s failed: %s", config.geocoder, type(error).__name__)
        return None


def _service(config: Config) -> tuple[Callable[..., Any], Datum]:
    """How to ask, and the datum of the answer. Raises ValueError, TypeError, GeopyError."""
    name = config.geocoder or ""
    options = dict(config.geocoder_options or {})
    datum = Datum(options.pop("datum", _DATUMS.get(name.lower(), Datum.WGS84)))
    return get_geocoder_for_service(name)(**options).geocode, datum
