"""The worker: takes jobs from the queue, says that it is alive, attends to what nobody attends to.

It does what comes round by itself, too (core.web.Periodic).
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, current_app

from core.clock import now
from core.db import db, writing
from core.jobs import actions, queries, queue
from core.jobs.rules import BEAT_EVERY, TOLD, turn
from core.jobs.running import in_hand, run
from core.web import Periodic

log = logging.getLogger(__name__)

#: How long a worker that is asked to end waits for what it has in hand, in seconds.
PATIENCE: Final = 20
#: How long an idle worker waits at most before it looks into the queue again, in seconds.
_LOOK_EVERY: Final = 1.0
#: How often it looks whether something comes round, in seconds.
_TURN_EVERY: Final = 10.0


def work(app: Flask, threads: int) -> None:
    """Do jobs until a signal comes: SIGINT ends gracefully, SIGTERM at once.

    What is in hand then is given back, for another worker to begin anew.
    """
    with app.app_context():
        jobs = queue.queue()
    jobs.work = run
    consumer = jobs.huey.create_consumer(
        workers=threads, periodic=False, max_delay=_LOOK_EVERY, shutdown_timeout=PATIENCE
    )
    # The consumer heeds signals only after its threads have begun: one may have a job by then.
    signal.signal(signal.SIGTERM, _end)
    keeper = _Keeper(app)
    keeper.start()
    try:
        consumer.run()
    finally:
        keeper.stop()
        with app.app_context():
            _give_back()


def _end(*_: Any) -> None:
    sys.exit()


def drain(app: Flask) -> int:
    """Do what comes round now and all jobs that wait, then end; gives how many jobs."""
    with app.app_context():
        jobs = queue.queue()
    jobs.work = run
    keeper = _Keeper(app)
    keeper.start()
    done = 0
    try:
        with app.app_context():
            come_round()
        while True:
            task = jobs.huey.dequeue()
            if task is not None:
                jobs.huey.execute(task)
                done += 1
            elif not _tell_all(app):
                return done
    finally:
        keeper.stop()


def _tell_all(app: Flask) -> int:
    """Tell the empty queue of all that waits; gives of how many."""
    with app.app_context():
        uuids = queries.waiting(told_before=now())
        if not uuids:
            return 0
        with writing():
            return actions.tell_again(uuids)


def _give_back() -> None:
    for hold in tuple(in_hand()):
        with writing():
            actions.give_back(hold)


class _Keeper:
    """Two threads beside those that do jobs: one keeps them alive, one does what comes round."""

    def __init__(self, app: Flask) -> None:
        self._ending = threading.Event()
        every = BEAT_EVERY.total_seconds()
        self._threads = [
            self._thread(app, attend, every),
            self._thread(app, come_round, _TURN_EVERY),
        ]

    def _thread(self, app: Flask, act: Callable[[], None], every: float) -> threading.Thread:
        def keep_on() -> None:
            while True:
                try:
                    with app.app_context():
                        act()
                except Exception:
                    # A database that is away comes back; nobody else would try again.
                    log.exception("the worker could not %s", act.__name__)
                if self._ending.wait(every):
                    return

        return threading.Thread(target=keep_on, name=act.__name__, daemon=True)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let both end, and wait for them: what they have in hand holds a connection."""
        self._ending.set()
        for thread in self._threads:
            thread.join(PATIENCE)


def attend() -> None:
    """Say that the runs of this process go on; take up what others left or the queue lost."""
    holds = tuple(in_hand())
    if holds:
        with writing():
            actions.beat(holds)
    if queries.silent():
        with writing():
            actions.revive()
    if queue.is_empty():
        uuids = queries.waiting(now() - TOLD)
        if uuids:
            with writing():
                actions.tell_again(uuids)


def come_round() -> None:
    """Do whatever periodic work has its turn and was not done by another worker.

    What fails is logged and waits for its next turn.
    """
    work: tuple[Periodic, ...] = current_app.extensions["onekm.periodic"]
    known = queries.turns()
    for one in work:
        number = turn(one.every, one.at, now())
        if one.name in known and known[one.name] >= number:
            continue
        with writing():
            mine = actions.take_turn(one.name, number)
        if mine:
            _do(one)


def _do(one: Periodic) -> None:
    try:
        one.run()
    except Exception:
        log.exception("periodic work failed: %s", one.name)
        failed = True
    else:
        failed = False
    db.session.rollback()
    with writing():
        actions.end_turn(one.name, failed)


def forget_old() -> None:
    """Forget jobs that ended long ago."""
    with writing():
        actions.purge()
