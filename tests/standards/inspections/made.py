"""Visits for tests: an inspector, a site of his county, a standard that asks two things there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any, Final
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.clock import now, today
from core.db import writing
from core.sites.queries import network
from standards.inspections import actions
from standards.inspections.actions import Visit
from standards.queries import Published
from tests.core.accounts.made import (
    ACTOR,
    World,
    csrf,
    give_authenticator,
    make_person,
    make_world,
    signed_in,
)
from tests.standards.made import publish

COUNTIES: Final = {"own": "371082000000", "sibling": "371002000000", "other": "370302000000"}


@dataclass
class Ground:
    """Two cities with a site in each of three counties, and the sample standard in force."""

    app: Flask
    world: World
    published: Published
    people: dict[str, int] = field(default_factory=dict)

    def person(self, username: str, role: Role, place: str) -> int:
        if username not in self.people:
            self.people[username] = make_person(username, role, place, name=username)
            if role.second_factor:
                give_authenticator(self.people[username])
        return self.people[username]

    @property
    def inspector(self) -> int:
        return self.person("li", Role.INSPECTOR, COUNTIES["own"])

    def site_id(self, where: str = "own") -> int:
        place = network().by_code(getattr(self.world, where))
        assert place is not None
        return place.id

    def plan(self, where: str = "own", inspector: int | None = None, **more: Any) -> str:
        """The UUID of a visit that waits for the inspector."""
        visit = Visit(self.site_id(where), today(), inspector or self.inspector, **more)
        with writing():
            return actions.plan(ACTOR, visit).uuid

    def phone(self, account_id: int | None = None) -> Phone:
        return Phone(signed_in(self.app, account_id or self.inspector))

    def record(self, where: str = "own", **changes: Any) -> dict[str, Any]:
        """What a telephone sends: all is well, unless *changes* say otherwise."""
        made = {
            "site": getattr(self.world, where),
            "versions": {self.published.code: self.published.digest},
            "started_at": (now() - timedelta(hours=1)).isoformat(),
            "finished_at": now().isoformat(),
            "arrival": {"lat": 37.16, "lon": 122.481, "accuracy": 12},
            "answers": [answer("guide"), answer("hours", reason="门上贴着营业时间")],
            "photos": [],
            "signatures": [],
            "words": "",
        }
        return made | changes


def ground(app: Flask) -> Ground:
    return Ground(app, make_world(), publish())


def answer(criterion: str, result: str = "pass", **more: Any) -> dict[str, Any]:
    return {"standard": "sample", "criterion": criterion, "result": result, **more}


def jpeg(colour: str = "red", size: tuple[int, int] = (40, 30)) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG")
    return written.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def named(photos: Sequence[bytes], key: str = "sample/guide") -> list[dict[str, Any]]:
    """How a record names photos."""
    return [{"sha256": sha(data), "size": len(data), "key": key} for data in photos]


def new_uuid() -> str:
    return str(uuid4())


class Phone:
    """Somebody's telephone, which talks to the server as the script does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = csrf(client)

    def put(
        self, path: str, data: bytes, kind: str = "application/json", at: str | None = None
    ) -> TestResponse:
        headers = {"X-CSRFToken": self.token, "X-Device-Time": at or now().isoformat()}
        return self.client.put(path, data=data, content_type=kind, headers=headers)

    def send(self, uuid: str, record: Any, at: str | None = None) -> TestResponse:
        body = record if isinstance(record, bytes) else json.dumps(record).encode()
        return self.put(f"/inspections/{uuid}", body, at=at)

    def photo(self, uuid: str, data: bytes, sha256: str | None = None) -> TestResponse:
        path = f"/inspections/{uuid}/photos/{sha256 or sha(data)}"
        return self.put(path, data, "image/jpeg")

    def post(self, path: str, **data: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **data})
