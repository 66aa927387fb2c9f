"""One run of a job: taken, done by its kind's handler, and ended, whatever becomes of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from core.access import Actor, command
from core.accounts.queries import acting
from core.connections import busy, is_writing
from core.db import db, writing
from core.errors import Busy, Forbidden, NotFound, OneKmError
from core.jobs import actions, queries
from core.jobs.actions import Begun
from core.jobs.rules import MOST_RUNS, PROGRESS_EVERY, Hold, JobKind, State, Taken, find_kind

log = logging.getLogger(__name__)

#: Where an app keeps what its workers have in hand, for the heartbeat.
_IN_HAND: Final = "onekm.jobs_in_hand"
#: How often ending a run is tried while the database is taken.
_TRIES: Final = 10
_EVERY: Final = PROGRESS_EVERY.total_seconds()

OURS: Final = _l("系统出了错，已经记录。请稍后再试，或联系系统管理员。")
TAKEN: Final = _l("系统正忙，任务没有完成。请稍后再试。")


class Running:
    """What core.jobs.rules.Run says, over the database."""

    def __init__(self, begun: Begun, actor: Actor) -> None:
        self.uuid = begun.hold.uuid
        self.payload: Any = begun.payload
        self.actor = actor
        self._hold = begun.hold
        self._told = self._asked = float("-inf")
        self._stopping = False

    def progress(self, done: int, total: int, words: str = "") -> None:
        moment = time.monotonic()
        due = moment - self._told >= _EVERY or done == total
        if not due or is_writing():
            return
        self._told = moment
        with suppress(Busy), _apart():
            actions.note(self._hold, done, total, words)

    def stopping(self) -> bool:
        moment = time.monotonic()
        if not self._stopping and moment - self._asked >= _EVERY:
            self._asked = moment
            with current_app.app_context():
                asked = queries.stop_asked(self._hold)
            if asked is None:
                raise Taken
            self._stopping = asked
        return self._stopping

    def finish(self, url: str = "", words: str = "") -> None:
        if is_writing():
            actions.end(self._hold, State.DONE, words, url)
            return
        with writing():
            actions.end(self._hold, State.DONE, words, url)


@contextmanager
def _apart() -> Iterator[None]:
    """A transaction on a connection of its own, so that what a handler reads stays as it is.

    Raises Busy where the database is taken.
    """
    with current_app.app_context():
        try:
            with writing():
                yield
        except sa.exc.OperationalError as error:
            if busy(error):
                raise Busy(TAKEN) from error
            raise


def in_hand() -> set[Hold]:
    """The runs that go on in this process."""
    holds: set[Hold] = current_app.extensions.setdefault(_IN_HAND, set())
    return holds


def run(uuid: str) -> None:
    """Do the job with this UUID, unless somebody else does or did. Called in an app context."""
    begun = _surely(lambda: actions.take(uuid))
    if begun is None:
        return
    in_hand().add(begun.hold)
    try:
        _run(begun)
    finally:
        in_hand().discard(begun.hold)


def _run(begun: Begun) -> None:
    try:
        kind, actor = _allowed(begun)
        kind.run(Running(begun, actor))
    except Taken:
        log.warning("job %s was begun anew elsewhere, this run is given up", begun.hold.uuid)
    except Exception as error:
        db.session.rollback()
        _failed(begun.hold, error)
    else:
        db.session.rollback()
        # A handler that has not said so itself has finished, unless it was asked to stop.
        stopped = queries.stop_asked(begun.hold)
        _end(begun.hold, State.STOPPED if stopped else State.DONE)


def _allowed(begun: Begun) -> tuple[JobKind, Actor]:
    """The kind of what is to be done, and who does it, if they still may. Raises OneKmError."""
    kind = find_kind(begun.kind)
    if kind is None:
        raise NotFound(_l("系统不再认识这种任务。"))
    actor = _actor(begun)
    try:
        actions.check_may(actor, kind, begun.region_id)
    except OneKmError:
        raise Forbidden(_l("启动任务的账号已没有此项权限，任务没有执行。")) from None
    return kind, actor


def _actor(begun: Begun) -> Actor:
    """Who started the job, with the rights of this moment."""
    if begun.account_id is None:
        return command(begun.started_by)
    actor = acting(begun.account_id)
    if actor is None:
        raise Forbidden(_l("启动任务的账号已停用，任务没有执行。"))
    if begun.permissions is None:
        return actor
    scope = actions.permission_names(begun.permissions)
    held = tuple(replace(one, permissions=one.permissions & scope) for one in actor.held)
    return replace(actor, name=begun.started_by, held=held, by_token=True)


def _failed(hold: Hold, error: Exception) -> None:
    """End a run that raised *error*, or let it be done again where the database was taken."""
    if isinstance(error, Busy) or (isinstance(error, sa.exc.OperationalError) and busy(error)):
        if hold.run < MOST_RUNS:
            _surely(lambda: actions.give_back(hold))
        else:
            _end(hold, State.FAILED, TAKEN)
    elif isinstance(error, OneKmError):
        _end(hold, State.FAILED, error.message)
    else:
        log.exception("unforeseen in job %s", hold.uuid, exc_info=error)
        _end(hold, State.FAILED, OURS)


def _end(hold: Hold, state: State, words: str = "") -> None:
    # It may have ended itself, or be another's by now.
    with suppress(Taken):
        _surely(lambda: actions.end(hold, state, words))


def _surely(write: Callable[[], Any]) -> Any:
    """What *write* gives, in a transaction of its own, tried again while the database is taken."""
    for _ in range(_TRIES - 1):
        with suppress(Busy), _apart():
            return write()
    with _apart():
        return write()
