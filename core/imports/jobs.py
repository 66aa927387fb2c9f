"""The two long works on a file: reading and trying it, and applying it as it was approved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.errors import OneKmError
from core.files import store
from core.imports import actions, queries
from core.imports.models import Import
from core.imports.queries import File
from core.imports.rules import Report
from core.jobs import actions as jobs
from core.jobs.models import Job
from core.jobs.rules import JobKind, Run, Stopped, job_kind, told
from core.sheets.container import Container
from core.sheets.reading import Hidden, SheetRow, opened

F = TypeVar("F", bound=File)

Rows: TypeAlias = Iterator[SheetRow | Hidden]

_READING: Final = _l("正在读取，已读 %(count)s 行")
_TRYING: Final = _l("正在试运行，第 %(count)s 行")
_STOPPED: Final = _l("读取或试运行被停止，需要时请重新上传。")


@dataclass(frozen=True, slots=True)
class Steps(Generic[F]):
    """What one import does at each step.

    ``find`` gives the file within reach, ``stage`` keeps its rows, ``judge`` tries them, ``check``
    refuses what may not be applied as it was approved, ``apply`` applies it and calls what it is
    given last in its transaction.
    """

    find: Callable[[Actor, str], F]
    stage: Callable[[F, Rows, Report], None]
    judge: Callable[[Actor, F, Report], None]
    check: Callable[[F, str], None]
    apply: Callable[[Actor, str, str, Callable[[], None]], F]


class Works(Generic[F]):
    """The works of one import.

    *code* is what its kinds of job begin with, *page* the address of a file without its UUID,
    *reading* and *applying* say what is done.
    """

    def __init__(
        self,
        code: str,
        page: str,
        files: Import[Any, Any],
        steps: Steps[F],
        reading: LazyString,
        applying: LazyString,
    ) -> None:
        may = Permission.REGISTER_IMPORT
        self.files, self.steps, self._page = files, steps, page
        self._reads = job_kind(JobKind(f"{code}.read", reading, may, self._read))
        self._applies = job_kind(JobKind(f"{code}.apply", applying, may, self._apply))

    def read_and_try(
        self, actor: Actor, uuid: str, reading: Report, trying: Report, *, read: bool = True
    ) -> None:
        """Read the file, unless its rows are there, and try them. Raises OneKmError."""
        file = self.steps.find(actor, uuid)
        try:
            if read:
                with opened(store.path(file.sha256), Container(file.container)) as rows:
                    self.steps.stage(file, rows, reading)
            self.steps.judge(actor, self.steps.find(actor, uuid), trying)
        except OneKmError as fault:
            actions.failed(self.files, uuid, fault.message)
            raise

    def _read(self, run: Run) -> None:
        uuid = run.payload["import"]
        reading, trying = told(run, _READING), told(run, _TRYING)
        try:
            self.read_and_try(run.actor, uuid, reading, trying, read=run.payload["read"])
        except Stopped:
            actions.failed(self.files, uuid, _STOPPED)
            return
        run.finish(self._page + uuid)

    def _apply(self, run: Run) -> None:
        uuid, digest = run.payload["import"], run.payload["digest"]
        self.steps.apply(run.actor, uuid, digest, lambda: run.finish(self._page + uuid))

    def start_reading(self, actor: Actor, uuid: str, *, read: bool) -> str:
        """Let a worker read the file, or only try it again; gives the address of the job."""
        return self._started(actor, self._reads, uuid, read=read)

    def start_applying(self, actor: Actor, uuid: str, digest: str) -> str:
        """Let a worker apply the file as it was approved; gives the address of the job."""
        return self._started(actor, self._applies, uuid, digest=digest)

    def _started(self, actor: Actor, kind: JobKind, uuid: str, **payload: object) -> str:
        name = queries.file_name(self.files.run, uuid)
        title = _l("%(work)s %(name)s", work=kind.label, name=name)
        job: Job = jobs.start(actor, kind, {"import": uuid, **payload}, title=title)
        return url_for("jobs.job", uuid=job.uuid)
