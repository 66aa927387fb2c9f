"""Where one is sent, under which name, with which headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask

from core.config import Config, Mode
from tests.attack.made import Attacker, addresses
from tests.core.accounts.made import PASSWORD, World, csrf, make_person
from tests.databases import on_sqlite

#: Which database lies behind the doors does not matter to who is let in.
pytestmark = on_sqlite

HERE: Final = "http://localhost/"
OUTSIDE: Final = (
    *("//evil.example", "/\\evil.example", "///evil.example", "http:///evil.example"),
    *("/\t/evil.example", "/%09/evil.example", "\\\\evil.example", "https:evil.example"),
    *("http://localhost@evil.example/", "/\n/evil.example", "javascript:alert(1)"),
    *("//evil%2eexample", "/ /evil.example", "\x01//evil.example", "/.//evil.example"),
    *("／／evil.example", "@evil.example"),
)


def followed(location: str) -> str:
    """Where a browser goes: it drops tabs and line ends, and takes a backslash for a slash."""
    cleaned = "".join(letter for letter in location if letter not in "\t\r\n").strip()
    return urljoin(HERE, cleaned.replace("\\", "/"))


def test_one_is_never_sent_outside(app: Flask, world: World) -> None:
    """Through none of the addresses that take one on to another (F49)."""
    for number, target in enumerate(OUTSIDE):
        client = app.test_client()
        asked = quote(target, safe="")
        answers = [client.get(f"{path}?next={asked}") for path in ("/lang/en", "/text/large")]
        make_person(f"visitor-{number}", None)
        client.get(f"/signin?next={asked}")
        form = {
            "csrf_token": csrf(client),
            "username": f"visitor-{number}",
            "password": PASSWORD,
        }
        answers.append(client.post(f"/signin?next={asked}", data=form))
        for answer in answers:
            assert answer.status_code in (302, 303)
            assert urlsplit(followed(answer.location or "")).netloc == "localhost", target


@pytest.fixture
def production(config: Config, make_app: Callable[[Config], Flask], world: World) -> Flask:
    return make_app(
        replace(config, mode=Mode.PRODUCTION, address="https://yibao.example", trusted_proxies=0)
    )


@pytest.mark.parametrize("host", ["evil.example", "yibao.example.evil.example", "localhost.evil"])
def test_no_other_host_is_answered(production: Flask, world: World, host: str) -> None:
    """A forged name reaches no page, and so no link or code made of it (F50)."""
    client = production.test_client()
    for _endpoint, path in addresses(production, world, "GET"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert host not in answer.text


def test_a_forwarded_name_is_believed_from_the_proxy_alone(production: Flask, world: World) -> None:
    client = production.test_client()
    forged = {
        "Host": "yibao.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "203.0.113.9",
    }
    answer = client.get(f"/sites/{world.own}", headers=forged)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text


REQUIRED: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_every_answer_has_the_headers(app: Flask, world: World, attackers: list[Attacker]) -> None:
    """Pages, files, redirects and refusals, for everybody (F63, F64)."""
    faults = []
    for method in ("GET", "POST"):
        for _endpoint, path in addresses(app, world, method):
            for attacker in attackers[:3]:
                answer = attacker.ask(method, path, headers={"Origin": "null"})
                faults += [f"{path}: {what}" for what in _wrong(answer, attacker)]
    for path in ("/no/such/page", "/api/v1/nothing", "/static/onekm.css", "/static/../wsgi.py"):
        faults += [f"{path}: {what}" for what in _wrong(attackers[0].ask("GET", path), None)]
    assert sorted(set(faults)) == []


#: Of which a public map is made.
_MAP: Final = ("application/geo+json", "text/javascript")


def _wrong(answer: Any, attacker: Attacker | None) -> list[str]:
    found = [
        f"{name} is {answer.headers.get(name)}"
        for name, value in REQUIRED.items()
        if answer.headers.get(name) != value
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        found.append(f"policy {policy}")
    if "Access-Control-Allow-Origin" in answer.headers:
        found.append("open to other origins")
    # What everybody sees alike may be asked again whether it is still so; nothing else is kept.
    kept = answer.headers.get("Cache-Control", "")
    alike = answer.mimetype in _MAP and "no-cache" in kept
    if attacker is not None and attacker.who != "public" and "no-store" not in kept and not alike:
        found.append(f"kept: {answer.headers.get('Cache-Control')}")
    return found


def test_production_asks_for_https_everywhere(production: Flask, world: World) -> None:
    client = production.test_client()
    for _endpoint, path in addresses(production, world, "GET"):
        with client.get(path, base_url="https://yibao.example") as answer:
            assert answer.headers["Strict-Transport-Security"].startswith("max-age="), path
            for cookie in answer.headers.getlist("Set-Cookie"):
                if cookie.startswith(("__Host-session", "session")):
                    assert cookie.startswith("__Host-session"), path
                    assert {"Secure", "HttpOnly"} <= {part.strip() for part in cookie.split(";")}
                    assert "SameSite=Lax" in cookie


def test_methods_that_nobody_serves_do_nothing(
    app: Flask, world: World, attackers: list[Attacker]
) -> None:
    for _endpoint, path in addresses(app, world, "GET"):
        for method in ("PUT", "DELETE", "PATCH", "TRACE"):
            assert attackers[1].ask(method, path).status_code in (400, 405), path
