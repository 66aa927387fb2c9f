"""Reading and sending the forms of a site as a browser would."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = told.get("method") == "post" and "novalidate" in told
        if not self._inside:
            return
        if tag == "select":
            self._select = told["name"]
        elif tag == "option" and "selected" in told:
            self.fields[self._select] = told["value"]
        elif tag == "input" and "name" in told:
            ticked = told.get("type") not in ("radio", "checkbox") or "checked" in told
            if ticked:
                self.fields[told["name"]] = told.get("value", "")


def form_of(client: FlaskClient, path: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return fields(page.text)


def fields(page: str) -> dict[str, str]:
    reader = _Form()
    reader.feed(page)
    return reader.fields


def send(client: FlaskClient, path: str, form: dict[str, str], **typed: str | None) -> TestResponse:
    """Send a form with some fields typed otherwise; None: not ticked."""
    sent = {**form, **typed}
    return client.post(
        path, data={name: value for name, value in sent.items() if value is not None}
    )


def told(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
