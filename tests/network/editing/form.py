"""Filling in a site's form as a browser does: everything that the page holds is sent."""

from __future__ import annotations

from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Form(HTMLParser):
    """The fields of the page's main form, and what they hold."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = False
        self._select: str | None = None
        self._area: str | None = None
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._inside = True
        if not self._inside:
            return
        name = found.get("name", "")
        if tag == "input" and name:
            kind = found.get("type", "text")
            if kind not in ("radio", "checkbox") or "checked" in found:
                self.fields[name] = found.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif (
            tag == "option"
            and self._select is not None
            and ("selected" in found or self._select not in self.fields)
        ):
            self.fields[self._select] = found.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None


def fields(client: FlaskClient, path: str) -> dict[str, str]:
    """What the form at *path* holds."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Form(answer.text).fields


def send(
    client: FlaskClient, path: str, held: dict[str, str] | None = None, /, **changed: str
) -> TestResponse:
    """Change some fields of the form at *path* and send it; ``h_mon`` stands for ``h-mon``."""
    filled = dict(fields(client, path) if held is None else held)
    filled |= {name.replace("__", "-"): value for name, value in changed.items()}
    return client.post(path, data=filled)


def again(client: FlaskClient, path: str, page: TestResponse, /, **changed: str) -> TestResponse:
    """Send on the form that *page* holds."""
    return send(client, path, Form(page.text).fields, **changed)
