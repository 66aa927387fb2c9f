"""No pattern of ours takes long over a text made for it (F59)."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from typing import Final

from flask import Flask

SHORT: Final = 4_000
LONG: Final = 50_000
TEXTS: Final = ("a", "1", " ", "一", "-", "村", "1.", "a ", "0,", "；", "%", "1:", "(")
#: Seconds of computing for SHORT and LONG; what goes back and forth takes minutes.
MOST: Final = {SHORT: 0.08, LONG: 0.3}


#: Only ever matched from a given place of a text of bounded length, never searched for.
MATCHED: Final = frozenset({"network.editing.rules._NUMBER", "core.sheets.rows._REMARK"})


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that a module of ours keeps, alone or in a collection."""
    for name, module in sorted(sys.modules.items()):
        if name.split(".")[0] in ("core", "network", "stations", "standards", "halls"):
            for attribute, value in vars(module).items():
                for one in value if isinstance(value, tuple | list | set) else (value,):
                    if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                        yield f"{name}.{attribute}", one


def takes(name: str, pattern: re.Pattern[str], text: str) -> float:
    began = time.process_time()
    (pattern.match if name in MATCHED else pattern.search)(text)
    pattern.fullmatch(text)
    return time.process_time() - began


def test_no_pattern_is_slow(app: Flask) -> None:
    found = dict(patterns())
    assert len(found) > 20
    slow = []
    for name, pattern in found.items():
        for text in TEXTS:
            for end in ("", "!"):
                # Who is slow already over the short text is not given the long one.
                for length, most in MOST.items():
                    if takes(name, pattern, text * (length // len(text)) + end) > most:
                        slow.append(f"{name}: {text!r}{end!r} {length}")
                        break
    assert slow == []
