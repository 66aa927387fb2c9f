"""The two long works of a file of settlements: reading and trying it, and letting it count."""

from __future__ import annotations

from typing import Final

from flask import url_for
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.db import writing
from core.errors import OneKmError
from core.files import store
from core.jobs import actions as jobs
from core.jobs.models import Job
from core.jobs.rules import JobKind, Run, Stopped, job_kind, told
from core.sheets.container import Container
from core.sheets.reading import opened
from stations.coverage.demand import actions, queries
from stations.coverage.demand.actions import Report

_READING: Final = _l("正在读取，已读 %(count)s 行")
_TRYING: Final = _l("正在试运行，第 %(count)s 行")


def read_and_try(
    actor: Actor, uuid: str, reading: Report, trying: Report, *, read: bool = True
) -> None:
    """Read the file, unless its rows are there, and try them. Raises Unreadable."""
    try:
        if read:
            file = queries.find(actor, uuid)
            with opened(store.path(file.sha256), Container(file.container)) as rows:
                actions.stage(file, rows, reading)
        actions.judge(actor, uuid, trying)
    except OneKmError as fault:
        with writing():
            actions.failed(uuid, fault.message)
        raise


def _read(run: Run) -> None:
    uuid = run.payload["import"]
    reading, trying = told(run, _READING), told(run, _TRYING)
    try:
        read_and_try(run.actor, uuid, reading, trying, read=run.payload["read"])
    except Stopped:
        return
    run.finish(_page(uuid))


def _apply(run: Run) -> None:
    uuid = run.payload["import"]
    actions.apply(run.actor, uuid, run.payload["digest"], lambda: run.finish(_page(uuid)))


def _page(uuid: str) -> str:
    return f"/coverage/demand/imports/{uuid}"


READ: Final = job_kind(
    JobKind("population.read", _l("读取人口文件"), Permission.REGISTER_IMPORT, _read)
)
APPLY: Final = job_kind(
    JobKind("population.apply", _l("载入人口数据"), Permission.REGISTER_IMPORT, _apply)
)


def start_reading(actor: Actor, uuid: str, *, read: bool) -> Job:
    """Let a worker read the file, or only try it again."""
    title = _l("读取人口文件 %(name)s", name=queries.file_name(uuid))
    return jobs.start(actor, READ, {"import": uuid, "read": read}, title=title)


def start_applying(actor: Actor, uuid: str, digest: str) -> Job:
    """Let a worker let the file count as it was approved."""
    title = _l("载入人口数据 %(name)s", name=queries.file_name(uuid))
    return jobs.start(actor, APPLY, {"import": uuid, "digest": digest}, title=title)


def address(job: Job) -> str:
    return url_for("jobs.job", uuid=job.uuid)
