"""What a browser without JavaScript makes of a page."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient


class Page(HTMLParser):
    """The links, fields, tags and text of an answer."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.tags: list[str] = []
        self._open: tuple[str, list[str]] | None = None
        self.source = text
        self.feed(text)
        plain = re.sub(r"<[^>]*>", " ", text[text.index("<main") :])
        self.text = " ".join(html.unescape(plain).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "a":
            self._open = (given.get("href") or "", [])
        if tag == "input" and given.get("type") in ("text", "hidden", "date", "time"):
            self.fields[given["name"] or ""] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.links["".join(self._open[1]).strip()] = self._open[0]
            self._open = None

    @property
    def places(self) -> list[str]:
        found = re.findall(r'<h3><a href="[^"]*">(.*?)</a>', self.source, re.DOTALL)
        return [html.unescape(re.sub(r"<[^>]*>", "", name)) for name in found]


def get(client: FlaskClient, address: str = "/", status: Any = 200, **query: object) -> Page:
    answer = client.get(address, query_string=query or None)
    assert answer.status_code == status, answer.text
    return Page(answer.text)
