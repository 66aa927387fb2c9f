"""What a resident's phone fetches for the home page, compressed, the map aside.

A figure of its own: the peer is the limit.  Any address outside counts as beyond it.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask.testing import FlaskClient

import wsgi
from bench import city
from bench.measure import Finding, Promise, Sense
from core import config

LIMIT: Final = 120 * 1000
PROMISE: Final = Promise(Sense.AT_MOST, 1)
LEVEL: Final = 6
#: What the names of the files have in them that the page only needs for its map.
OF_THE_MAP: Final = ("leaflet", "map")


def findings(small: bool) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="onekm-bench-") as folder:
        home = Path(folder)
        city.load(home)
        size = _size(wsgi.create_app(config.read(city.environment(home))).test_client())
    yield Finding(
        name="home page, HTML + CSS + script",
        ours=f"{size / 1000:.1f} kB",
        peer=f"limit {LIMIT / 1000:.0f} kB",
        ratio=size / LIMIT,
        promise=PROMISE,
    )


def _size(client: FlaskClient) -> int:
    """Bytes of the page and of what it names, each compressed as nginx would at this level."""
    page = _get(client, "/")
    named = _Named()
    named.feed(page.decode())
    files = [_get(client, address) for address in named.addresses if not _of_the_map(address)]
    return sum(len(gzip.compress(content, LEVEL)) for content in (page, *files))


def _get(client: FlaskClient, address: str) -> bytes:
    with client.get(address) as answer:
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
        content: bytes = answer.data
        return content


def _of_the_map(address: str) -> bool:
    parts = urlsplit(address)
    if parts.netloc:
        raise RuntimeError(f"the home page fetches from outside: {address}")
    return any(part in parts.path for part in OF_THE_MAP)


class _Named(HTMLParser):
    """The style sheets and scripts that a page names, each once, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        style = tag == "link" and given.get("rel") in ("stylesheet", "modulepreload")
        address = given.get("href") if style else given.get("src") if tag == "script" else None
        if address:
            self.addresses[address] = None
