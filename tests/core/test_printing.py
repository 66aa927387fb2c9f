"""Pages as PDF: our own files and the pictures handed over, and nothing from anywhere else."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from core import printing
from core.errors import Busy
from core.web import static_url
from tests.databases import on_sqlite


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html lang=zh><head>{head}</head><body>{body}</body></html>"


def png(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 40), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that remembers what it was asked for."""
    found: list[str] = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", found
    server.shutdown()
    server.server_close()


def test_a_page_with_our_style_becomes_an_a4_sheet(app: Flask) -> None:
    with app.test_request_context():
        style = static_url("onekm.css")
        plain = printing.pdf(page("<h1>整改通知书</h1>"))
        styled = printing.pdf(
            page("<h1>整改通知书</h1>", f'<link rel="stylesheet" href="{style}">')
        )
    assert plain.startswith(b"%PDF-")
    assert styled != plain
    assert b"/MediaBox" in styled or len(styled) > 1000


def test_pictures_come_from_the_hand_and_not_from_an_address(app: Flask) -> None:
    with app.test_request_context():
        shown = printing.pdf(
            page('<img src="/findings/a/photo">'), {"/findings/a/photo": png("red")}
        )
        empty = printing.pdf(page('<img src="/findings/a/photo">'))
    assert b"/Image" in shown
    assert b"/Image" not in empty


def test_nothing_is_asked_of_anybody(app: Flask, asked: tuple[str, list[str]]) -> None:
    address, found = asked
    body = f"""
    <img src="{address}/picture.png"><img src="file:///etc/passwd">
    <img src="/static/../../pyproject.toml"><img src="//{address[7:]}/other.png">
    <object data="{address}/object.svg"></object><p style="background:url({address}/b.png)">x</p>
    """
    head = (
        f'<link rel="stylesheet" href="{address}/s.css"><style>@import "{address}/i.css";</style>'
    )
    with app.test_request_context():
        assert printing.pdf(page(body, head)).startswith(b"%PDF-")
    assert found == []


@on_sqlite
@pytest.mark.parametrize(
    "url",
    [
        "https://page.invalid/static/../wsgi.py",
        "https://page.invalid/static/%2e%2e/wsgi.py",
        "https://page.invalid/static/none.css",
        "https://page.invalid/me",
        "https://elsewhere.invalid/static/onekm.css",
        "file:///etc/passwd",
    ],
)
def test_only_our_own_files_are_given(app: Flask, url: str) -> None:
    folder = Path(app.static_folder or "").resolve()
    with pytest.raises(ValueError, match="not "):
        printing._content(url, folder, "/static/", {})


def test_a_server_that_cannot_print_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> object:
        raise OSError("cannot load library 'libpango'")

    monkeypatch.setattr(printing, "import_module", missing)
    with app.test_request_context(), pytest.raises(Busy, match="PDF"):
        printing.pdf(page(""))
