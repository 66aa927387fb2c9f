"""Whatever goes wrong, a telephone is told so as JSON, in words that it can show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from core.errors import Busy
from standards.inspections import filing_views
from standards.inspections.rules import MOST_RECORD
from tests.standards.inspections.made import Ground, Phone, new_uuid, sha


def busy() -> Any:
    raise Busy("系统正忙，请过几秒再试。")


def broken() -> Any:
    raise RuntimeError("nobody foresaw this")


def cut_off() -> Any:
    raise BadRequest


def sent(phone: Phone, ground: Ground) -> TestResponse:
    return phone.send(new_uuid(), ground.record())


def unsigned(phone: Phone, ground: Ground) -> TestResponse:
    phone.client.delete_cookie("session")
    return sent(phone, ground)


def without_token(phone: Phone, ground: Ground) -> TestResponse:
    phone.token = "of-yesterday"
    return sent(phone, ground)


REFUSALS: dict[str, tuple[int, str, Callable[[Phone, Ground], TestResponse]]] = {
    "too large": (413, "refused", lambda p, _g: p.send(new_uuid(), b" " * (MOST_RECORD + 1))),
    "nowhere": (404, "not_found", lambda p, _g: p.put("/inspections/a/b/c", b"{}")),
    "no such photo": (
        404,
        "not_found",
        lambda p, _g: p.put(f"/inspections/{new_uuid()}/photos/{sha(b'')}", b""),
    ),
    "not to be put": (
        405,
        "refused",
        lambda p, _g: p.put(f"/inspections/{new_uuid()}/report", b"{}"),
    ),
    "no JSON": (422, "", lambda p, _g: p.send(new_uuid(), b"\xff\x00")),
    "a token of yesterday": (400, "form_expired", without_token),
    "signed out": (400, "form_expired", unsigned),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_is_refused_is_refused_in_words(ground: Ground, why: str) -> None:
    status, code, ask = REFUSALS[why]
    answer = ask(ground.phone(), ground)
    assert answer.status_code == status, answer.text[:200]
    told(answer, code)


def told(answer: TestResponse, code: str) -> None:
    assert answer.mimetype == "application/json", answer.text[:200]
    assert answer.json is not None
    fault = answer.json["error"]
    assert code in ("", fault["code"])
    assert fault["message"].endswith("。")
    assert "<" not in fault["message"]


@contextmanager
def writing_fails(monkeypatch: pytest.MonkeyPatch, how: Callable[[], Any]) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(filing_views, "writing", how)
        yield


@pytest.mark.parametrize(
    ("how", "status", "code", "later"),
    [(busy, 503, "busy", "2"), (broken, 500, "internal", None), (cut_off, 400, "refused", None)],
)
def test_so_is_what_the_server_cannot_help(
    ground: Ground,
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[[], Any],
    status: int,
    code: str,
    later: str | None,
) -> None:
    ground.app.config["PROPAGATE_EXCEPTIONS"] = False
    phone, uuid = ground.phone(), new_uuid()
    with writing_fails(monkeypatch, how):
        answer = phone.send(uuid, ground.record())
    assert answer.status_code == status
    told(answer, code)
    assert answer.headers.get("Retry-After") == later
    assert answer.headers["Cache-Control"] == "no-store"
    assert phone.send(uuid, ground.record()).status_code == 201
