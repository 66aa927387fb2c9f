"""The two long works of an import: reading and trying a file, and applying it."""

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
from network.imports import actions, applying, queries
from network.imports.actions import Report

_READING: Final = _l("正在读取，已读 %(count)s 行")
_TRYING: Final = _l("正在试运行，第 %(count)s 行")


def read_and_try(
    actor: Actor, uuid: str, reading: Report, trying: Report, *, read: bool = True
) -> None:
    """Read the file, unless its rows are there, and try them. Raises Unreadable."""
    if read:
        file = queries.find(actor, uuid)
        try:
            with opened(store.path(file.sha256), Container(file.container)) as rows:
                actions.stage(file, rows, reading)
        except OneKmError as fault:
            with writing():
                actions.failed(uuid, fault.message)
            raise
    actions.judge(actor, uuid, trying)


def _read(run: Run) -> None:
    uuid = run.payload["import"]
    try:
        read_and_try(
            run.actor, uuid, told(run, _READING), told(run, _TRYING), read=run.payload["read"]
        )
    except Stopped:
        return
    run.finish(f"/imports/{uuid}")


def _apply(run: Run) -> None:
    uuid = run.payload["import"]
    applying.apply(run.actor, uuid, run.payload["digest"], lambda: run.finish(f"/imports/{uuid}"))


READ: Final = job_kind(
    JobKind("imports.read", _l("读取网点文件"), Permission.REGISTER_IMPORT, _read)
)
APPLY: Final = job_kind(
    JobKind("imports.apply", _l("导入网点"), Permission.REGISTER_IMPORT, _apply)
)


def start_reading(actor: Actor, uuid: str, *, read: bool) -> Job:
    """Let a worker read the file, or only try it again."""
    title = _l("读取网点文件 %(name)s", name=queries.file_name(uuid))
    return jobs.start(actor, READ, {"import": uuid, "read": read}, title=title)


def start_applying(actor: Actor, uuid: str, digest: str) -> Job:
    """Let a worker apply the file as it was approved."""
    title = _l("导入网点文件 %(name)s", name=queries.file_name(uuid))
    return jobs.start(actor, APPLY, {"import": uuid, "digest": digest}, title=title)


def address(job: Job) -> str:
    return url_for("jobs.job", uuid=job.uuid)
