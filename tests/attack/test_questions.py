"""Every page asked with every parameter that it reads, each given what nobody should send."""

from __future__ import annotations

import re
import time
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import pytest
from flask import Flask

from tests.attack.made import READ, Attacker, addresses
from tests.core.accounts.made import World

SCRIPT: Final = "<script>alert(1)</script>"
INJECTION: Final = "' OR '1'='1"

#: What is not here would say nothing new.
_TEXTS: Final = (
    *("０", "３６.５", "1_0", "٣", "nan", "inf", "1e400", "-1", "0", "1.5"),
    *("1000000000000", "9" * 400, "%", "_", "%" * 20, "\\", INJECTION, '" OR ""="'),
    *("1; DROP TABLE site--", SCRIPT, "${7*7}{{7*7}}", "\u202e", "\u200b", "\r\nX-Bad: 1"),
    *("../../etc/passwd", "2026-02-30", "0001-01-01", "9999-12-31", "password_hash"),
    *("😀", "[]", "a,b,c", "\x00", "a" * 2000, "371082000000", "//evil.example"),
)
#: As they stand in the address; the last are not even text.
HOSTILE: Final = (*map(quote, _TEXTS), "%ff%fe", "%", "%zz")

#: What lets a page read on to its further parameters.
USUAL: Final = {
    "finder.find": "lat=37.16&lon=122.48",
    "finder_api.find_nearest": "lat=37.16&lon=122.48",
    "finder.suggest": "q=rong",
}
#: One value in so many is tried on each parameter, always others: together they are all tried.
SHARE: Final = 4

#: Seconds of the processor's work; what is slow by design of its input takes far longer.
SLOW: Final = 3.0


def parameters(attacker: Attacker, path: str, usual: str) -> list[str]:
    """The names that the page reads of its question."""
    READ.clear()
    attacker.ask("GET", f"{path}?{usual}")
    attacker.ask("GET", path)
    return sorted(READ - {"lang"})


def test_nothing_that_is_asked_breaks_a_page(
    app: Flask, world: World, attackers: list[Attacker], watched: None
) -> None:
    by_name = {one.who: one for one in attackers}
    faults: list[str] = []
    asked = count()
    for endpoint, path in addresses(app, world, "GET"):
        usual = USUAL.get(endpoint, "")
        attacker = _who(by_name, path, usual)
        for name in parameters(attacker, path, usual):
            for value in HOSTILE[next(asked) % SHARE :: SHARE]:
                faults += _fault(attacker, f"{path}?{usual}&{name}={value}")
    assert faults == []
    assert next(asked) > 80


def _who(by_name: dict[str, Attacker], path: str, usual: str) -> Attacker:
    """The first who sees the page; she who may do most comes first."""
    for who in ("county_admin", "city_admin", "auditor", "system_admin"):
        if by_name[who].ask("GET", f"{path}?{usual}").status_code < 400:
            return by_name[who]
    return by_name["public"]


def _fault(attacker: Attacker, address: str) -> list[str]:
    began = time.process_time()
    answer = attacker.ask("GET", address)
    took = time.process_time() - began
    told = f"{address[:120]}: "
    found = []
    if answer.status_code >= 500:
        found.append(f"{told}{answer.status_code}")
    if took > SLOW:
        found.append(f"{told}{took:.1f} s")
    if SCRIPT.encode() in answer.data:
        found.append(f"{told}markup came back")
    if "X-Bad" in answer.headers or "\n" in (answer.location or ""):
        found.append(f"{told}a header of the visitor's own")
    return found


SEGMENTS: Final = ("%00", "..%2f..%2f", INJECTION, "٣" * 12, "9" * 400, "%ff")
_PART: Final = re.compile(r"<[^>]+>")


def test_no_address_breaks_a_page(app: Flask, world: World, attackers: list[Attacker]) -> None:
    """Whatever stands in the place of a code, a UUID or a file's name (F55, F57)."""
    faults = []
    for rule in app.url_map.iter_rules():
        for segment in SEGMENTS if rule.arguments else ():
            path = _PART.sub(quote(segment, safe="%"), rule.rule)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                for attacker in attackers[:3]:
                    data = {"csrf_token": attacker.token} if method == "POST" else None
                    answer = attacker.ask(method, path, data=data)
                    if answer.status_code >= 500:
                        faults.append(f"{attacker.who}: {method} {path}: {answer.status_code}")
    assert faults == []


@pytest.mark.parametrize("path", ["/api/v1/sites", "/api/v1/services"])
def test_injections_are_words_like_any_other(
    world: World, attackers: list[Attacker], path: str
) -> None:
    """A question in SQL finds what has it in its name: nothing (F26, F57)."""
    for text in (INJECTION, "%", "_", "%%", "\\", "a' UNION SELECT 1--"):
        answer = attackers[0].client.get(path, query_string={"q": text})
        assert answer.status_code == 200, text
        told: Any = answer.json
        assert told["meta"]["total"] == 0, text
