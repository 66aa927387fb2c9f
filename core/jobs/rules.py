"""What a job is, how it ends, and the bounds of waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.clock import civil
from core.labels import Labelled


class State(Labelled):
    QUEUED = "queued", _l("排队中")
    RUNNING = "running", _l("进行中")
    DONE = "done", _l("已完成")
    FAILED = "failed", _l("未成功")
    STOPPED = "stopped", _l("已停止")

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self not in WAITED_FOR


#: The states of a job that somebody may still be waiting for.
WAITED_FOR: Final = (State.QUEUED, State.RUNNING)

MOST_TITLE: Final = 200
MOST_WORDS: Final = 2000

#: How often a running job's progress is written down, at most.
PROGRESS_EVERY: Final = timedelta(seconds=1)
#: How often a worker says that it is alive, and how long it may be silent before its jobs are
#: another's.  Longer than anybody holds the database, since no worker can say anything meanwhile.
BEAT_EVERY: Final = timedelta(seconds=5)
SILENT: Final = timedelta(seconds=60)
#: A job that the queue has been told of and that is not in it after this long was lost on the way.
TOLD: Final = timedelta(seconds=5)
#: How often a job is begun before it is given up: what kills the worker each time is our fault.
MOST_RUNS: Final = 3
#: How long a finished job is kept.
KEPT: Final = timedelta(days=30)


class Run(Protocol):
    """A job while it runs, as its handler sees it; outside any transaction, in an app context.

    A handler may be run twice, if the worker dies.  One that ends its own transaction with
    :meth:`finish` within it is done once: then the job ends with what it did, or neither does.
    """

    @property
    def uuid(self) -> str: ...

    @property
    def payload(self) -> Any: ...

    @property
    def actor(self) -> Actor:
        """Who started it, with the rights that they have now."""

    def progress(self, done: int, total: int, words: str = "") -> None:
        """Tell how far it is; as often as one likes, it is written down once a second at most.

        Within a transaction for writing it is kept for later, so as not to wait for oneself.
        Raises Taken where the job is no longer this worker's: let it pass.
        """

    def stopping(self) -> bool:
        """Whether somebody has asked for it to stop: then undo, and return without finishing."""

    def finish(self, url: str = "", words: str = "") -> None:
        """It is done; *url* is the path of what came of it. Within ``writing()``: together with it.

        Raises Taken where the job is no longer this worker's: let it pass.
        """


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job; ``permission`` is needed to start it and still when it runs.

    What ``run`` raises as OneKmError is told to who started it; anything else is logged, and told
    as our fault.
    """

    code: str
    label: LazyString
    permission: Permission
    run: Callable[[Run], None]


@dataclass(frozen=True, slots=True)
class Hold:
    """A job that a worker has in hand: the number tells this run from one that was given up."""

    uuid: str
    run: int


class Taken(Exception):
    """The job is no longer this worker's, which was silent for too long: another has begun it."""


class Stopped(Exception):
    """Somebody has asked for the job to stop."""


def told(run: Run, words: LazyString) -> Callable[[int, int], None]:
    """Tells the job how far it is, in *words* that have a ``count``; raises Stopped to stop."""

    def report(done: int, total: int) -> None:
        if run.stopping():
            raise Stopped
        run.progress(done, total, _l(words._args[0], count=done))

    return report


_kinds: dict[str, JobKind] = {}


def job_kind(kind: JobKind) -> JobKind:
    """Declare a kind of job, once."""
    if kind.code in _kinds:
        raise ValueError(f"{kind.code} is declared already")
    _kinds[kind.code] = kind
    return kind


def find_kind(code: str) -> JobKind | None:
    """The kind with this code; None for one that is no longer known."""
    return _kinds.get(code)


def turn(every: timedelta, at: timedelta, moment: datetime) -> int:
    """Which turn of periodic work it is at *moment*, counted in city time."""
    local = civil(moment).replace(tzinfo=None) - at
    return (local - datetime(2000, 1, 1)) // every
