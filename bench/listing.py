"""A page of the register's list over 700,000 sites, beside the same page over 308.

Both are whole requests of somebody signed in, answered by the app without a server; the peer is
the same code over a city.  A text is asked for the first time and, as the next page does, again.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bench import register
from bench.made import SERVICES, made
from bench.measure import Finding, Promise, Sense, beside, duration
from core.access import command
from core.accounts.rules import Role
from core.catalogue import importer
from core.catalogue.models import ServicePeriod
from core.clock import today
from core.db import db, writing
from core.sites import actions, changes
from core.sites.rules import Mode
from network.listing.bulk.rules import MOST
from tests.core.accounts.made import give_authenticator, make_person, signed_in

FEW: Final = 308
MANY: Final = 700_000
PROMISE: Final = Promise(Sense.AT_MOST, 3)
ROUNDS: Final = 15
#: How long another writer may wait, in seconds.
LIMIT: Final = 1.0

#: Region, kind and service narrow it down; the page is full over 308 sites too.
FILTERED: Final = (
    f"/register?region={2:012}&kind=village_clinic&service={SERVICES[4]:012}&way=none"
    "&sort=name&page=2"
)
#: Everybody has this in the name, or nobody but one.
COMMON: Final = {"a text": "医保工作站", "pinyin": "yibaogongzuozhan"}
SINGLE: Final = {
    "characters": "第{}号医保",
    "pinyin": "di{}haoyibao",
    "initials": "d{}hyb",
    "a telephone": "0631-{:07}",
    "a number in the address": "{:07}",
}


def findings(small: bool) -> Iterator[Finding]:
    many = 70_000 if small else MANY
    yield _at_once()
    with (
        tempfile.TemporaryDirectory(prefix="onekm-bench-") as few_folder,
        tempfile.TemporaryDirectory(prefix="onekm-bench-") as many_folder,
        register.opened(Path(few_folder), made(FEW)) as few_app,
    ):
        few = _reader(few_app)
        with register.opened(Path(many_folder), made(many)) as many_app:
            yield from _beside(_reader(many_app), few, many)


def _beside(many: FlaskClient, few: FlaskClient, number: int) -> Iterator[Finding]:
    numbers = count(1)

    def one(words: str) -> Callable[[FlaskClient], None]:
        """A question that nobody has asked before."""
        return lambda client: _get(client, f"/register?q={quote(words.format(next(numbers)))}")

    def again(words: str) -> Callable[[FlaskClient], None]:
        return lambda client: _get(client, f"/register?q={quote(words)}&page=2")

    pages: dict[str, Callable[[FlaskClient], None]] = {
        "filtered by region, kind, service; by name": lambda client: _get(client, FILTERED),
        "all, by region": lambda client: _get(client, "/register?page=2"),
        "not confirmed for a year": lambda client: _get(client, "/register?stale=365&page=2"),
        **{f"by {what} that all have, asked again": again(words) for what, words in COMMON.items()},
        **{f"by {what} that one has, asked first": one(words) for what, words in SINGLE.items()},
    }
    for name, ask in pages.items():
        took = beside(partial(ask, many), partial(ask, few), ROUNDS)
        yield took.finding(f"list of {number:,} sites {name}", f"{FEW} sites", PROMISE)


def _at_once() -> Finding:
    """How long the largest action on many sites takes the processor while others wait for it."""
    ids = range(1, MOST + 1)
    with (
        tempfile.TemporaryDirectory(prefix="onekm-bench-") as folder,
        register.opened(Path(folder), made(MOST)),
    ):
        took = max(_held(ids, number, on) for number, on in enumerate((None, today()), 1))
    return Finding(
        name=f"a service set at {MOST:,} sites at once",
        ours=duration(took),
        peer=f"limit {duration(LIMIT)}",
        ratio=took / LIMIT,
        promise=Promise(Sense.AT_MOST, 1),
    )


def _held(ids: Sequence[int], service: int, on: date | None) -> float:
    """Processor seconds from the beginning of the transaction to its end."""
    began = time.process_time()
    with writing():
        actions.do_to_all(command("bench"), ids, changes.offering({service: Mode.DIRECT}, on))
    return time.process_time() - began


def _get(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")


def _reader(app: Flask) -> FlaskClient:
    """Somebody who may see every site, in a register whose services have names."""
    with app.app_context():
        with writing():
            db.session.execute(sa.insert(ServicePeriod), [_service(id) for id in SERVICES])
        account_id = make_person("reader", Role.AUDITOR)
        give_authenticator(account_id)
        client = signed_in(app, account_id)
        db.session.remove()
    _get(client, "/register?sort=name")
    return client


#: What is known of a service; any will do.
_FACTS: Final = importer.read().entries[0].facts


def _service(id: int) -> dict[str, object]:
    return {
        "service_id": id,
        "since": register.SINCE,
        "name": f"事项{id}",
        "group": "事项",
        "position": id,
        "devolved": True,
        "facts": _FACTS.model_dump_json(),
        "sources": "{}",
    }
