"""JSON that others send: read strictly, so that what is read can be kept and told in any way.

What Python reads beside the standard is refused: ``NaN``, ``1e999`` (which it takes for infinity),
a name that stands twice (of which others would read the other value), half of a surrogate pair,
which no encoding can write.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput

#: The longest whole number that is read, in characters; no field of ours takes a longer one.
_LONGEST_NUMBER: Final = 20


def read_json(source: bytes | str) -> Any:
    """What *source* says; UTF-8 if bytes. Raises BadInput."""
    try:
        text = source.decode("utf-8") if isinstance(source, bytes) else source
        found = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=_whole,
            parse_float=_broken,
            parse_constant=_no_number,
        )
        if "\\u" in text:  # nothing else lets half a pair in: UTF-8 has none
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadInput(_l("内容不是可读的 JSON。")) from None
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a number of unlikely length")
    return int(digits)


def _broken(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number larger than any")
    return number


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
