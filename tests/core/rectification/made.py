"""A source of findings of the tests' own, people around a site, and findings there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.accounts import queries as accounts
from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.rectification import actions
from core.rectification.models import Finding
from core.rectification.rules import FindingSource, Opened, Severity, finding_source
from core.sites.models import Site
from tests.core.accounts.made import ACTOR, give_authenticator, make_person, signed_in

COUNTY: Final = "371082000000"
SOURCE: Final = finding_source(
    FindingSource("trial", _l("检查"), lambda reference: f"/trial/{reference}")
)


def site_id(code: str) -> int:
    return db.session.scalars(sa.select(Site.id).where(Site.code == code)).one()


def opened(code: str, found_on: date | None = None, **more: Any) -> Opened:
    """What a visit to a site would open."""
    plain = Opened(
        source="trial",
        reference=str(uuid4()),
        site_id=site_id(code),
        standard="九有标准",
        criterion="jiuyou/signs",
        words="门口有统一标识",
        basis="第三条；来源：建议",
        severity=Severity.MINOR,
        found_on=found_on or today(),
        note="门头标识脱落",
    )
    return replace(plain, **more)


def find(code: str, found_on: date | None = None, actor: Actor = ACTOR, **more: Any) -> str:
    """A finding at a site; gives its UUID."""
    with writing():
        return actions.open_finding(actor, opened(code, found_on, **more))


def finding(uuid: str) -> Finding:
    """The finding as it is now that others have written."""
    db.session.rollback()
    return db.session.scalars(
        sa.select(Finding).where(Finding.uuid == uuid).execution_options(populate_existing=True)
    ).one()


def person(role: Role, place: str, username: str = "", name: str = "王芳") -> Actor:
    """Somebody in a role over a place."""
    made = make_person(username or role.value.replace("_", "-"), role, place, name)
    give_authenticator(made)
    found = accounts.acting(made)
    assert found is not None
    return found


def browser(app: Flask, actor: Actor) -> FlaskClient:
    assert actor.account_id is not None
    return signed_in(app, actor.account_id)


def later(due: date, days: int = 7) -> date:
    """A later day."""
    return due + timedelta(days=days)
