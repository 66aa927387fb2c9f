"""Two people change one site: neither version is lost, whoever was faster."""

from __future__ import annotations

import json
import multiprocessing
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.config import Config
from core.db import db
from tests.core.accounts.made import csrf, give_authenticator, make_person, signed_in
from tests.network.conftest import ENROLMENT, Made
from tests.network.editing.conftest import CITY, Staff
from tests.network.editing.form import Form, again, fields, send
from tests.network.editing.test_edit import edit, site
from wsgi import create_app

#: On PostgreSQL both edit at the same moment; SQLite lets one after the other write.
PAIRS = {"postgresql": 500, "sqlite": 100}


def test_both_versions_are_shown_and_each_fact_is_picked(staff: Staff, made: Made) -> None:
    path = edit(made.hall)
    mine = fields(staff.county, path)
    theirs = fields(staff.city, path)
    first = send(staff.city, path, theirs, phone="0631-111", address="东路 1 号")
    assert first.status_code == 303
    late = send(staff.county, path, mine, phone="0631-222", name="荣成新大厅")
    assert late.status_code == 409
    page = late.text
    for text in ("0631-111", "0631-222", "荣成新大厅", "东路 1 号", "0631 7560000", "两人都改了"):
        assert text in page, text
    picked = Form(page).fields
    # What only one of the two changed is chosen already; what both did is one's own until picked.
    assert picked["pick.name"] == "mine"
    assert picked["pick.address"] == "theirs"
    assert picked["pick.phone"] == "mine"
    assert site(made.hall).phone == "0631-111"
    done = again(staff.county, path, late)
    assert done.status_code == 303
    found = site(made.hall)
    assert (found.name, found.address, found.phone) == ("荣成新大厅", "东路 1 号", "0631-222")


def test_theirs_may_be_kept_and_a_third_person_may_come_between(staff: Staff, made: Made) -> None:
    path = edit(made.hall)
    mine, theirs = fields(staff.county, path), fields(staff.city, path)
    send(staff.city, path, theirs, phone="0631-111")
    late = send(staff.county, path, mine, phone="0631-222", name_en="New Hall")
    send(staff.city, path, address="西路 2 号")
    again_late = again(staff.county, path, late, **{"pick.phone": "theirs"})
    assert again_late.status_code == 409
    assert "西路 2 号" in again_late.text
    assert "0631-222" not in again_late.text
    done = again(staff.county, path, again_late)
    assert done.status_code == 303
    found = site(made.hall)
    assert (found.phone, found.address, found.name_en) == ("0631-111", "西路 2 号", "New Hall")


def test_hours_and_services_are_picked_as_wholes(staff: Staff, made: Made) -> None:
    path = edit(made.clinic)
    mine, theirs = fields(staff.county, path), fields(staff.city, path)
    send(staff.city, path, theirs, **{"h-sat": "9:00-10:00", f"o-{ENROLMENT}": "direct"})
    late = send(staff.county, path, mine, **{"h-sun": "9:00-10:00"})
    assert late.status_code == 409
    picked = Form(late.text).fields
    assert (picked["pick.hours"], picked[f"pick.offering:{ENROLMENT}"]) == ("mine", "theirs")
    assert again(staff.county, path, late, **{"pick.hours": "theirs"}).status_code == 303
    shown = fields(staff.county, path)
    assert (shown["h-sat"], shown["h-sun"]) == ("9:00-10:00", "")
    assert shown[f"o-{ENROLMENT}"] == "direct"


def test_a_confirmation_of_what_has_changed_since_is_refused(staff: Staff, made: Made) -> None:
    seen = str(site(made.hall).version)
    send(staff.city, edit(made.hall), phone="0631-111")
    token = csrf(staff.county)
    sent = {"csrf_token": token, "version": seen}
    assert staff.county.post(f"/sites/{made.hall}/confirm", data=sent).status_code == 409
    assert site(made.hall).confirmed_on is None


# -- Hundreds of pairs ---------------------------------------------------------------------------


@pytest.mark.long
def test_of_pairs_of_conflicting_edits_none_is_lost(app: Flask, made: Made, config: Config) -> None:
    """Two processes change one site from the same version, again and again: each time one is saved
    and one is shown both, and saves what it had on top."""
    people = [make_person(f"keeper{number}", Role.CITY_ADMIN, CITY) for number in range(2)]
    for account_id in people:
        give_authenticator(account_id)
    tokens = []
    for account_id in people:
        with signed_in(app, account_id).session_transaction() as session:
            tokens.append(session["_user_id"])
    before = site(made.hall).version
    db.session.remove()
    db.engine.dispose()
    pairs = PAIRS[db.engine.dialect.name]
    outcomes = _in_two(config, tokens, edit(made.hall), (before, pairs))
    assert sum(saved for saved, _shown in outcomes) == pairs
    assert sum(shown for _saved, shown in outcomes) == pairs
    found = site(made.hall)
    # Every one of the edits stands, the later on top of the earlier.
    assert found.version == before + 2 * pairs
    assert found.phone == f"0631-{100000 + pairs - 1}"
    assert found.address == f"学府路 {pairs - 1} 号"
    told = sa.select(sa.func.count()).select_from(AuditEvent)
    assert db.session.scalar(told.where(AuditEvent.action == "site.described")) == 2 * pairs


def _in_two(
    config: Config, tokens: list[str], path: str, seen: tuple[int, int]
) -> list[tuple[int, int]]:
    """How often each of two processes saved at once, and how often it was shown both versions."""
    context = multiprocessing.get_context("fork")
    together = context.Barrier(2)
    told: multiprocessing.SimpleQueue[tuple[int, int]] = context.SimpleQueue()
    started = [
        context.Process(
            target=_edit_often, args=(config, token, path, (*seen, number), together, told)
        )
        for number, token in enumerate(tokens)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(timeout=300)
    assert [process.exitcode for process in started] == [0, 0]
    return [told.get() for _ in started]


def _edit_often(
    config: Config,
    token: str,
    path: str,
    seen: tuple[int, int, int],
    together: Barrier,
    told: Any,
) -> None:
    app = create_app(config)
    client: FlaskClient = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    held = fields(client, path)
    version, pairs, which = seen
    saved = shown = 0
    both = {name: held[name] for name in ("phone", "address")}
    for number in range(pairs):
        # As the form was when both began: what neither of them touches need not be sent.
        sent = {"csrf_token": held["csrf_token"], "version": str(version + 2 * number), **both}
        sent["base"] = json.dumps(both)
        both = {"phone": f"0631-{100000 + number}", "address": f"学府路 {number} 号"}
        mine, theirs = ("phone", "address") if which else ("address", "phone")
        change = {mine: both[mine]}
        together.wait(timeout=120)
        answer = client.post(path, data=sent | change)
        if answer.status_code == 303:
            saved += 1
            continue
        assert answer.status_code == 409, answer.text
        page = Form(answer.text).fields
        picked = {name: value for name, value in page.items() if name.startswith("pick.")}
        assert picked == {f"pick.{mine}": "mine", f"pick.{theirs}": "theirs"}
        assert both[mine] in answer.text
        assert both[theirs] in answer.text
        shown += 1
        assert again(client, path, answer).status_code == 303
    told.put((saved, shown))
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
