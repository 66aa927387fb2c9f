"""The pages of coverage as somebody reads them: what they say, their files, what a map draws."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

from flask.testing import FlaskClient


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    """What a page says, without its markup."""
    answer = client.get(path)
    assert answer.status_code == status, path
    body = answer.get_data(as_text=True).split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def layers(client: FlaskClient, path: str) -> dict[str, dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200
    return {layer["key"]: layer for layer in answer.get_json()["layers"]}
