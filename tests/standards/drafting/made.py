"""Somebody with a draft, in the browser of the tests."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.db import db
from standards.drafting import queries as drafts
from standards.drafting.queries import Draft
from standards.rules import Version
from tests.core.accounts.made import csrf, give_authenticator, make_person, signed_in

CITY = "371000000000"
_INPUT = r'<input class="input" id="\w+" name="(\w+)"[^>]*? value="([^"]*)"'
_AREA = r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>'
_SELECT = r'<select id="\w+" name="(\w+)"[^>]*>(.*?)</select>'


class Editor:
    """Somebody with a draft."""

    def __init__(self, app: Flask, name: str, *, fresh: bool = True) -> None:
        account_id = make_person(name, Role.CITY_ADMIN, CITY, name)
        give_authenticator(account_id)
        self.client: FlaskClient = signed_in(app, account_id, fresh=fresh)
        self.token = csrf(self.client)
        self.uuid = ""

    def post(self, path: str, **data: object) -> tuple[int, str]:
        answer = self.client.post(
            path, data={"csrf_token": self.token, **data}, content_type="multipart/form-data"
        )
        return answer.status_code, answer.location or answer.text

    def begin(self, **data: object) -> str:
        status, where = self.post("/standards/drafts", **data)
        assert status == 303, where
        self.uuid = where.rsplit("/", 1)[1]
        return self.uuid

    def change(self, rest: str, **data: object) -> tuple[int, str]:
        seen = self.kept.row.version
        return self.post(f"/standards/drafts/{self.uuid}/{rest}", **{"seen": seen, **data})

    def page(self, rest: str = "") -> str:
        answer = self.client.get(f"/standards/drafts/{self.uuid}{rest}")
        assert answer.status_code == 200, answer.status
        return answer.text

    def fields(self, rest: str) -> dict[str, object]:
        """What the form there holds already."""
        page = self.page(rest)
        found: dict[str, object] = dict(re.findall(_INPUT, page) + re.findall(_AREA, page))
        for name, options in re.findall(_SELECT, page, re.DOTALL):
            chosen = re.findall(r'<option value="([^"]*)" selected', options)
            found[name] = chosen[0] if chosen else ""
        for name, value in re.findall(r'type="checkbox" name="(\w+)" value="(\w+)" checked', page):
            kept = found.setdefault(name, [])
            assert isinstance(kept, list)
            kept.append(value)
        return found

    @property
    def kept(self) -> Draft:
        """The draft as it stands now."""
        db.session.rollback()
        return drafts.find(self.uuid)

    @property
    def version(self) -> Version:
        found = self.kept.version
        assert found is not None
        return found
