"""How many photos a site has, and what may be said of one."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.sizes import MEGABYTE

#: How many photos a site shows; how many come at once, and how large they may be together.
MOST_PHOTOS: Final = 12
MOST_AT_ONCE: Final = 10
MOST_SENT: Final = 40 * MEGABYTE

MOST_CAPTION: Final = 100


def caption(text: str) -> str:
    """What is seen on a photo, on one line. Raises BadInput."""
    line = " ".join(text.split())
    if len(line) > MOST_CAPTION:
        raise BadInput(_l("说明太长，最多 %(most)s 个字。", most=MOST_CAPTION), field="caption")
    if not line.isprintable():
        raise BadInput(_l("说明中有不可用的字符。"), field="caption")
    return line
