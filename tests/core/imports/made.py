"""What tests of every import do: the work of a worker, and processes that race and are killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa

from core.config import Config
from core.db import db
from core.jobs import running
from core.jobs.models import Job

#: Applies a file over and over, as ``apply(actor, uuid)`` does; each time its process, forked off,
#: kills itself at a statement further on.  Says so, and goes on when told to.
_KILLED: Final = """
import os, signal, sys
import sqlalchemy as sa
from core.access import command
from core.db import db
from wsgi import create_app

app = create_app()
uuid, step, last = sys.argv[1], int(sys.argv[2]), 1

def killed(last):
    done = 0

    def kill(*_):
        nonlocal done
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        sa.event.listen(db.engine, name, kill)
    apply(command("test"), uuid)

print("ready", flush=True)
while True:
    input()
    child = os.fork()
    if not child:
        with app.app_context():
            killed(last)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else f"done {status}", flush=True)
    last += step
"""


def nothing(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


def work() -> None:
    """Do what waits, as a worker would."""
    db.session.rollback()
    for uuid in db.session.scalars(sa.select(Job.uuid).where(Job.state == "queued")).all():
        db.session.rollback()
        running.run(uuid)
    db.session.rollback()


@contextmanager
def begun(config: Config, program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that has said that it is ready; ends with the block."""
    told = os.environ | {
        "ONEKM_HOME": str(config.home),
        "ONEKM_DATABASE_URL": config.database_url,
        "ONEKM_SECRET_KEY": config.secret_key,
    }
    command, pipe = [sys.executable, "-c", program, *arguments], subprocess.PIPE
    with subprocess.Popen(command, env=told, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert said(process) == "ready"
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    print(line, file=process.stdin, flush=True)


def killed_ever_later(
    config: Config,
    apply: str,
    uuid: str,
    counted: Callable[[], tuple[int, ...]],
    step: int = 1,
) -> list[tuple[int, ...]]:
    """What is *counted* after each attempt, until one is not killed, which must then be done.

    *apply* is the program of a function of that name.
    """
    db.session.rollback()
    found: list[tuple[int, ...]] = []
    end = "killed"
    with begun(config, apply + _KILLED, uuid, str(step)) as process:
        while end == "killed":
            tell(process, "")
            end = said(process)
            found.append(counted())
    assert end == "done 0"
    assert len(found) > 10
    assert found == sorted(found)
    return found
